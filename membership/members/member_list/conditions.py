"""What a scan decides about customers, as conditions of a query on ``Customer``.

They say the same as ``rules.outcome.decide``, ``rules.member_status`` and
``rules.attention.days_left`` of each customer. Tests compare both over many lives.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from api_client.messages.members import MemberStatus
from api_client.messages.scan import CustomerState
from membership.members.memberships.entitlements import takes_seat
from membership.members.memberships.listing import stands
from membership.members.memberships.schemas import StatusFilter
from membership.store.models import Company, CompanyLink, Customer, Membership

Sold = type[Membership]
Condition = Callable[[Sold], ColumnElement[bool]]


class Held:
    """Conditions on what customers of one organization hold at ``now``, own or inherited."""

    def __init__(self, organization_id: int, now: datetime) -> None:
        self._here, self._now = organization_id, now
        self._seatless = _without_seat(organization_id, now)

    def has_status(self, status: MemberStatus, plan_id: UUID | None) -> ColumnElement[bool]:
        """Whether a customer has a status, by memberships of a plan if one is given."""
        banned = Customer.state == CustomerState.BANNED
        if status is MemberStatus.BLOCKED:
            return banned if plan_id is None else and_(banned, self.has_plan(plan_id))
        overdue = self._among(self._is_overdue)
        match status:
            case MemberStatus.ACTIVE:
                found = and_(self._any_active(plan_id), not_(overdue))
            case MemberStatus.PAYMENT_OVERDUE:
                found = overdue if plan_id is None else and_(overdue, self._any_active(plan_id))
            case MemberStatus.NOT_YET_STARTED:
                found = self._starts(plan_id)
            case MemberStatus.EXPIRED:
                found = self._expired(plan_id)
            case MemberStatus.NO_MEMBERSHIP:
                found = false() if plan_id else not_(self._any(lambda _: true()))
        return and_(not_(banned), found)

    def has_plan(self, plan_id: UUID) -> ColumnElement[bool]:
        """Whether a plan is among those of the memberships that decide a customer's status."""
        return or_(self._any_active(plan_id), self._starts(plan_id), self._expired(plan_id))

    def ends_before(self, limit: datetime) -> ColumnElement[bool]:
        """Whether the unbroken cover of an active customer ends at ``limit`` or earlier.

        It does so exactly if one of the memberships ends until then, and none goes on at that
        end. Memberships that a payment provider renews are left out, as in ``days_left``.
        """

        def ends(one: Sold) -> ColumnElement[bool]:
            soon = (  # most memberships end at neither, which is cheaper to see than at which
                and_(day <= limit, day > self._now) for day in (one.ends_at, one.ended_early_at)
            )
            return and_(or_(*soon), _end(one) > self._now, _end(one) <= limit)

        def ends_cover(one: Sold) -> ColumnElement[bool]:
            end = _end(one)
            goes_on = self._any(
                lambda other: and_(
                    other.starts_at <= end, or_(_end(other).is_(None), _end(other) > end)
                ),
                lasting=True,
            )
            return and_(ends(one), not_(goes_on))

        def renews(one: Sold) -> ColumnElement[bool]:
            return and_(one.renews, self._is_active(one), not_(self._is_overdue(one)))

        return and_(
            Customer.state != CustomerState.BANNED,
            self._among(ends),
            self._any(self._is_active),
            not_(self._any(renews)),
            self._any(ends_cover, lasting=True),
        )

    def linked_to(self, company_id: UUID) -> ColumnElement[bool]:
        """Whether a customer belongs to a company now, with a seat or without."""
        return exists().where(
            *self._linked(CompanyLink),
            CompanyLink.customer_id == Customer.id,
            CompanyLink.company_id == company_id,
        )

    def _any_active(self, plan_id: UUID | None) -> ColumnElement[bool]:
        return self._any(lambda one: and_(self._is_active(one), _of_plan(one, plan_id)))

    def _starts(self, plan_id: UUID | None) -> ColumnElement[bool]:
        def scheduled(one: Sold) -> ColumnElement[bool]:
            return stands(StatusFilter.SCHEDULED, self._now, one)

        def of_plan(one: Sold) -> ColumnElement[bool]:
            return and_(scheduled(one), _of_plan(one, plan_id))

        found = [self._among(scheduled), not_(self._any(self._is_active))]
        if plan_id is not None:  # apart: the index that finds all that are about to start has none
            found.append(self._any(of_plan))
        return and_(*found)

    def _expired(self, plan_id: UUID | None) -> ColumnElement[bool]:
        goes_on = self._any(lambda one: not_(stands(StatusFilter.EXPIRED, self._now, one)))
        return and_(self._any(lambda one: _of_plan(one, plan_id)), not_(goes_on))

    def _is_active(self, one: Sold) -> ColumnElement[bool]:
        return stands(StatusFilter.ACTIVE, self._now, one)

    def _is_overdue(self, one: Sold) -> ColumnElement[bool]:
        since = one.payment_overdue_since
        return and_(since.is_not(None), since <= self._now, self._is_active(one))

    def _among(self, condition: Condition) -> ColumnElement[bool]:
        """Return the same as ``_any``, for what few customers hold: these are found at once.

        A link is looked up in the companies that hold it, as most links are not of these.
        """
        own, inherited = aliased(Membership), aliased(Membership)
        link = aliased(CompanyLink)
        holders: CompoundSelect[Any] = union_all(
            select(own.customer_id).where(
                own.organization_id == self._here, own.customer_id.is_not(None), condition(own)
            ),
            select(link.customer_id).where(
                *self._linked(link),
                link.company_id.in_(
                    select(inherited.company_id).where(
                        inherited.organization_id == self._here,
                        inherited.company_id.is_not(None),
                        condition(inherited),
                    )
                ),
                link.id.not_in(select(self._seatless.c.id)),
            ),
        )
        return Customer.id.in_(holders)

    def _any(self, condition: Condition, *, lasting: bool = False) -> ColumnElement[bool]:
        """Whether a customer holds any membership with a seat that fulfils a condition.

        With ``lasting`` only those that give something at some time: see ``covered_until``.
        """
        own, inherited = aliased(Membership), aliased(Membership)
        link = aliased(CompanyLink)
        return or_(
            exists()
            .where(
                own.organization_id == self._here,
                own.customer_id == Customer.id,
                condition(own),
                *((_lasts(own),) if lasting else ()),
            )
            .correlate_except(own),
            exists()
            .where(
                *self._linked(link),
                link.customer_id == Customer.id,
                inherited.organization_id == self._here,
                inherited.company_id == link.company_id,
                condition(inherited),
                *((_lasts(inherited),) if lasting else ()),
                link.id.not_in(select(self._seatless.c.id)),
            )
            .correlate_except(link, inherited),
        )

    def _linked(self, link: type[CompanyLink]) -> tuple[ColumnElement[bool], ...]:
        return (
            link.organization_id == self._here,
            link.valid_until.is_(None),
            link.valid_from <= self._now,
        )


