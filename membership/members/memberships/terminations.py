"""Memberships that end before their time: ended, ended with notice, or transferred."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from membership.base.actors import Actor
from membership.events.types import EventType
from membership.members.memberships.changes import (
    apply_change,
    locked,
    refuse_billed,
    refuse_ended,
    refuse_ended_early,
    refuse_transferred,
)
from membership.members.memberships.schemas import EarlyEnd, Transfer
from membership.members.memberships.second_sale import held_meanwhile, refuse_second
from membership.members.memberships.service import (
    SOURCES,
    Owner,
    Sale,
    agreed_now,
    get_membership,
    length_of,
    plan_on_sale,
    required_owner,
    sell,
)
from membership.rules.instants import TimeError
from membership.rules.periods import Period, first_period
from membership.store.models import Membership, Plan
from membership.web.access import Tenant
from membership.web.errors import Conflict, Invalid


def end_early(
    session: Session, tenant: Tenant, membership_id: UUID, end: EarlyEnd, now: datetime
) -> Membership:
    """End a membership before its time: now, for good, or at an instant to come.

    An end planned before is replaced.

    Raises NotFound; Conflict if it has ended already, was transferred, or is billed by a
    provider; Invalid for an instant
    that is past, or outside the membership's period.
    """
    membership = locked(session, tenant, membership_id)
    refuse_ended(membership, now)
    refuse_billed(session, membership)
    refuse_transferred(session, membership)
    if end.at is not None:
        _require_within(membership, end.at, now)
    at = now if end.at is None else end.at
    apply_change(
        session,
        membership,
        EventType.MEMBERSHIP_ENDED,
        now,
        can_be_undone=True,
        ended_early_at=at,
        ended_early_why=end.why or None,
        ended_for_good=at <= now,
    )
    return membership


def _require_within(membership: Membership, at: datetime, now: datetime) -> None:
    """Raise Invalid unless a membership can be ended early at ``at``."""
    if at < now:
        message = "is past; leave it out to end the membership now"
    elif at < membership.starts_at:
        message = "is before the membership starts; leave it out to withdraw it now"
    elif membership.ends_at is not None and at >= membership.ends_at:
        message = "is not before the end that was sold"
    else:
        return
    raise Invalid("end_invalid", "body.at", message)


def withdraw_end(
    session: Session, tenant: Tenant, membership_id: UUID, now: datetime
) -> Membership:
    """Take back an early end that has not come yet: the end that was sold counts again.

    Raises NotFound; Conflict if none is planned, it has come, or belongs to a transfer.
    """
    membership = locked(session, tenant, membership_id)
    if membership.ended_early_at is None:
        raise Conflict("no_end_planned", "No early end is planned for this membership.")
    refuse_ended(membership, now)
    refuse_transferred(session, membership)
    apply_change(
        session,
        membership,
        EventType.MEMBERSHIP_END_WITHDRAWN,
        now,
        can_be_undone=True,
        ended_early_at=None,
        ended_early_why=None,
    )
    return membership


def transfer(
    session: Session,
    tenant: Tenant,
    membership_id: UUID,
    wanted: Transfer,
    now: datetime,
    *,
    actor: Actor,
    overdue_since: datetime | None = None,
) -> Membership:
    """End a membership, and sell its owner another one from that instant on, which is returned.

    The new one is sold under the present terms of its plan and counts from its own start; it
    names the one before as ``previous_id``, and is overdue from ``overdue_since`` on. Nothing is
    charged or paid back here.

    Raises NotFound; Conflict if it has ended or is planned to, was transferred already, or the
    plan or the owner is archived; Invalid for an instant past or outside the period.
    """
    # First the owner, then the membership: a merge locks them in this order too.
    former = get_membership(session, tenant, membership_id)
    owner = required_owner(session, tenant, Owner(former.customer_id, former.company_id))
    former = locked(session, tenant, membership_id)
    refuse_transferred(session, former)
    refuse_billed(session, former)
    refuse_ended(former, now)
    refuse_ended_early(session, former)
    plan = plan_on_sale(session, tenant, wanted.plan_id)
    if wanted.at is not None:
        _require_within(former, wanted.at, now)
    at = wanted.at or max(now, former.starts_at)
    period = _transferred_period(plan, at, ZoneInfo(tenant.time_zone))
    owned_by = (owner.customer_id, owner.company_id)
    held = held_meanwhile(session, tenant, owned_by, plan, period, now=now)
    refuse_second([each for each in held if each.id != former.id], again=wanted.again)
    agreed = agreed_now(plan, overdue_since)
    source = SOURCES[actor.kind]
    sale = Sale(plan, owner, period, actor, source, previous_id=former.id, agreed=agreed)
    following = sell(session, tenant, sale, now)
    apply_change(
        session,
        former,
        EventType.MEMBERSHIP_TRANSFERRED,
        now,
        can_be_undone=True,
        event_data={"next_membership_id": str(following.id), "next_plan_id": str(plan.id)},
        ended_early_at=at,
        ended_early_why=f"Transferred to {plan.name}",
        ended_for_good=at <= now,
    )
    return following


def _transferred_period(plan: Plan, at: datetime, zone: ZoneInfo) -> Period:
    """When the new membership runs. Raises Invalid."""
    try:
        return first_period(at, length_of(plan), zone)
    except TimeError as error:
        raise Invalid("period_invalid", "body.at", str(error)) from error
