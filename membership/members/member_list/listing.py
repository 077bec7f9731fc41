"""Pages of the list of members, in the order of the index that leads to them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, and_, func, select, tuple_

from api_client.messages.members import MemberCount, MemberOrder, MemberPage, MemberRow
from api_client.messages.scan import CustomerView, Status
from membership.members.customers.views import VIEW_COLUMNS, display_name, number_text, photo_path
from membership.members.member_list.filters import Wanted, conditions
from membership.members.memberships.entitlements import (
    NO_ENTITLEMENTS,
    Entitlements,
    load_entitlements,
)
from membership.rules.instants import last_day_before, local_day
from membership.rules.member_status import member_status
from membership.rules.outcome import Decision, decide
from membership.rules.permissions import covered_until
from membership.store.database import AnyRow
from membership.store.models import Card, CardWallet, Company, CompanyLink, Customer
from membership.store.wallet_joins import CARD_OF_WALLET
from membership.web.access import Call, Tenant
from membership.web.paging import decode_cursor, encode_cursor

MOST_SKIPPED = 10_000_000
"""Rows that a page may pass over."""
MOST_COUNTED = 1000
"""Members that are counted of those that a filter finds."""
_COLUMNS = (*VIEW_COLUMNS, Customer.email, Customer.phone, Customer.sort_name)
_Position = tuple[str | int, ...]


def list_members(
    call: Call, wanted: Wanted, order: MemberOrder, *, limit: int, cursor: str | None, skip: int
) -> MemberPage:
    """Return a page of members. Raises Invalid for a bad cursor.

    ``skip`` rows after the cursor are passed over.
    """
    kinds = (int,) if order is MemberOrder.NUMBER else (str, int)
    after = None if cursor is None else decode_cursor(cursor, *kinds)
    query = ordered(call.connection, call.tenant, wanted, order, call.now, after=after)
    rows = call.connection.execute(query.offset(skip).limit(limit + 1)).all()
    page = rows[:limit]
    following = encode_cursor(*position(page[-1], order)) if len(rows) > limit else None
    items = member_rows(call.connection, call.tenant, page, call.now)
    return MemberPage(items=tuple(items), next_cursor=following)


def count_members(call: Call, wanted: Wanted) -> MemberCount:
    """Return how many members there are; with a filter no more than MOST_COUNTED are counted."""
    found = conditions(call.connection, call.tenant, wanted, call.now)
    if wanted == Wanted():
        counted = select(func.count()).select_from(Customer).where(*found)
        return MemberCount(total=call.connection.execute(counted).scalar_one())
    some = select(Customer.id).where(*found).limit(MOST_COUNTED + 1).subquery()
    total = call.connection.execute(select(func.count()).select_from(some)).scalar_one()
    return MemberCount(total=min(total, MOST_COUNTED), more=total > MOST_COUNTED)


def ordered(
    connection: Connection,
    tenant: Tenant,
    wanted: Wanted,
    order: MemberOrder,
    now: datetime,
    *,
    after: _Position | None = None,
) -> Select[*tuple[Any, ...]]:
    """Return the query for the members after a position."""
    query = select(*_COLUMNS).where(*conditions(connection, tenant, wanted, now))
    if order is MemberOrder.NUMBER:
        if after is not None:
            query = query.where(Customer.number > after[0])
        return query.order_by(Customer.number)
    if after is not None:
        query = query.where(tuple_(Customer.sort_name, Customer.number) > tuple_(*after))
    return query.order_by(Customer.sort_name, Customer.number)


def position(row: AnyRow, order: MemberOrder) -> _Position:
    """Return the position of a row in an order."""
    return (row.number,) if order is MemberOrder.NUMBER else (row.sort_name, row.number)


def member_rows(
    connection: Connection, tenant: Tenant, rows: Sequence[AnyRow], now: datetime
) -> list[MemberRow]:
    """Return customers as rows of the list, each with what a scan would decide."""
    ids = [row.id for row in rows]
    held = load_entitlements(connection, tenant.id, ids, now)
    cards = _cards(connection, tenant.id, ids)
    companies = _companies(connection, tenant.id, ids, now)
    zone = ZoneInfo(tenant.time_zone)
    return [
        _row(
            row,
            held.get(row.id, NO_ENTITLEMENTS),
            zone,
            now,
            card=cards.get(row.id),
            companies=companies.get(row.id, ()),
        )
        for row in rows
    ]


def _row(
    row: AnyRow,
    held: Entitlements,
    zone: ZoneInfo,
    now: datetime,
    *,
    card: UUID | None,
    companies: tuple[str, ...],
) -> MemberRow:
    decision = decide(row.state, held.all, now)
    first = decision.deciding.entitlement if decision.deciding is not None else None
    return MemberRow(
        customer=CustomerView(
            id=row.id,
            number=number_text(row.number),
            name=display_name(row),
            state=row.state,
            language=row.language,
            photo_path=photo_path(row.id, row.photo_tag),
        ),
        status=member_status(decision),
        plan=None if first is None else first.plan,
        starts_on=_starts_on(decision, zone),
        valid_until=_valid_until(decision, held, zone, now),
        companies=companies,
        email=row.email,
        phone=row.phone,
        has_photo=row.photo_tag is not None,
        card_id=card,
    )


def _starts_on(decision: Decision, zone: ZoneInfo) -> date | None:
    """Return the first day of a membership that is about to start and decides."""
    deciding = decision.deciding
    if deciding is None or deciding.standing.status is not None:
        return None
    return local_day(deciding.entitlement.term.starts_at, zone)


def _valid_until(
    decision: Decision, held: Entitlements, zone: ZoneInfo, now: datetime
) -> date | None:
    """Return the last day of the cover, or of the membership that expired.

    Days of grace are left out where the end is that of one membership.
    """
    deciding = decision.deciding
    if deciding is None or deciding.standing.status is None:
        return None
    if deciding.standing.status is Status.EXPIRED:
        return held.details[deciding.entitlement.membership_id].last_day
    until = covered_until(held.all, now)
    if until is None:
        return None
    last = [each for each in held.all if each.has_seat and each.term.end == until]
    days = [held.details[each.membership_id].last_day for each in last]
    return max((day for day in days if day is not None), default=last_day_before(until, zone))


def _cards(connection: Connection, organization_id: int, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the newest valid card of customers, one that phones can hold before others."""
    found = connection.execute(
        select(Card.customer_id, Card.id)
        .outerjoin(CardWallet, CARD_OF_WALLET)
        .where(
            Card.organization_id == organization_id,
            Card.customer_id.in_(ids),
            Card.revoked_at.is_(None),
        )
        .order_by(CardWallet.card_id.is_not(None), Card.issued_at, Card.id)
    )
    return {row.customer_id: row.id for row in found}


def _companies(
    connection: Connection, organization_id: int, ids: Sequence[UUID], now: datetime
) -> dict[UUID, tuple[str, ...]]:
    """Return the names of the companies that customers belong to, by name."""
    of_link = and_(
        Company.organization_id == CompanyLink.organization_id,
        Company.id == CompanyLink.company_id,
    )
    rows = connection.execute(
        select(CompanyLink.customer_id, Company.name)
        .join(Company, of_link)
        .where(
            CompanyLink.organization_id == organization_id,
            CompanyLink.customer_id.in_(ids),
            CompanyLink.valid_until.is_(None),
            CompanyLink.valid_from <= now,
        )
        .order_by(Company.name, Company.id)
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for customer_id, name in rows:
        found[customer_id] = (*found.get(customer_id, ()), name)
    return found
