"""Entitlements of customers: their own memberships, and those inherited from their companies.

They are loaded by one query for one customer or for many, and by a second one where a company
limits its seats. Inherited memberships are not copied: unlinking takes them away at once.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Subquery,
    Uuid,
    and_,
    bindparam,
    exists,
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
from membership.rules.inheritance import Entitlement, has_seat
from membership.rules.last_day import true_last_day
from membership.rules.status import Term
from membership.store.database import AnyRow, connection_of
from membership.store.models import Company, CompanyLink, Customer, Membership, Organization


@dataclass(frozen=True, slots=True)
class MembershipDetails:
    """Fields of a membership that are shown, but decide nothing; ``labels`` are (key, label).

    ``last_day`` is the day on which it really ends, see ``membership.rules.last_day``.
    """

    last_day: date | None
    ended_early_why: str | None
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entitlements:
    """All entitlements of one customer, and the details of each by membership id."""

    all: tuple[Entitlement, ...]
    details: Mapping[UUID, MembershipDetails]


NO_ENTITLEMENTS = Entitlements((), {})
_Earlier = Mapping[tuple[UUID, UUID], int | None]
"""How many others take a seat before a customer, by customer and company."""


@dataclass(frozen=True, slots=True)
class EntitledCustomer:
    """A customer with what decides their permissions."""

    id: UUID
    state: CustomerState
    entitlements: tuple[Entitlement, ...]


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
_COLUMNS = (
    *_DECIDING,
    Membership.last_day,
    Membership.time_zone,
    Membership.ended_early_why,
)
_organization: ColumnElement[int] = bindparam("organization_id")
_customers: ColumnElement[Any] = bindparam("customer_ids", expanding=True)
_customer: ColumnElement[UUID] = bindparam("customer_id", type_=Uuid())
_now: ColumnElement[datetime] = bindparam("now", type_=CompanyLink.valid_from.type)


def _current(link: type[CompanyLink]) -> ColumnElement[bool]:
    """Return the condition that a link is in force at ``now``; an ended one never is again.

    Between a customer and a company there is at most one such link, by a unique index.
    """
    return and_(link.valid_from <= _now, link.valid_until.is_(None))


def _entitlements(
    whose: Callable[[Any], ColumnElement[bool]],
    columns: Sequence[Any] = _COLUMNS,
    organization: ColumnElement[int] = _organization,
) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the query for entitlements; ``whose`` is the condition on a column of customer ids."""
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


def select_entitlements(
    customer_id: ColumnElement[UUID], organization: ColumnElement[int] = _organization
) -> Subquery:
    """Return a subquery to join to one customer, whose rows ``entitlements_of`` takes.

    The statement takes ``now``, and ``organization_id`` unless another ``organization`` is given.
    """
    # No list of ids: it would be expanded in the statement at each execution.
    return _entitlements(lambda column: column == customer_id, organization=organization).subquery()


def select_deciding(customer_id: ColumnElement[UUID], organization: ColumnElement[int]) -> Subquery:
    """Return the same without details: rows for ``entitled_customer_of``."""
    return _entitlements(lambda column: column == customer_id, _DECIDING, organization).subquery()


_OF_CUSTOMERS = _entitlements(lambda customer_id: customer_id.in_(_customers))
_deciding = select_deciding(_customer, _organization)
_ENTITLED_CUSTOMER = (
    select(Customer.id.label("customer_id"), Customer.state, *_deciding.c)
    .select_from(Customer)
    .outerjoin(_deciding, true())
    .where(Customer.organization_id == _organization, Customer.id == _customer)
)


