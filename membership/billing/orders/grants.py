"""Grants the membership that an order paid for.

It continues what the owner has of the same plan. A single payment renews a membership that was sold
on the same terms, as the desk would. Anything else is a membership of its own: it begins where the
one before ends, and the periods of its subscription are counted from there.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.billing.orders.terms import billing_terms, length_terms
from membership.members.memberships.continuation import (
    continued,
    held_of_plan,
    paid_end,
    renewable,
)
from membership.members.memberships.renewals import renew_paid
from membership.members.memberships.service import (
    SOURCES,
    Agreed,
    Owner,
    Sale,
    required_owner,
    sell,
)
from membership.rules.billing import Agreement, Carry, SubscribedTerm, subscribed_term
from membership.rules.instants import local_day
from membership.rules.periods import Period, first_period
from membership.store.models import BillingOrder, Membership, Plan
from membership.web.access import Tenant


@dataclass(frozen=True, slots=True)
class PaidFor:
    """What was paid for, and when; the subscription since ``began`` if there is one."""

    paid_at: datetime
    began: datetime | None = None
    agreement: Agreement | None = None


def term_paid(
    order: BillingOrder, paid_for: PaidFor, grace_days: int, zone: ZoneInfo
) -> SubscribedTerm | None:
    """Return the term that the subscription of an order pays for; None for a single payment."""
    if paid_for.agreement is None:
        return None
    billing, carry = billing_terms(order), None
    if order.continues_on is not None and paid_for.began is not None and billing is not None:
        carry = Carry(paid_for.began, order.continues_on, billing)
    return subscribed_term(paid_for.agreement, grace_days, zone, carry)


def grant(
    session: Session,
    tenant: Tenant,
    order: BillingOrder,
    paid_for: PaidFor,
    grace_days: int,
    *,
    now: datetime,
) -> Membership:
    """Grant what an order paid for, on its terms; returns the new membership, or the renewed one.

    The caller holds the owner's lock. Raises as ``required_owner`` does.
    """
    zone = ZoneInfo(tenant.time_zone)
    owner = required_owner(session, tenant, Owner(order.customer_id, order.company_id))
    plan = session.get_one(Plan, (tenant.id, order.plan_id))
    agreed = Agreed(
        order.plan_name,
        order.price_minor,
        order.currency,
        billing_terms(order),
        length_terms(order),
    )
    if paid_for.agreement is None:
        former = renewable(session, tenant, owner, plan, agreed, at=now)
        if former is not None:
            end, paid_at = paid_end(former), paid_for.paid_at
            early = end is not None and paid_at < end
            return renew_paid(session, tenant, former.id, paid_at if early else now, now)
    held = held_of_plan(session, tenant, owner, plan, min(paid_for.paid_at, now))
    before = continued(held, paid_for.paid_at)
    after = None if before is None else paid_end(before)
    starts_at = after or paid_for.began or now
    if after is not None and paid_for.agreement is not None:
        order.continues_on = local_day(after, zone)
    term = term_paid(order, paid_for, grace_days, zone)
    if term is None:
        period = first_period(starts_at, agreed.length, zone)
    else:
        period = Period(starts_at, term.ends_at, term.last_day)
        agreed = replace(agreed, overdue_since=term.overdue_since, renews=term.renews)
    by_customer = order.actor_kind is ActorKind.CUSTOMER
    # After a merge the customer has another id than at the time of the order.
    actor_id = owner.customer_id if by_customer else order.actor_id
    actor = Actor(order.actor_kind, order.actor_name, actor_id)
    sale = Sale(plan, owner, period, actor, SOURCES[actor.kind], agreed=agreed)
    return sell(session, tenant, sale, now)
