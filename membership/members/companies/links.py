"""The customers linked to a company: link, unlink, and list in the order of their seats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, select, tuple_

from api_client.messages.management import LinkedCustomer, LinkedCustomers
from membership.members.companies.link_states import link_etag, not_linked
from membership.members.companies.linking import (
    link_customer,
    open_link,
    reopen_link,
    unlink_customer,
)
from membership.members.companies.schemas import NewLink, PastLink, PastLinks
from membership.members.companies.service import get_company
from membership.members.customers.service import get_customer
from membership.members.customers.views import VIEW_COLUMNS, customer_view
from membership.members.memberships.entitlements import takes_seat
from membership.rules.inheritance import has_seat
from membership.store.database import AnyRow
from membership.store.models import Company, CompanyLink, Customer
from membership.web.access import Call
from membership.web.errors import Conflict, NotFound
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, instant_of

_Place = tuple[datetime, UUID]
"""When a customer was linked, and who it is: in this order seats are taken."""
_SEAT_ORDER = tuple_(CompanyLink.valid_from, CompanyLink.customer_id)
_SAME = and_(
    CompanyLink.organization_id == Customer.organization_id,
    CompanyLink.customer_id == Customer.id,
)


def link(call: Call, company_id: UUID, customer_id: UUID, new: NewLink) -> None:
    """Link a customer to a company; they inherit its memberships at once.

    An existing link only gets the role. With ``reopen`` a link that was ended just now holds again
    instead of a new one. Raises NotFound; Conflict for an archived company, and for
    a customer who was erased.
    """
    get_company(call.session, call.tenant, company_id)
    customer = get_customer(call.session, call.tenant, customer_id)
    if customer.erased_at is not None:
        raise Conflict("customer_erased", "This customer was erased and cannot be linked.")
    if new.reopen:
        reopen_link(call.session, call.tenant.id, company_id, customer.id, call.now)
    found = link_customer(
        call.session, call.tenant.id, company_id, customer.id, call.now, role=new.role
    )
    if found.role != new.role and ("role" in new.model_fields_set or not new.reopen):
        found.role = new.role
        call.session.flush()


def unlink(call: Call, company_id: UUID, customer_id: UUID) -> None:
    """End a link; what was inherited through it ends at once. Raises NotFound."""
    session, organization_id = call.session, call.tenant.id
    if open_link(session, organization_id, company_id, customer_id) is None:
        # The id may be that of a merged duplicate.
        known = session.get(Customer, (organization_id, customer_id)) is not None
        if not known:
            customer_id = _stayed(call, customer_id)
    if not unlink_customer(session, organization_id, company_id, customer_id, call.now):
        raise not_linked()


def _stayed(call: Call, customer_id: UUID) -> UUID:
    """Return the id of the customer that a former id belongs to. Raises NotFound."""
    try:
        return get_customer(call.session, call.tenant, customer_id).id
    except NotFound:
        raise not_linked() from None


def linked_now(
    organization_id: int, company_id: UUID, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for links that are open at ``now``."""
    return (
        CompanyLink.organization_id == organization_id,
        CompanyLink.company_id == company_id,
        CompanyLink.valid_from <= now,
        CompanyLink.valid_until.is_(None),
    )


def count_linked(call: Call, company_id: UUID) -> int:
    """Return the number of customers linked to a company now."""
    linked = linked_now(call.tenant.id, company_id, call.now)
    return call.session.execute(select(func.count()).where(*linked)).scalar_one()


def count_seats_taken(call: Call, company_id: UUID) -> int:
    """Return the number of customers linked to a company now who take a seat of it."""
    linked = linked_now(call.tenant.id, company_id, call.now)
    takes = takes_seat(CompanyLink, literal(call.tenant.id))
    return call.session.execute(select(func.count()).where(*linked, takes)).scalar_one()


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """How many customers are linked to a company now, and how many of them take a seat."""

    linked: int = 0
    seats_taken: int = 0


def count_of_each(call: Call, company_ids: Sequence[UUID]) -> Mapping[UUID, PeopleCount]:
    """Return the counts of several companies by id, from one query."""
    takes = takes_seat(CompanyLink, literal(call.tenant.id))
    rows = call.session.execute(
        select(CompanyLink.company_id, func.count(), func.sum(case((takes, 1), else_=0)))
        .where(
            CompanyLink.organization_id == call.tenant.id,
            CompanyLink.company_id.in_(company_ids),
            CompanyLink.valid_from <= call.now,
            CompanyLink.valid_until.is_(None),
        )
        .group_by(CompanyLink.company_id)
    )
    counted = {company_id: PeopleCount(linked, taken) for company_id, linked, taken in rows}
    return {each: counted.get(each, PeopleCount()) for each in company_ids}


