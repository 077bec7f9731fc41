"""Lists entries of the audit about one customer: their file, and what belongs to it."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from api_client.messages.audit import EntryPage
from membership.events.audit.service import EntryFilter, newest, page_of
from membership.store.models import (
    AuditEntry,
    BillingOrder,
    Card,
    CompanyLink,
    Customer,
    CustomerAlias,
    Membership,
    Payment,
)
from membership.web.access import Call
from membership.web.errors import NotFound

_AT_ONCE = 900
"""Most ids of a query: older SQLite accepts fewer than a thousand parameters."""


def list_entries_of(
    call: Call,
    customer_id: UUID,
    filters: EntryFilter,
    limit: int,
    cursor: str | None,
    *,
    at_once: int = _AT_ONCE,
) -> EntryPage:
    """A page of entries about a customer, newest first, who may be named by a former id.

    ``at_once`` is the largest number of ids in a query. Raises NotFound; Invalid for a bad cursor.
    """
    found: list[AuditEntry] = []
    subjects = list(_subjects(call, customer_id))
    for start in range(0, len(subjects), at_once):
        some = subjects[start : start + at_once]
        met = [*filters.conditions(), AuditEntry.subject_id.in_(some)]
        found += newest(call, met, limit + 1, cursor)
    found.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return page_of(found, limit)


def _subjects(call: Call, customer_id: UUID) -> Iterator[str]:
    """Yield the ids of a customer and of all that is theirs. Raises NotFound."""
    own = _current(call, customer_id)
    if own is None:
        raise NotFound("customer_not_found", "There is no such customer.")
    yield str(own)
    here = call.tenant.id
    former = call.session.scalars(
        select(CustomerAlias.old_id).where(
            CustomerAlias.organization_id == here, CustomerAlias.customer_id == own
        )
    ).all()
    yield from map(str, former)
    yield from taken_back(call.session, here, (own, *former))
    for model in (Membership, Card, CompanyLink, BillingOrder):
        theirs = select(model.id).where(model.organization_id == here, model.customer_id == own)
        yield from map(str, call.session.scalars(theirs))
    paid = (
        select(Payment.id)
        .join(
            Membership,
            and_(
                Membership.organization_id == Payment.organization_id,
                Membership.id == Payment.membership_id,
            ),
        )
        .where(Payment.organization_id == here, Membership.customer_id == own)
    )
    yield from map(str, call.session.scalars(paid))


def taken_back(session: Session, here: int, customer_ids: Sequence[UUID]) -> Sequence[str]:
    """Return the ids of cards that were taken back from a customer, which only the audit has."""
    return session.scalars(
        select(AuditEntry.subject_id).where(
            AuditEntry.organization_id == here,
            AuditEntry.action == "card.deleted",
            AuditEntry.before["customer_id"].as_string().in_([str(each) for each in customer_ids]),
        )
    ).all()


def _current(call: Call, customer_id: UUID) -> UUID | None:
    """Return the id that a customer has now; None for an unknown one."""
    here = call.tenant.id
    known = select(Customer.id).where(Customer.organization_id == here, Customer.id == customer_id)
    merged = select(CustomerAlias.customer_id).where(
        CustomerAlias.organization_id == here, CustomerAlias.old_id == customer_id
    )
    return call.session.scalar(known) or call.session.scalar(merged)