def _without_seat(organization_id: int, now: datetime) -> CTE:
    """Return the links without a seat, see ``rules.inheritance.has_seat``: computed once a query.

    In the order of ``seat_order``; customers who take no seat have none.
    """
    link, company = aliased(CompanyLink), aliased(Company)
    takes = case((takes_seat(link, literal(organization_id)), 1), else_=0).label("takes")
    capped = aliased(Company)
    of_link = and_(company.organization_id == link.organization_id, company.id == link.company_id)
    limited = (
        select(
            *(link.id, link.customer_id, link.company_id, link.valid_from),
            *(company.seat_cap, takes),
        )
        .join(company, of_link)
        .where(
            link.organization_id == organization_id,
            company.seat_cap.is_not(None),
            link.company_id.in_(  # before the company of each link is read
                select(capped.id).where(
                    capped.organization_id == organization_id, capped.seat_cap.is_not(None)
                )
            ),
            link.valid_until.is_(None),
            link.valid_from <= now,
        )
        .subquery()
    )
    columns = limited.c
    place = func.sum(columns.takes).over(
        partition_by=columns.company_id,
        order_by=(columns.valid_from, columns.customer_id),
        rows=(None, 0),
    )
    queue = select(columns.id, columns.seat_cap, columns.takes, place.label("place")).subquery()
    seatless = select(queue.c.id).where(or_(queue.c.takes == 0, queue.c.place > queue.c.seat_cap))
    return seatless.cte("seatless").prefix_with("MATERIALIZED")


def _of_plan(one: Sold, plan_id: UUID | None) -> ColumnElement[bool]:
    """Whether a membership is of a plan; of any, without one."""
    return true() if plan_id is None else one.plan_id == plan_id


def _end(one: Sold) -> ColumnElement[datetime | None]:
    """Return ``Term.end`` of a membership."""
    early, end = one.ended_early_at, one.ends_at
    return case((_ends_early(one), early), else_=end)


def _ends_early(one: Sold) -> ColumnElement[bool]:
    early, end = one.ended_early_at, one.ends_at
    return and_(early.is_not(None), or_(end.is_(None), early < end))


def _lasts(one: Sold) -> ColumnElement[bool]:
    """Whether a membership runs at some time, and is not over for good."""
    runs = or_(_end(one).is_(None), _end(one) > one.starts_at)
    return and_(runs, not_(and_(one.ended_for_good, _ends_early(one))))