def first_linked(call: Call, company: Company, count: int) -> tuple[LinkedCustomer, ...]:
    """Return the first customers linked now, in the order in which they take seats."""
    return _seated(company, _linked_after(call, company.id, None, count), 0)


def list_linked(call: Call, company_id: UUID, limit: int, cursor: str | None) -> LinkedCustomers:
    """Return a page of the customers linked now, in the order in which they take seats.

    Raises NotFound; Invalid for a bad cursor.
    """
    company = get_company(call.session, call.tenant, company_id)
    after = None if cursor is None else _place(cursor)
    rows = _linked_after(call, company_id, after, limit + 1)
    before = 0 if after is None else _seats_up_to(call, company_id, after)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = encode_cursor(page[-1].valid_from.isoformat(), str(page[-1].id))
    return LinkedCustomers(
        items=_seated(company, page, before),
        next_cursor=following,
        total=count_linked(call, company.id) if cursor is None else None,
    )


def _seated(company: Company, rows: Sequence[AnyRow], before: int) -> tuple[LinkedCustomer, ...]:
    """Return linked customers as messages; ``before`` others take a seat before them."""
    shown = []
    for row in rows:
        seat = has_seat(before if row.takes_seat else None, company.seat_cap)
        before += row.takes_seat
        shown.append(
            LinkedCustomer(
                customer=customer_view(row),
                role=row.role,
                source=row.source,
                valid_from=row.valid_from,
                has_seat=seat,
                etag=link_etag(row.link_id, row.role),
            )
        )
    return tuple(shown)


def _linked_after(
    call: Call, company_id: UUID, after: _Place | None, limit: int
) -> Sequence[AnyRow]:
    """Return the next customers linked now, with their links."""
    wanted = (
        select(
            *VIEW_COLUMNS,
            CompanyLink.id.label("link_id"),
            CompanyLink.role,
            CompanyLink.source,
            CompanyLink.valid_from,
            takes_seat(CompanyLink, literal(call.tenant.id)).label("takes_seat"),
        )
        .join(CompanyLink, _SAME)
        .where(*linked_now(call.tenant.id, company_id, call.now))
    )
    if after is not None:
        wanted = wanted.where(tuple_(*after) < _SEAT_ORDER)
    ordered = wanted.order_by(CompanyLink.valid_from, CompanyLink.customer_id)
    return call.session.execute(ordered.limit(limit)).all()


def _seats_up_to(call: Call, company_id: UUID, place: _Place) -> int:
    """Return the number of customers linked now who take a seat at ``place`` or before."""
    linked = linked_now(call.tenant.id, company_id, call.now)
    takes = takes_seat(CompanyLink, literal(call.tenant.id))
    count = select(func.count()).where(*linked, takes, tuple_(*place) >= _SEAT_ORDER)
    return call.session.execute(count).scalar_one()


def _place(cursor: str) -> _Place:
    """Return the link at which the previous page ended. Raises Invalid for a bad cursor."""
    since, row_id = decode_cursor(cursor, str, str)
    try:
        return instant_of(since), UUID(str(row_id))
    except ValueError:
        raise bad_cursor() from None


def list_history(call: Call, company_id: UUID, limit: int, cursor: str | None) -> PastLinks:
    """Return a page of all links that a company has or had, latest first.

    Raises NotFound; Invalid for a bad cursor.
    """
    get_company(call.session, call.tenant, company_id)
    wanted = (
        select(
            *VIEW_COLUMNS,
            CompanyLink.id.label("link_id"),
            CompanyLink.role,
            CompanyLink.source,
            CompanyLink.valid_from,
            CompanyLink.valid_until,
        )
        .join(CompanyLink, _SAME)
        .where(CompanyLink.organization_id == call.tenant.id, CompanyLink.company_id == company_id)
    )
    if cursor is not None:
        since, link_id = _place(cursor)
        here = (literal(since, CompanyLink.valid_from.type), literal(link_id, CompanyLink.id.type))
        wanted = wanted.where(tuple_(CompanyLink.valid_from, CompanyLink.id) < tuple_(*here))
    latest_first = wanted.order_by(CompanyLink.valid_from.desc(), CompanyLink.id.desc())
    rows = call.session.execute(latest_first.limit(limit + 1)).all()
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = encode_cursor(page[-1].valid_from.isoformat(), str(page[-1].link_id))
    return PastLinks(items=tuple(_past(row) for row in page), next_cursor=following)


def _past(row: AnyRow) -> PastLink:
    """Return a link of the history as a message."""
    return PastLink(
        id=row.link_id,
        customer=customer_view(row),
        role=row.role,
        source=row.source,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
