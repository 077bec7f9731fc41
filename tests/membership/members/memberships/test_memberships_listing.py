"""The list's condition of a status says what the rules say, for every term and instant."""

from datetime import datetime
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, not_, select

from api_client.messages.management import ActorKind
from api_client.messages.scan import Status
from membership.accounts.organizations import bootstrap_organization
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer
from membership.members.memberships.listing import stands
from membership.members.memberships.schemas import StatusFilter
from membership.members.plans.schemas import NewPlan
from membership.members.plans.service import create_plan
from membership.rules.status import Term, standing
from membership.store.database import Database
from membership.store.models import Membership, MembershipSource
from tests.generated import examples
from tests.membership.rules.people import moments, terms
from tests.membership.support import arranging

NAMES = {
    Status.ACTIVE: StatusFilter.ACTIVE,
    Status.EXPIRED: StatusFilter.EXPIRED,
    None: StatusFilter.SCHEDULED,
}


class Undone(Exception):
    """Leaves a transaction without a trace of it."""


def storable(term: Term) -> bool:
    """Whether the table's own checks let it in."""
    return term.ends_at is None or term.ends_at > term.starts_at


@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(terms.filter(storable), min_size=1, max_size=20), moments)
def test_each_status_lists_what_stands_so(
    database: Database, drawn: list[Term], now: datetime
) -> None:
    try:
        with arranging(database) as session:
            tenant = bootstrap_organization(
                session, name="C", slug="c", time_zone="UTC", currency="EUR", now=now
            )
            common = {
                "organization_id": tenant.id,
                "customer_id": create_customer(
                    session, tenant, NewCustomer(given_name="A"), now
                ).id,
                "plan_id": create_plan(session, tenant, NewPlan(name="P"), now).id,
            }
            ids = {uuid4(): term for term in drawn}
            session.connection().execute(
                insert(Membership.metadata.tables[Membership.__tablename__]),
                [{**common, **_columns(key, term, now)} for key, term in ids.items()],
            )
            for status in StatusFilter:
                here = select(Membership.id).where(Membership.organization_id == tenant.id)
                found = set(session.scalars(here.where(stands(status, now))))
                others = set(session.scalars(here.where(not_(stands(status, now)))))
                expected = {
                    key for key, term in ids.items() if NAMES[standing(term, now).status] is status
                }
                assert found == expected
                assert others == set(ids) - expected
            raise Undone
    except Undone:
        pass


def _columns(key: UUID, term: Term, now: datetime) -> dict[str, object]:
    """A row of a membership with that term."""
    return {
        "id": key,
        "plan_name": "P",
        "price_minor": 0,
        "currency": "EUR",
        "permissions": [],
        "starts_at": term.starts_at,
        "ends_at": term.ends_at,
        "last_day": None if term.ends_at is None else term.ends_at.date(),
        "time_zone": "UTC",
        "ended_early_at": term.ended_early_at,
        "ended_for_good": term.ended,
        "source": MembershipSource.API,
        "actor_kind": ActorKind.SERVICE,
        "actor_name": "",
        "created_at": now,
    }