def takes_seat(link: type[CompanyLink], organization: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that the customer of a link takes a seat, where they are limited.

    Banned and inactive customers take none, unless ``all_take_seats`` is set.
    """
    who = aliased(Customer)  # the statement may have the customer already
    active = exists().where(
        who.organization_id == link.organization_id,
        who.id == link.customer_id,
        who.state == CustomerState.ACTIVE,
    )
    keeps = select(Organization.all_take_seats).where(Organization.id == organization)
    return or_(active, keeps.scalar_subquery())


_earlier = aliased(CompanyLink)
_SEATS = select(
    CompanyLink.customer_id,
    CompanyLink.company_id,
    takes_seat(CompanyLink, _organization),
    select(func.count())
    .where(
        _earlier.organization_id == CompanyLink.organization_id,
        _earlier.company_id == CompanyLink.company_id,
        _current(_earlier),
        takes_seat(_earlier, _organization),
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


def load_entitlements(
    bind: Session | Connection,
    organization_id: int,
    customer_ids: Sequence[UUID],
    now: datetime,
) -> dict[UUID, Entitlements]:
    """Load entitlements by customer id; customers without any are left out."""
    if not customer_ids:
        return {}
    connection = connection_of(bind)
    query = {"organization_id": organization_id, "customer_ids": customer_ids, "now": now}
    rows = connection.execute(_OF_CUSTOMERS, query).all()
    earlier = _earlier_links(connection, organization_id, rows, now)
    by_customer: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows:
        by_customer[row.holder_id].append(row)
    return {customer_id: _whole(found, earlier) for customer_id, found in by_customer.items()}


def load_entitled_customer(
    connection: Connection, organization_id: int, customer_id: UUID, now: datetime
) -> EntitledCustomer | None:
    """Load a customer with their entitlements; None if there is no such customer.

    The id of a merged customer leads to the one into whom they were merged.
    """
    query = {"organization_id": organization_id, "customer_id": customer_id, "now": now}
    rows = connection.execute(_ENTITLED_CUSTOMER, query).all()
    if not rows:
        stayed = resolve(connection, organization_id, customer_id)
        rows = connection.execute(_ENTITLED_CUSTOMER, {**query, "customer_id": stayed}).all()
    if not rows:
        return None
    return entitled_customer_of(connection, organization_id, rows, now)


def entitled_customer_of(
    connection: Connection, organization_id: int, rows: Sequence[AnyRow], now: datetime
) -> EntitledCustomer:
    """Return a customer from rows with ``customer_id``, ``state`` and ``select_deciding``."""
    found = [row for row in rows if row.holder_id is not None]
    earlier = _earlier_links(connection, organization_id, found, now)
    return EntitledCustomer(rows[0].customer_id, rows[0].state, _all(found, earlier))


def entitlements_of(
    connection: Connection, organization_id: int, rows: Sequence[AnyRow], now: datetime
) -> Entitlements:
    """Return the entitlements of one customer from rows joined to ``select_entitlements``."""
    found = [row for row in rows if row.holder_id is not None]
    return _whole(found, _earlier_links(connection, organization_id, found, now))


def _earlier_links(
    connection: Connection, organization_id: int, rows: Sequence[AnyRow], now: datetime
) -> _Earlier:
    """Count earlier links by (customer id, company id), where the company limits its seats.

    None for a customer who takes no seat.
    """
    capped = [row for row in rows if row.seat_cap is not None]
    if not capped:
        return {}
    query = {
        "organization_id": organization_id,
        "customer_ids": list({row.holder_id for row in capped}),
        "company_ids": list({row.company_id for row in capped}),
        "now": now,
    }
    seats = connection.execute(_SEATS, query)
    return {
        (customer, company): count if takes else None for customer, company, takes, count in seats
    }


def _whole(rows: Sequence[AnyRow], earlier: _Earlier) -> Entitlements:
    """Return the entitlements of one customer from their rows."""
    return Entitlements(_all(rows, earlier), {row.membership_id: _details(row) for row in rows})


def _all(rows: Sequence[AnyRow], earlier: _Earlier) -> tuple[Entitlement, ...]:
    """Return the rows of one customer as entitlements of the rules."""
    return tuple(_entitlement(row, earlier.get((row.holder_id, row.company_id), 0)) for row in rows)


def term_of(row: AnyRow | Membership) -> Term:
    """Return the term of a membership as the rules take it."""
    return Term(
        row.starts_at,
        row.ends_at,
        row.ended_early_at,
        row.payment_overdue_since,
        row.ended_for_good,
    )


def last_day_of(row: AnyRow | Membership) -> date | None:
    """Return the last local day that a membership is good for; None without an end."""
    return true_last_day(term_of(row), row.last_day, ZoneInfo(row.time_zone))


def _entitlement(row: AnyRow, earlier: int | None) -> Entitlement:
    """Return a row as an entitlement; ``earlier`` others take a seat of its company before."""
    source = None
    if row.company_id is not None:
        source = Source(row.company_id, row.company_name, row.seat_cap)
    return Entitlement(
        membership_id=row.membership_id,
        plan=row.plan_name,
        term=term_of(row),
        permissions=tuple(key for key, _ in row.permissions),
        company=source,
        has_seat=has_seat(earlier, row.seat_cap),
        renews=row.renews,
    )


def _details(row: AnyRow) -> MembershipDetails:
    """Return the fields of a row that decide nothing."""
    labels = tuple((key, label) for key, label in row.permissions)
    return MembershipDetails(last_day_of(row), row.ended_early_why, labels)
