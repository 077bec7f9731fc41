"""What customers hold now: their own memberships, and those of the companies they belong to.

Read in one query for one customer or for many, and one more where a company limits its seats.
Nothing is copied: a link that ends takes what it gave with it in that instant.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Subquery,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from api_client.messages.scan import CustomerState
from membership.members.customers.aliases import resolve
from membership.rules.inheritance import Company as Source
from membership.rules.inheritance import Holding, has_seat
from membership.rules.status import Term
from membership.store.database import AnyRow
from membership.store.models import Company, CompanyLink, Customer, Membership


@dataclass(frozen=True, slots=True)
class Sold:
    """What a membership says beside its term: shown, but deciding nothing."""

    last_day: date | None
    ended_early_why: str | None
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """All memberships of one customer, and by membership id what was sold."""

    holdings: tuple[Holding, ...]
    sold: Mapping[UUID, Sold]


NOTHING = Held((), {})


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer, as far as permissions depend on it."""

    id: UUID
    state: CustomerState
    holdings: tuple[Holding, ...]


_DECIDING = (
    Membership.id.label("membership_id"),
    Membership.plan_name,
    Membership.permissions,
    Membership.starts_at,
    Membership.ends_at,
    Membership.ended_early_at,
    Membership.payment_overdue_since,
    Membership.ended_for_good,
    Membership.renews,
)
_COLUMNS = (*_DECIDING, Membership.last_day, Membership.ended_early_why)
_organization: ColumnElement[int] = bindparam("organization_id")
_customers: ColumnElement[Any] = bindparam("customer_ids", expanding=True)
_customer: ColumnElement[UUID] = bindparam("customer_id", type_=Uuid())
_now: ColumnElement[datetime] = bindparam("now", type_=CompanyLink.valid_from.type)


def _current(link: type[CompanyLink]) -> ColumnElement[bool]:
    """Whether a link holds now: one that was ended does not, whatever the clock says since.

    Between a customer and a company there is at most one such link; an index sees to that.
    """
    return and_(link.valid_from <= _now, link.valid_until.is_(None))


def _held(
    whose: Callable[[Any], ColumnElement[bool]],
    columns: Sequence[Any] = _COLUMNS,
    organization: ColumnElement[int] = _organization,
) -> CompoundSelect[*tuple[Any, ...]]:
    """The query for what customers hold; ``whose`` tells by a column of ids which customers."""
    own = select(
        Membership.customer_id.label("holder_id"),
        *columns,
        literal(None, Uuid()).label("company_id"),
        null().label("company_name"),
        null().label("seat_cap"),
    ).where(Membership.organization_id == organization, whose(Membership.customer_id))
    of_company = and_(
        Company.organization_id == CompanyLink.organization_id,
        Company.id == CompanyLink.company_id,
    )
    of_link = and_(
        Membership.organization_id == CompanyLink.organization_id,
        Membership.company_id == CompanyLink.company_id,
    )
    inherited = (
        select(
            CompanyLink.customer_id.label("holder_id"),
            *columns,
            Company.id.label("company_id"),
            Company.name.label("company_name"),
            Company.seat_cap.label("seat_cap"),
        )
        .join(Company, of_company)
        .join(Membership, of_link)
        .where(
            CompanyLink.organization_id == organization,
            whose(CompanyLink.customer_id),
            _current(CompanyLink),
        )
    )
    return union_all(own, inherited)


def held_by(
    customer_id: ColumnElement[UUID], organization: ColumnElement[int] = _organization
) -> Subquery:
    """What one customer holds, to be joined to that customer: rows for ``held_of``.

    Parameters of the statement are ``now``, and ``organization_id`` unless it is found otherwise.
    """
    # Without a list of ids, which would be written into the statement each time anew.
    return _held(lambda column: column == customer_id, organization=organization).subquery()


def decided_by(customer_id: ColumnElement[UUID], organization: ColumnElement[int]) -> Subquery:
    """The same without what decides nothing, in any organization: rows for ``holder_of``."""
    return _held(lambda column: column == customer_id, _DECIDING, organization).subquery()


_HELD = _held(lambda customer_id: customer_id.in_(_customers))
_things = decided_by(_customer, _organization)
_HOLDER = (
    select(Customer.id.label("customer_id"), Customer.state, *_things.c)
    .select_from(Customer)
    .outerjoin(_things, true())
    .where(Customer.organization_id == _organization, Customer.id == _customer)
)

