"""Merging of duplicates: moves everything of one customer to another in one transaction.

The row of the duplicate is deleted and an alias is stored: its id, number, address, telephone and
cards find the remaining customer from then on. Both rows are locked first, in the order of their
ids: of two crossing merges one succeeds. A concurrent write for the duplicate either commits before
the merge and is moved, or fails because the customer is gone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, delete, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from api_client.messages.people import MergedCustomer, MovedCounts
from api_client.messages.scan import CustomerState
from membership.events.audit.recorder import plain, record
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.companies.linking import unlink_customer
from membership.members.customers import aliases
from membership.members.customers.former_numbers import (
    MAX_NUMBERS,
    joined_numbers,
    numbers_in,
)
from membership.members.customers.logins import MERGED, end_logins
from membership.members.customers.search_index import index_customer
from membership.members.customers.service import no_such_customer
from membership.members.customers.views import customer_view, number_text
from membership.members.payers.merging import refresh_merged, settle_subscriptions
from membership.store.models import CompanyLink, Customer, CustomerAlias, LinkSource
from membership.web.access import Tenant
from membership.web.errors import Conflict, Invalid

_TRIES = 3
_FILLED = ("given_name", "family_name", "phone", "birth_date", "language")
_EMAIL = ("email", "email_key", "email_domain")
_STATES = (CustomerState.INACTIVE, CustomerState.ACTIVE, CustomerState.BANNED)
"""From weak to strong: of two states the stronger one stays."""


@dataclass(frozen=True)
class _Pair:
    """Two customers of one organization, both locked; ``goes`` is merged into ``stays``."""

    session: Session
    stays: Customer
    goes: Customer
    now: datetime

    def of(self, table: Table, customer: Customer) -> ColumnElement[bool]:
        """Return a condition for the rows of a table that belong to the customer."""
        return and_(
            table.c.organization_id == customer.organization_id,
            table.c.customer_id == customer.id,
        )


def merge(
    session: Session,
    tenant: Tenant,
    stays_id: UUID,
    goes_id: UUID,
    now: datetime,
    *,
    cancelled: Sequence[UUID] | None = None,
) -> MergedCustomer:
    """Merge ``goes_id`` into ``stays_id``; return the remaining customer and the rows moved.

    ``stays_id`` may be a former id. ``cancelled`` are the orders whose subscriptions end.

    Raises NotFound; Invalid if both are the same customer; Conflict for a customer who was already
    merged or erased; and as ``settle_subscriptions`` does.
    """
    pair = _locked(session, tenant, stays_id, goes_id, now)
    settle_subscriptions(session, pair.stays, pair.goes, cancelled, now)
    before = {column.key: plain(getattr(pair.goes, column.key)) for column in _told_columns()}
    old_number, changed = pair.goes.number, _take_over_fields(pair)
    moved = {table.name: move(pair, table) for table, move in _moves().items()}
    session.connection().execute(
        delete(Customer).where(Customer.organization_id == tenant.id, Customer.id == pair.goes.id)
    )
    session.expunge(pair.goes)
    _leave_alias(pair, old_number)
    aliases.forget_own(session, pair.stays)
    index_customer(session, pair.stays)
    refresh_merged(session, pair.stays, now)
    _tell(pair, before, {**changed, "moved": moved})
    counts = {name: moved[table] for name, table in _COUNTED.items()}
    return MergedCustomer(
        customer=customer_view(pair.stays),
        merged_id=pair.goes.id,
        merged_number=number_text(old_number),
        moved=MovedCounts(**counts),
    )


def _locked(
    session: Session, tenant: Tenant, stays_id: UUID, goes_id: UUID, now: datetime
) -> _Pair:
    """Return both customers, locked against concurrent writes for them."""
    if stays_id == goes_id:
        message = "A customer cannot be merged into themself."
        raise Invalid("merge_with_self", "body.other_id", message)
    for _ in range(_TRIES):
        here = aliases.resolve(session, tenant.id, stays_id) or stays_id
        attempt = session.begin_nested()
        found = _lock(session, tenant, here, goes_id)
        if goes_id not in found or here == goes_id:
            raise _gone(session, tenant, stays_id, goes_id)
        if here in found:
            attempt.commit()
            return _Pair(session, _not_erased(found[here]), _not_erased(found[goes_id]), now)
        # Unlock before locking again: all rows locked together are locked in the order of ids.
        attempt.rollback()
        if aliases.resolve(session, tenant.id, here) is None:
            raise no_such_customer()
        # The remaining customer was merged meanwhile: continue with the one it was merged into.
    raise Conflict("customer_changed", "This customer is being merged by somebody else; try again.")


def _lock(session: Session, tenant: Tenant, *ids: UUID) -> dict[UUID, Customer]:
    """Lock and return the customers who exist, by id, in the order of their ids."""
    rows = session.scalars(
        select(Customer)
        .where(Customer.organization_id == tenant.id, Customer.id.in_(ids))
        .order_by(Customer.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _gone(session: Session, tenant: Tenant, stays_id: UUID, goes_id: UUID) -> Exception:
    """Return the error for a duplicate that does not exist: already merged, or not found."""
    for customer_id in (goes_id, stays_id):
        stayed = aliases.resolve(session, tenant.id, customer_id)
        customer = None if stayed is None else session.get(Customer, (tenant.id, stayed))
        if customer is not None:
            was = f"was already merged into {number_text(customer.number)}"
            return Conflict("already_merged", f"The customer {customer_id} {was}.")
    return no_such_customer()


def _not_erased(customer: Customer) -> Customer:
    """Return the customer. Raises Conflict if they were erased."""
    if customer.erased_at is not None:
        raise Conflict("customer_erased", "A customer who was erased cannot be merged.")
    return customer


def _told_columns() -> list[Any]:
    """Return the columns of a customer that the audit records."""
    left_out = {"organization_id", "search_text", "sort_name", "email_key", "email_domain"}
    return [column for column in Customer.__table__.columns if column.key not in left_out]


def _take_over_fields(pair: _Pair) -> dict[str, Any]:
    """Fill empty fields of the remaining customer from the duplicate; return what changed."""
    stays, goes = pair.stays, pair.goes
    new = {name: getattr(goes, name) for name in _FILLED if not getattr(stays, name)}
    if stays.email is None:
        new |= {name: getattr(goes, name) for name in _EMAIL}
    notes = dict.fromkeys(note for note in (stays.desk_note, goes.desk_note) if note)
    new["desk_note"] = "\n".join(notes) or None
    new["former_numbers"] = _both_former_numbers(stays, goes)
    new["state"] = max(stays.state, goes.state, key=_STATES.index)
    if stays.photo_tag is None:
        new["photo_tag"] = goes.photo_tag
    changed = {name: value for name, value in new.items() if getattr(stays, name) != value}
    for name, value in changed.items():
        setattr(stays, name, value)
    pair.session.flush()
    return {name: plain(value) for name, value in changed.items()}


def _both_former_numbers(stays: Customer, goes: Customer) -> str | None:
    """Return the former numbers of both. Raises Conflict for more than a customer can have."""
    both = (*numbers_in(stays.former_numbers), *numbers_in(goes.former_numbers))
    joined = joined_numbers(both)
    if len(numbers_in(joined)) > MAX_NUMBERS:
        detail = f"Both have more than {MAX_NUMBERS} former numbers together; remove some first."
        raise Conflict("too_many_former_numbers", detail)
    return joined


def _repoint(pair: _Pair, table: Table) -> int:
    """Assign rows to the remaining customer; return how many."""
    return _rows(
        pair,
        update(table).where(pair.of(table, pair.goes)).values(customer_id=pair.stays.id),
    )


def _rows(pair: _Pair, statement: Any) -> int:
    """Execute a statement and return the number of rows it affected."""
    result: CursorResult[Any] = pair.session.connection().execute(statement)
    return result.rowcount


def _move_photo(pair: _Pair, table: Table) -> int:
    """Move the photo if the remaining customer has none, else delete it; return the row count."""
    if pair.stays.photo_tag == pair.goes.photo_tag:
        has_own = pair.session.connection().scalar(
            select(table.c.tag).where(pair.of(table, pair.stays))
        )
        if has_own is None:
            return _repoint(pair, table)
    return _drop(pair, table)


def _drop(pair: _Pair, table: Table) -> int:
    """Delete rows; return how many."""
    return _rows(pair, delete(table).where(pair.of(table, pair.goes)))


def _move_links(pair: _Pair, table: Table) -> int:
    """Move company links; return how many.

    Of two open links to one company the earlier stays open, because it has the seat. One that an
    email domain made ends if the other customer was taken out of that company: whoever was taken
    out stays out until a person links them.
    """
    session = pair.session
    links = session.scalars(
        select(CompanyLink)
        .where(
            CompanyLink.organization_id == pair.stays.organization_id,
            CompanyLink.customer_id.in_((pair.stays.id, pair.goes.id)),
        )
        .order_by(CompanyLink.valid_from, CompanyLink.id)
        .with_for_update()
    ).all()
    opened = [link for link in links if link.valid_until is None]
    inside = {(link.company_id, link.customer_id) for link in opened}
    out = {link.company_id for link in links if (link.company_id, link.customer_id) not in inside}
    kept: dict[UUID, CompanyLink] = {}
    for link in opened:
        if link.source is LinkSource.EMAIL_DOMAIN and link.company_id in out:
            unlink_customer(
                session, link.organization_id, link.company_id, link.customer_id, pair.now
            )
            continue
        first = kept.setdefault(link.company_id, link)
        if first is not link:
            link.valid_until = pair.now
            first.role = first.role or link.role
    session.flush()
    moved = _repoint(pair, table)
    for link in links:
        session.expire(link)
    return moved


def _end_sessions(pair: _Pair, table: Table) -> int:
    """End the sessions of both customers and keep their rows; return how many were moved.

    Whoever opened a session of one may not be the other.
    """
    both = (pair.stays.id, pair.goes.id)
    end_logins(pair.session, pair.stays.organization_id, both, pair.now, MERGED)
    return _repoint(pair, table)


_MOVES: Mapping[str, Callable[[_Pair, Table], int]] = {
    "customer_aliases": _repoint,
    "memberships": _repoint,
    "company_links": _move_links,
    "cards": _repoint,
    "visits": _repoint,
    "customer_photos": _move_photo,
    "customer_terms": _drop,
    "former_numbers": _drop,
    "customer_sessions": _end_sessions,
    "billing_orders": _repoint,
}
"""What becomes of the rows of each table that refers to customers."""

_COUNTED = {
    "memberships": "memberships",
    "links": "company_links",
    "cards": "cards",
    "visits": "visits",
}


def _moves() -> dict[Table, Callable[[_Pair, Table], int]]:
    """Return the function that moves the rows of each table."""
    return {Customer.metadata.tables[name]: move for name, move in _MOVES.items()}


def _leave_alias(pair: _Pair, old_number: int) -> None:
    """Store what named the duplicate as an alias of the remaining customer."""
    goes = pair.goes
    pair.session.connection().execute(
        insert(CustomerAlias),
        {
            "organization_id": pair.stays.organization_id,
            "old_id": pair.goes.id,
            "old_number": old_number,
            "customer_id": pair.stays.id,
            "merged_at": pair.now,
            "email": goes.email,
            "email_key": goes.email_key,
            "phone": goes.phone,
        },
    )


def _tell(pair: _Pair, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Record the merge under both ids, and emit its event."""
    session, organization_id = pair.session, pair.stays.organization_id
    stays, goes = str(pair.stays.id), str(pair.goes.id)
    record(session, organization_id, "customer.merged", stays, before=before, after=after)
    record(session, organization_id, "customer.merged", goes, after={"merged_into": stays})
    event_data = {"customer_id": stays, "merged_id": goes}
    emit(session, organization_id, EventType.CUSTOMER_MERGED, stays, event_data, now=pair.now)
