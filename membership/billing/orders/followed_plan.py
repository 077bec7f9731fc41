"""Follows the plan that a subscription is charged for at the provider.

The price of the subscription decides, whoever changed it: so an answer that was lost, a request
that was repeated, and two changes at once all end with what is charged.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from membership.base.actors import Actor
from membership.base.logs import logger
from membership.billing.orders.grants import PaidFor, term_paid
from membership.billing.orders.terms import billing_terms, length_terms
from membership.billing.stripe.gateway import PriceFacts, SubscriptionFacts
from membership.events.types import EventType
from membership.members.memberships.changes import apply_change, locked
from membership.members.memberships.service import SOURCES, Agreed, Owner, Sale, sell
from membership.rules.billing import Carry
from membership.rules.instants import day_end
from membership.rules.periods import Period
from membership.store.models import BillingInvoice, BillingOrder, Membership, Plan
from membership.web.access import Tenant

_UNEVEN = timedelta(days=3)
"""By so much the same days may differ where months are counted from another one."""


def follow_plan(
    session: Session, tenant: Tenant, order: BillingOrder, facts: SubscriptionFacts, now: datetime
) -> datetime | None:
    """Store the plan that a subscription changes to, or has changed to; its order is locked.

    Returns from when on (UTC) what it pays for is another membership, which ``sell_followed``
    sells; later than ``now`` if the days that are paid run until then. Returns None if it has not
    changed, or not yet.
    """
    plan = _other_plan(session, order, facts.price)
    if plan is None or facts.price is None:
        _forget_next(order)
        return None
    if facts.changes_at is not None and not _is_paid_after(order, facts.changes_at):
        if facts.ended_at is not None:
            _forget_next(order)  # it ended before
        else:
            order.next_plan_id, order.next_price_minor = plan.id, facts.price.amount_minor
            order.changes_at = facts.changes_at
        return None
    changed_at = _changed_at(session, tenant, order, facts, now)
    # Until now, all invoices were for the plan of before.
    session.execute(
        update(BillingInvoice)
        .where(
            BillingInvoice.organization_id == tenant.id,
            BillingInvoice.order_id == order.id,
            BillingInvoice.plan_name.is_(None),
        )
        .values(plan_name=order.plan_name)
    )
    _forget_next(order)
    order.plan_id, order.plan_name = plan.id, plan.name
    order.price_minor, order.currency = facts.price.amount_minor, facts.price.currency
    order.billing_unit, order.billing_count = facts.price.billing.unit, facts.price.billing.count
    order.length_unit, order.length_count = plan.length_unit, plan.length_count
    return changed_at


def _changed_at(
    session: Session, tenant: Tenant, order: BillingOrder, facts: SubscriptionFacts, now: datetime
) -> datetime:
    """Return from when on a new plan counts; the order has the terms of the one before still.

    A planned change counts from the end of the days that were paid under the plan before. These
    are later than the provider's period if the order continued something that was paid already.
    """
    if facts.changes_at is None:
        return now
    begins, slack, billing = min(facts.changes_at, now), timedelta(), billing_terms(order)
    if order.continues_on is not None and billing is not None:
        zone = ZoneInfo(tenant.time_zone)
        carry = Carry(min(facts.starts_at, now), order.continues_on, billing)
        begins = day_end(carry.last_day(facts.changes_at, zone), zone)
        slack = _UNEVEN
    former = session.get_one(Membership, (tenant.id, order.membership_id))
    if begins <= former.starts_at + slack:
        return now  # the present membership began with that change: this is another one since
    return begins


def sell_followed(
    session: Session,
    tenant: Tenant,
    order: BillingOrder,
    paid_for: PaidFor,
    changed_at: datetime,
    *,
    grace_days: int,
    now: datetime,
) -> None:
    """End the membership of an order at a change of plan, and sell the one that follows.

    The caller holds the owner's lock.
    """
    term = term_paid(order, paid_for, grace_days, ZoneInfo(tenant.time_zone))
    if order.membership_id is None or term is None:
        return
    former = locked(session, tenant, order.membership_id)
    if former.ended_for_good:
        return
    at = max(changed_at, former.starts_at)
    plan = session.get_one(Plan, (tenant.id, order.plan_id))
    period = Period(at, term.ends_at, term.last_day)
    agreed = Agreed(
        order.plan_name,
        order.price_minor,
        order.currency,
        billing_terms(order),
        length_terms(order),
        renews=term.renews,
    )
    actor = Actor(order.actor_kind, order.actor_name, order.actor_id)
    owner, source = Owner(former.customer_id, former.company_id), SOURCES[actor.kind]
    sale = Sale(plan, owner, period, actor, source, previous_id=former.id, agreed=agreed)
    following = sell(session, tenant, sale, now)
    apply_change(
        session,
        former,
        EventType.MEMBERSHIP_TRANSFERRED,
        now,
        event_data={"next_membership_id": str(following.id), "next_plan_id": str(plan.id)},
        ended_early_at=at,
        ended_early_why=f"Transferred to {plan.name}",
        ended_for_good=at <= now,
        renews=False,
        payment_overdue_since=None,
    )
    order.membership_id = following.id


def _other_plan(session: Session, order: BillingOrder, price: PriceFacts | None) -> Plan | None:
    """Return the plan of a price, if it is another one than that of the order."""
    if price is None or price.plan_id is None or price.plan_id == order.plan_id:
        return None
    plan = session.get(Plan, (order.organization_id, price.plan_id))
    if plan is None:
        logger().warning("billed_plan_unknown", order=str(order.id), plan=str(price.plan_id))
    return plan


def _is_paid_after(order: BillingOrder, at: datetime) -> bool:
    """Whether a period after an instant was paid."""
    return order.paid_until is not None and order.paid_until > at


def _forget_next(order: BillingOrder) -> None:
    """No change is planned."""
    order.next_plan_id = order.next_price_minor = order.changes_at = None