_earlier = aliased(CompanyLink)
_SEATS = select(
    CompanyLink.customer_id,
    CompanyLink.company_id,
    select(func.count())
    .where(
        _earlier.organization_id == CompanyLink.organization_id,
        _earlier.company_id == CompanyLink.company_id,
        _current(_earlier),
        or_(
            _earlier.valid_from < CompanyLink.valid_from,
            and_(
                _earlier.valid_from == CompanyLink.valid_from,
                _earlier.customer_id < CompanyLink.customer_id,
            ),
        ),
    )
    .scalar_subquery(),
).where(
    CompanyLink.organization_id == _organization,
    CompanyLink.customer_id.in_(_customers),
    CompanyLink.company_id.in_(bindparam("company_ids", expanding=True)),
    _current(CompanyLink),
)


def load_held(
    session: Session, organization_id: int, customer_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Held]:
    """Load what each of the customers holds; who holds nothing is left out."""
    if not customer_ids:
        return {}
    connection = session.connection()
    asked = {"organization_id": organization_id, "customer_ids": customer_ids, "now": now}
    rows = connection.execute(_HELD, asked).all()
    earlier = _earlier_links(connection, organization_id, rows, now)
    by_customer: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows:
        by_customer[row.holder_id].append(row)
    return {customer_id: _whole(held, earlier) for customer_id, held in by_customer.items()}


def load_holder(
    connection: Connection, organization_id: int, customer_id: UUID, now: datetime
) -> Holder | None:
    """Load a customer, or the one into whom they were merged, with what they hold; None if none.

    In one query, or one more where a company limits its seats.
    """
    asked = {"organization_id": organization_id, "customer_id": customer_id, "now": now}
    rows = connection.execute(_HOLDER, asked).all()
    if not rows:
        stayed = resolve(connection, organization_id, customer_id)
        rows = connection.execute(_HOLDER, {**asked, "customer_id": stayed}).all()
    if not rows:
        return None
    return holder_of(connection, organization_id, rows, now)


def holder_of(
    connection: Connection, organization_id: int, rows: Sequence[AnyRow], now: datetime
) -> Holder:
    """A customer, from rows with ``customer_id`` and ``state``, joined to ``decided_by``."""
    held = [row for row in rows if row.holder_id is not None]
    earlier = _earlier_links(connection, organization_id, held, now)
    return Holder(rows[0].customer_id, rows[0].state, _holdings(held, earlier))


def held_of(
    connection: Connection, organization_id: int, rows: Sequence[AnyRow], now: datetime
) -> Held:
    """All that one customer holds, from rows of theirs joined to ``held_by``."""
    held = [row for row in rows if row.holder_id is not None]
    return _whole(held, _earlier_links(connection, organization_id, held, now))


def _earlier_links(
    connection: Connection, organization_id: int, rows: Sequence[AnyRow], now: datetime
) -> dict[tuple[UUID, UUID], int]:
    """How many were linked earlier, by customer and company, where the company limits its seats."""
    capped = [row for row in rows if row.seat_cap is not None]
    if not capped:
        return {}
    asked = {
        "organization_id": organization_id,
        "customer_ids": list({row.holder_id for row in capped}),
        "company_ids": list({row.company_id for row in capped}),
        "now": now,
    }
    seats = connection.execute(_SEATS, asked)
    return {(customer, company): count for customer, company, count in seats}


def _whole(rows: Sequence[AnyRow], earlier: Mapping[tuple[UUID, UUID], int]) -> Held:
    """All that one customer holds."""
    return Held(_holdings(rows, earlier), {row.membership_id: _sold(row) for row in rows})


def _holdings(
    rows: Sequence[AnyRow], earlier: Mapping[tuple[UUID, UUID], int]
) -> tuple[Holding, ...]:
    """The rows of one customer as the rules see them."""
    return tuple(_holding(row, earlier.get((row.holder_id, row.company_id), 0)) for row in rows)


def term_of(row: AnyRow | Membership) -> Term:
    """When a membership runs, as the rules see it."""
    return Term(
        row.starts_at,
        row.ends_at,
        row.ended_early_at,
        row.payment_overdue_since,
        row.ended_for_good,
    )


def _holding(row: AnyRow, earlier: int) -> Holding:
    """A row as the rules see it. ``earlier`` customers were linked to its company before."""
    source = None
    if row.company_id is not None:
        source = Source(row.company_id, row.company_name, row.seat_cap)
    return Holding(
        membership_id=row.membership_id,
        plan=row.plan_name,
        term=term_of(row),
        permissions=tuple(key for key, _ in row.permissions),
        company=source,
        has_seat=has_seat(earlier, row.seat_cap),
        renews=row.renews,
    )


def _sold(row: AnyRow) -> Sold:
    """The rest of a row."""
    labels = tuple((key, label) for key, label in row.permissions)
    return Sold(row.last_day, row.ended_early_why, labels)
