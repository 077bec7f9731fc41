"""What a payment continues: the membership of the same plan that its owner has at that time.

However it is paid, a plan that is bought again before it is over goes on from its end, and no paid
day is lost. A membership that was sold on the same terms is renewed; any other is followed by a new
one.
"""

from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.scan import Status
from membership.members.memberships.changes import refuse_billed, refuse_transferred
from membership.members.memberships.entitlements import term_of
from membership.members.memberships.past_periods import end_without_grace, periods_of
from membership.members.memberships.service import Agreed, Owner, billing_of, length_of
from membership.members.plans.permissions import permissions_of
from membership.rules.instants import local_day
from membership.rules.periods import Interval, nth_day
from membership.rules.status import standing
from membership.store.models import Membership, Plan
from membership.web.access import Tenant
from membership.web.errors import Conflict


def held_of_plan(
    session: Session, tenant: Tenant, owner: Owner, plan: Plan, at: datetime
) -> list[Membership]:
    """Return the memberships of a plan that an owner has at ``at`` or later, oldest first.

    The caller holds the owner's lock.
    """
    return [
        each
        for each in _sold(session, tenant, owner, plan)
        if standing(term_of(each), at).status is not Status.EXPIRED
    ]


def paid_end(membership: Membership) -> datetime | None:
    """Return when what was sold or paid for ends, without days of grace (UTC); None for no end."""
    term = term_of(membership)
    return term.end if term.ends_early else end_without_grace(membership)


def continued(held: list[Membership], at: datetime) -> Membership | None:
    """Return the one of ``held`` that a payment at ``at`` continues: the one that ends last.

    Returns None if all have ended by then, or if one runs on without an end.
    """
    ends = [(end, each) for each in held if (end := paid_end(each)) is not None]
    if len(ends) < len(held) or not ends:
        return None
    end, last = max(ends, key=lambda found: found[0])
    return last if at < end else None


def renewable(
    session: Session, tenant: Tenant, owner: Owner, plan: Plan, agreed: Agreed, *, at: datetime
) -> Membership | None:
    """Return the membership that a single payment at ``at`` renews, as the desk would; or None.

    It is the one of this plan that ends last, if it was sold on the terms that were ``agreed`` and
    with the plan's permissions, has an end, and nobody ended or transferred it.
    """
    sold = _sold(session, tenant, owner, plan)
    if any(_runs_open(each, at) for each in sold):
        return None
    ends = [(end, each) for each in sold if (end := paid_end(each)) is not None]
    if agreed.length is None or not ends:
        return None
    last = max(ends, key=lambda found: found[0])[1]
    if term_of(last).ends_early or not _same_terms(session, tenant, last, agreed):
        return None
    try:
        refuse_billed(session, last)
        refuse_transferred(session, last)
    except Conflict:
        return None
    return last


def _runs_open(membership: Membership, at: datetime) -> bool:
    """Whether a membership has no end, and is not over."""
    open_ended = paid_end(membership) is None
    return open_ended and standing(term_of(membership), at).status is not Status.EXPIRED


def may_continue(held: list[Membership], plan: Plan, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a customer may buy the next period of a plan while ``held`` of it are not over.

    No more than one period may be left: what was paid ahead once is not paid ahead again. One that
    costs nothing can be had again when half of its period is over. None of them may run on by
    itself, or have an end that somebody planned.
    """
    for each in held:
        term, end = term_of(each), paid_end(each)
        if end is None or each.renews or term.ends_early:
            return False
        if now >= end:
            continue
        lengths = (length_of(plan), billing_of(plan), length_of(each))
        if all(_more_than(length, now, end, zone) for length in lengths if length is not None):
            return False
        if plan.price_minor == 0 and end - now > _half_of_period(each):
            return False
    return True


def _more_than(length: Interval, now: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Whether more than a length is left."""
    return nth_day(local_day(now, zone), length, 1) < local_day(end, zone)


def _half_of_period(membership: Membership) -> timedelta:
    """Return half of the last period of a membership, in whole days."""
    last = periods_of(membership)[-1]
    end = paid_end(membership) or last.starts_at
    return timedelta(days=ceil((end - last.starts_at) / timedelta(days=2)))


def _same_terms(session: Session, tenant: Tenant, sold: Membership, agreed: Agreed) -> bool:
    """Whether a membership was sold on these terms, with what the plan permits now."""
    carried = permissions_of(session, tenant.id, [sold.plan_id]).get(sold.plan_id, ())
    kept = {key for key, _ in sold.permissions}
    return {each.key for each in carried} == kept and agreed.has_terms_of(sold)


def _sold(session: Session, tenant: Tenant, owner: Owner, plan: Plan) -> list[Membership]:
    """Return the memberships of a plan that an owner has or had, oldest first.

    What never ran, such as one that was withdrawn before it began, does not count.
    """
    rows = session.scalars(
        select(Membership)
        .where(
            Membership.organization_id == tenant.id,
            Membership.customer_id == owner.customer_id
            if owner.customer_id is not None
            else Membership.company_id == owner.company_id,
            Membership.plan_id == plan.id,
        )
        .order_by(Membership.starts_at, Membership.id)
    )
    return [each for each in rows if not term_of(each).never_runs]
