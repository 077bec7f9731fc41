"""Memberships that last longer: renewed by a payment, or extended as a goodwill."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from membership.events.types import EventType
from membership.members.memberships.changes import (
    apply_change,
    locked,
    refuse_billed,
    refuse_ended_early,
)
from membership.members.memberships.past_periods import former_after_renewal
from membership.members.memberships.schemas import Extension, Renewal
from membership.members.memberships.second_sale import held_meanwhile, refuse_second
from membership.members.memberships.service import length_of
from membership.rules.instants import CalendarRangeError, TimeError, day_after
from membership.rules.periods import Interval, Period, period_until
from membership.rules.periods import renew as next_period
from membership.store.models import Membership, Plan
from membership.web.access import Tenant
from membership.web.errors import Conflict, Invalid


def renew(
    session: Session,
    tenant: Tenant,
    membership_id: UUID,
    renewal: Renewal,
    now: datetime,
    *,
    overdue_since: datetime | None = None,
) -> Membership:
    """Prolong a membership by the length it was sold with, which the plan may no longer have.

    Renewed before it is paid, it is overdue from ``overdue_since`` on, or as early as it was.

    Paid before its end, it goes on from there, counted from the same anchor; paid later, the
    new period starts at the payment, in the organization's present time zone. Either way the
    period before it is kept as a former one.

    Raises NotFound; Conflict if it has no end or no length, was ended early or transferred, is
    billed by a provider, or the owner has the plan already for that time (``refuse_second``);
    Invalid for a payment yet to come.
    """
    paid_at = renewal.paid_at or now
    membership = locked(session, tenant, membership_id)
    refuse_billed(session, membership)
    refuse_ended_early(session, membership)
    _renewable(membership)
    if paid_at > now:
        raise Invalid("payment_to_come", "body.paid_at", "is in the future")
    earliest = [at for at in (overdue_since, membership.payment_overdue_since) if at is not None]
    _prolong(
        session,
        tenant,
        membership,
        paid_at,
        now,
        can_be_undone=True,
        again=renewal.again,
        payment_overdue_since=min(earliest, default=None),
    )
    return membership


def renew_paid(
    session: Session, tenant: Tenant, membership_id: UUID, paid_at: datetime, now: datetime
) -> Membership:
    """Renew a membership that was paid at the payment provider, or costs nothing, as ``renew``.

    It is no mistake of the desk's, which could be undone. Raises as ``renew`` does.
    """
    membership = locked(session, tenant, membership_id)
    refuse_billed(session, membership)
    refuse_ended_early(session, membership)
    overdue = membership.payment_overdue_since
    _prolong(
        session,
        tenant,
        membership,
        paid_at,
        now,
        can_be_undone=False,
        payment_overdue_since=overdue,
    )
    return membership


def _prolong(
    session: Session,
    tenant: Tenant,
    membership: Membership,
    paid_at: datetime,
    now: datetime,
    *,
    can_be_undone: bool,
    payment_overdue_since: datetime | None,
    again: bool | None = None,
) -> None:
    """Add the period that a payment buys to a locked membership. Raises Conflict."""
    ends_at, length = _renewable(membership)
    late = paid_at >= ends_at
    zone = tenant.time_zone if late else membership.time_zone
    anchor, number = membership.anchor_day, membership.period_number or 1
    try:
        bought = next_period(ends_at, paid_at, length, ZoneInfo(zone), anchor=anchor, number=number)
    except CalendarRangeError as error:
        raise Conflict("calendar_ends", str(error)) from error
    starts_at = bought.period.starts_at if late else ends_at
    added = Period(starts_at, bought.period.ends_at, bought.period.last_day)
    _refuse_held(session, tenant, membership, added, now, again=again)
    apply_change(
        session,
        membership,
        EventType.MEMBERSHIP_RENEWED,
        now,
        former_periods=former_after_renewal(membership),
        can_be_undone=can_be_undone,
        starts_at=bought.period.starts_at if late else membership.starts_at,
        ends_at=bought.period.ends_at,
        last_day=bought.period.last_day,
        time_zone=zone,
        anchor_day=bought.anchor,
        period_number=bought.number,
        payment_overdue_since=payment_overdue_since,
    )


def _refuse_held(
    session: Session,
    tenant: Tenant,
    membership: Membership,
    added: Period,
    now: datetime,
    *,
    again: bool | None,
) -> None:
    """Raise Conflict if a renewal adds days that the owner has already, such as bought online."""
    if again is not False:
        return
    plan = session.get_one(Plan, (tenant.id, membership.plan_id))
    owner = (membership.customer_id, membership.company_id)
    held = held_meanwhile(session, tenant, owner, plan, added, now=now)
    refuse_second([each for each in held if each.id != membership.id], again=again)


def _renewable(membership: Membership) -> tuple[datetime, Interval]:
    """The end and the length of a membership that can be renewed. Raises Conflict."""
    if membership.ends_at is None:
        raise Conflict("membership_open", "This membership has no end; there is nothing to renew.")
    length = length_of(membership)
    if length is None:
        detail = "This membership was sold up to a day, without a length; extend it instead."
        raise Conflict("length_missing", detail)
    return membership.ends_at, length


def extend(
    session: Session, tenant: Tenant, membership_id: UUID, extension: Extension, now: datetime
) -> Membership:
    """Move the last day of a membership further, as a goodwill; nothing is counted anew.

    One that has expired counts as if it had run on, so the new last day must not be over.

    Raises NotFound; Conflict if it has no end, was ended early or transferred, or is billed by
    a provider; Invalid for a last day that is not later, or over.
    """
    membership = locked(session, tenant, membership_id)
    refuse_billed(session, membership)
    refuse_ended_early(session, membership)
    if membership.ends_at is None or membership.last_day is None:
        raise Conflict("membership_open", "This membership has no end; there is nothing to extend.")
    field = "body.days" if extension.last_day is None else "body.last_day"
    try:
        last_day = extension.last_day or day_after(membership.last_day, extension.days or 0)
        period = period_until(membership.starts_at, last_day, ZoneInfo(membership.time_zone))
    except TimeError as error:
        raise Invalid("period_invalid", field, str(error)) from error
    if period.ends_at is None or period.ends_at <= membership.ends_at:
        message = f"is not after the present last day, {membership.last_day}"
        raise Invalid("not_extended", field, message)
    if period.ends_at <= now:
        raise Invalid("not_extended", field, f"the last day would be {last_day}, which is over")
    apply_change(
        session,
        membership,
        EventType.MEMBERSHIP_EXTENDED,
        now,
        why=extension.why,
        can_be_undone=True,
        ends_at=period.ends_at,
        last_day=period.last_day,
    )
    return membership
