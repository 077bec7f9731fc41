"""The same plan sold twice to one owner for the same time: said before it happens.

A renewal is compared by the days that it adds; the next period of a plan overlaps nothing.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.scan import Status
from membership.members.memberships.entitlements import last_day_of, term_of
from membership.rules.instants import local_day
from membership.rules.periods import Period
from membership.rules.status import standing
from membership.store.models import Membership, Plan
from membership.web.access import Tenant
from membership.web.errors import Conflict


def held_meanwhile(
    session: Session,
    tenant: Tenant,
    owner: tuple[UUID | None, UUID | None],
    plan: Plan,
    period: Period,
    *,
    now: datetime,
) -> list[Membership]:
    """Return the memberships of a plan that an owner has for a part of a period, oldest first.

    ``owner`` is a customer id or a company id, whose row the caller has locked: of two sales at
    once the second finds the first. Those that have ended do not count.
    """
    customer_id, company_id = owner
    sold = session.scalars(
        select(Membership)
        .where(
            Membership.organization_id == tenant.id,
            Membership.customer_id == customer_id
            if customer_id is not None
            else Membership.company_id == company_id,
            Membership.plan_id == plan.id,
        )
        .order_by(Membership.starts_at, Membership.id)
    )
    return [
        each
        for each in sold
        if standing(term_of(each), now).status is not Status.EXPIRED and _overlap(each, period)
    ]


def held_beside(
    session: Session, tenant: Tenant, sold: Membership, now: datetime
) -> tuple[UUID, ...]:
    """Return the ids of the owner's other memberships of the same plan and time.

    The time is that for which it really runs: an early end, come or planned, cuts it.
    """
    term = term_of(sold)
    if term.never_runs:
        return ()
    period = Period(sold.starts_at, term.end, last_day_of(sold))
    owner = (sold.customer_id, sold.company_id)
    plan = session.get_one(Plan, (tenant.id, sold.plan_id))
    held = held_meanwhile(session, tenant, owner, plan, period, now=now)
    return tuple(each.id for each in held if each.id != sold.id)


def _overlap(membership: Membership, period: Period) -> bool:
    """Return whether a membership and a period have an instant in common."""
    end = term_of(membership).end
    return (end is None or period.starts_at < end) and (
        period.ends_at is None or membership.starts_at < period.ends_at
    )


def refuse_second(held: list[Membership], *, again: bool | None) -> None:
    """Raise Conflict if the owner has the plan already and ``again`` is False.

    The desk asks so. Programs that leave it out sell as before, and read ``also_held``.
    """
    if not held or again is not False:
        return
    one = held[0]
    first, last = local_day(one.starts_at, ZoneInfo(one.time_zone)), last_day_of(one)
    until = "without end" if last is None else f"to {last}"
    detail = (
        f"{one.plan_name} is held already, from {first} {until} (membership {one.id}); "
        "with again=true it is sold a second time."
    )
    raise Conflict("plan_held", detail)
