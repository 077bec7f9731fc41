"""What customers hold now: their own memberships, and those of the companies they belong to.

Read in one query for any number of customers, and one more where a company limits its seats.
Nothing is copied: a link that ends takes what it gave with it in that instant.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from membership.database import AnyRow
from membership.models import Company, CompanyLink, Membership
from membership.rules.inheritance import Company as Source
from membership.rules.inheritance import Holding, has_seat
from membership.rules.status import Term


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

_COLUMNS = (
    Membership.id,
    Membership.plan_name,
    Membership.permissions,
    Membership.starts_at,
    Membership.ends_at,
    Membership.last_day,
    Membership.ended_early_at,
    Membership.ended_early_why,
    Membership.payment_overdue_since,
    Membership.ended_for_good,
)
_organization: ColumnElement[int] = bindparam("organization_id")
_customers: ColumnElement[Any] = bindparam("customer_ids", expanding=True)
_now: ColumnElement[datetime] = bindparam("now", type_=CompanyLink.valid_from.type)


def _current(link: type[CompanyLink]) -> ColumnElement[bool]:
    """Whether a link holds now: one that was ended does not, whatever the clock says since.

    Between a customer and a company there is at most one such link; an index sees to that.
    """
    return and_(link.valid_from <= _now, link.valid_until.is_(None))


_HELD: CompoundSelect[*tuple[Any, ...]] = union_all(
    select(
        Membership.customer_id.label("holder_id"),
        *_COLUMNS,
        literal(None, Uuid()).label("company_id"),
        null().label("company_name"),
        null().label("seat_cap"),
    ).where(Membership.organization_id == _organization, Membership.customer_id.in_(_customers)),
    select(
        CompanyLink.customer_id.label("holder_id"),
        *_COLUMNS,
        Company.id.label("company_id"),
        Company.name.label("company_name"),
        Company.seat_cap.label("seat_cap"),
    )
    .join(
        Company,
        and_(
            Company.organization_id == CompanyLink.organization_id,
            Company.id == CompanyLink.company_id,
        ),
    )
    .join(
        Membership,
        and_(
            Membership.organization_id == CompanyLink.organization_id,
            Membership.company_id == CompanyLink.company_id,
        ),
    )
    .where(
        CompanyLink.organization_id == _organization,
        CompanyLink.customer_id.in_(_customers),
        _current(CompanyLink),
    ),
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
    asked = {"organization_id": organization_id, "customer_ids": customer_ids, "now": now}
    rows = session.connection().execute(_HELD, asked).all()
    capped = {row.company_id for row in rows if row.seat_cap is not None}
    earlier: dict[tuple[UUID, UUID], int] = {}
    if capped:
        seats = session.connection().execute(_SEATS, {**asked, "company_ids": list(capped)})
        earlier = {(customer, company): count for customer, company, count in seats}
    by_customer: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows:
        by_customer[row.holder_id].append(row)
    return {
        customer_id: Held(
            tuple(_holding(row, earlier.get((customer_id, row.company_id), 0)) for row in held),
            {row.id: _sold(row) for row in held},
        )
        for customer_id, held in by_customer.items()
    }


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
        membership_id=row.id,
        plan=row.plan_name,
        term=term_of(row),
        permissions=tuple(key for key, _ in row.permissions),
        company=source,
        has_seat=has_seat(earlier, row.seat_cap),
    )


def _sold(row: AnyRow) -> Sold:
    """The rest of a row."""
    labels = tuple((key, label) for key, label in row.permissions)
    return Sold(row.last_day, row.ended_early_why, labels)
