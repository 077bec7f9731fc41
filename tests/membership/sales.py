"""Memberships as the tests of their life need them: sold, changed, and their events."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.store.models import Event, Membership
from tests.membership.support import Service

MONTH = {"length": {"unit": "month"}, "billing": {"unit": "month"}, "price_minor": 4900}
APRIL = "2027-04-09T22:00:00Z"


def monthly(service: Service, **sold: Any) -> str:
    """A membership of one month from NOON on; its last day is 9 April."""
    owner = sold or {"customer_id": service.customer()}
    return service.member(service.plan("Monthly", "area.pool", **MONTH), **owner)


def do(
    service: Service, membership: str, what: str, *, status: int = 200, **body: Any
) -> dict[str, Any]:
    """What a POST to a membership answers."""
    answer: dict[str, Any] = service.post(
        f"/v1/memberships/{membership}/{what}", body, status=status
    )
    return answer


def refused(service: Service, membership: str, what: str, **body: Any) -> str:
    """The code with which a POST to a membership is refused as a conflict."""
    return str(do(service, membership, what, status=409, **body)["code"])


def show(service: Service, membership: str) -> dict[str, Any]:
    """A membership as it is."""
    shown: dict[str, Any] = service.get(f"/v1/memberships/{membership}")
    return shown


def due(service: Service, membership: str) -> str | None:
    """The end that is still to be announced."""
    with service.database.readers.begin() as session:
        row = session.get_one(Membership, (service.tenant.id, UUID(membership)))
        at = row.expiry_due_at
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def events(service: Service, *subjects: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of things, in order."""
    with service.database.readers.begin() as session:
        rows = session.execute(
            select(Event.type, Event.data)
            .where(Event.organization_id == service.tenant.id, Event.subject_id.in_(subjects))
            .order_by(Event.seq)
        ).all()
    return [(row.type, row.data) for row in rows]


def names(service: Service, *subjects: str) -> list[str]:
    """The types of the events of things."""
    return [name for name, _ in events(service, *subjects)]
