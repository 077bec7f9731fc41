"""What the provider said of an order is stored: its state, its invoices, and the membership.

A membership is made once the provider says that something was paid. From then on it follows
the subscription, as ``rules.billing`` tells, until that has ended.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, SubscriptionStatus
from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.base.logs import logger
from membership.billing.orders.service import billing_terms, is_pending, length_terms
from membership.billing.orders.snapshot import Known, Said
from membership.billing.stripe.gateway import InvoiceFacts, SubscriptionFacts
from membership.events.types import EventType
from membership.members.memberships.changes import locked, store
from membership.members.memberships.service import (
    SOURCES,
    Agreed,
    Owner,
    Sale,
    required_owner,
    sell,
)
from membership.rules.billing import Agreement, Entitlement, entitlement
from membership.rules.periods import Period, first_period
from membership.store.models import BillingInvoice, BillingOrder, Membership, Plan
from membership.web.access import Tenant
from membership.web.errors import ApiError

_SUBSCRIPTION_CHECK = _BANK_CHECK = timedelta(hours=24)
_OPEN_CHECK = timedelta(minutes=30)
"""How soon an order is asked about again, should no event tell of it."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What an order gives: when it starts, and up to when, if a subscription decides that."""

    starts_at: datetime
    entitlement: Entitlement | None


def store_said(session: Session, known: Known, said: Said, grace_days: int, now: datetime) -> bool:
    """Store what was said of an order; False, storing nothing, if it is another one by now."""
    tenant = known.tenant
    # First the owner, then the order, then the membership: a merge locks in this order too.
    refusal = _refusal(session, known)
    order = session.scalars(
        select(BillingOrder)
        .where(BillingOrder.organization_id == tenant.id, BillingOrder.id == known.order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if order.version != known.version:
        return False
    payer = order.provider_customer_id
    _note(order, said)
    if order.checkout_id is None and order.checkout_expires_at <= now:
        order.state = OrderState.EXPIRED  # its page was never made
    if refusal is not None:
        order.provider_customer_id = payer  # an erasure left nothing that names who paid
    for facts in said.invoices:
        _store_invoice(session, order, facts)
    given = _given(order, said, grace_days, ZoneInfo(tenant.time_zone), now)
    if given is not None:
        if order.membership_id is not None:
            _follow(session, tenant, order, given, now)
        elif refusal is None:
            order.membership_id = _grant(session, tenant, order, given, now).id
            order.trouble = None
        elif order.trouble is None:
            order.trouble = f"Paid, and not granted: {refusal}"
            logger().error("paid_order_not_granted", order=str(order.id), why=refusal)
    order.version += 1
    order.checked_at, order.next_check_at = now, _next_check(order, now)
    session.flush()
    return True


def _refusal(session: Session, known: Known) -> str | None:
    """Lock whose order it is. Tells why they take nothing new, if so."""
    row = session.execute(
        select(BillingOrder.customer_id, BillingOrder.company_id).where(
            BillingOrder.organization_id == known.tenant.id, BillingOrder.id == known.order_id
        )
    ).one()
    try:
        required_owner(session, known.tenant, Owner(row.customer_id, row.company_id))
    except ApiError as error:
        return error.detail
    return None


def _note(order: BillingOrder, said: Said) -> None:
    """Store how an order stands."""
    checkout, subscription = said.checkout, said.subscription
    if checkout is not None:
        order.checkout_id = checkout.checkout_id
        order.state = checkout.state
        order.checkout_expires_at = checkout.expires_at
        order.provider_customer_id = checkout.customer_id or order.provider_customer_id
    if subscription is not None:
        if subscription.status is not SubscriptionStatus.INCOMPLETE:
            order.state = OrderState.COMPLETED
        order.subscription_id = subscription.subscription_id
        order.subscription_status = subscription.status
        order.provider_customer_id = subscription.customer_id
        order.paid_until = subscription.paid_until or order.paid_until
        order.cancels_at = subscription.cancels_at
        if order.paid_until is None and subscription.status is SubscriptionStatus.CANCELED:
            order.state = OrderState.FAILED


def _next_check(order: BillingOrder, now: datetime) -> datetime | None:
    """When the provider is asked again, whether or not it tells something before."""
    if order.subscription_status not in {None, SubscriptionStatus.CANCELED}:
        return now + _SUBSCRIPTION_CHECK
    if order.state is OrderState.OPEN:
        return now + _OPEN_CHECK
    if is_pending(order):
        return now + _BANK_CHECK
    return None


def _store_invoice(session: Session, order: BillingOrder, facts: InvoiceFacts) -> None:
    """Store an invoice as it is now. What was paid back stays where it was not asked."""
    row = session.get(BillingInvoice, (order.organization_id, facts.invoice_id))
    if row is None:
        row = BillingInvoice(
            organization_id=order.organization_id,
            id=facts.invoice_id,
            order_id=order.id,
            refunded_minor=0,
            disputed=False,
        )
        session.add(row)
    row.number, row.status = facts.number, facts.status
    row.amount_minor, row.currency = facts.amount_minor, facts.currency
    row.created_at = facts.created_at
    row.period_start, row.period_end = facts.period_start, facts.period_end
    if facts.refunded_minor is not None and facts.disputed is not None:
        if facts.disputed and not row.disputed:
            logger().warning("payment_disputed", invoice=row.id, order=str(order.id))
        row.refunded_minor, row.disputed = facts.refunded_minor, facts.disputed


def _given(
    order: BillingOrder, said: Said, grace_days: int, zone: ZoneInfo, now: datetime
) -> _Given | None:
    """What an order gives by what was said; None while nothing was paid."""
    subscription = said.subscription
    if subscription is not None:
        if order.paid_until is None:
            return None
        agreement = _agreement(subscription, order.paid_until)
        return _Given(min(subscription.starts_at, now), entitlement(agreement, grace_days, zone))
    checkout = said.checkout
    if checkout is None or not checkout.paid or checkout.state is not OrderState.COMPLETED:
        return None
    return _Given(now, None)


def _agreement(subscription: SubscriptionFacts, paid_until: datetime) -> Agreement:
    """A subscription as the rules see it."""
    return Agreement(
        status=subscription.status,
        paid_until=paid_until,
        failing=subscription.failing,
        cancels_at=subscription.cancels_at,
        ended_at=subscription.ended_at,
    )


def _grant(
    session: Session, tenant: Tenant, order: BillingOrder, given: _Given, now: datetime
) -> Membership:
    """Make the membership that was paid, on the terms that were ordered."""
    zone, length, right = ZoneInfo(tenant.time_zone), length_terms(order), given.entitlement
    owner = required_owner(session, tenant, Owner(order.customer_id, order.company_id))
    agreed = Agreed(
        order.plan_name,
        order.price_minor,
        order.currency,
        billing_terms(order),
        length,
    )
    if right is None:
        period = first_period(given.starts_at, length, zone)
    else:
        period = Period(given.starts_at, right.ends_at, right.last_day)
        agreed = replace(agreed, overdue_since=right.overdue_since, renews=right.renews)
    itself = order.actor_kind is ActorKind.CUSTOMER
    actor_id = owner.customer_id if itself else order.actor_id  # they may be another one by now
    actor = Actor(order.actor_kind, order.actor_name, actor_id)
    plan = session.get_one(Plan, (tenant.id, order.plan_id))
    sale = Sale(plan, owner, period, actor, SOURCES[actor.kind], agreed=agreed)
    membership = sell(session, tenant, sale, now)
    if right is not None and right.ended_early_at is not None:
        _store_right(session, membership, right, now)
    return membership


def _follow(
    session: Session, tenant: Tenant, order: BillingOrder, given: _Given, now: datetime
) -> None:
    """Let a membership follow its subscription. One that was ended for good stays so."""
    if given.entitlement is None or order.membership_id is None:
        return
    membership = locked(session, tenant, order.membership_id)
    if not membership.ended_for_good:
        _store_right(session, membership, given.entitlement, now)


def _store_right(
    session: Session, membership: Membership, right: Entitlement, now: datetime
) -> None:
    """Store what a subscription gives, if that is something else than before."""
    early = right.ended_early_at
    values: dict[str, Any] = {
        # A subscription that was over before it was heard of gave no instant.
        "ends_at": max(right.ends_at, membership.starts_at + timedelta(seconds=1)),
        "last_day": right.last_day,
        "payment_overdue_since": right.overdue_since,
        "renews": right.renews,
        "ended_early_at": early,
        "ended_early_why": None if early is None else "The subscription was ended",
        "ended_for_good": early is not None and early <= now,
    }
    if any(getattr(membership, name) != value for name, value in values.items()):
        store(session, membership, _event(membership, right, now), now, **values)


def _event(membership: Membership, right: Entitlement, now: datetime) -> EventType:
    """As what a change is told."""
    overdue = right.overdue_since is not None and right.overdue_since <= now
    if right.ended_early_at is not None:
        return EventType.MEMBERSHIP_ENDED
    if membership.last_day is not None and right.last_day > membership.last_day:
        return EventType.MEMBERSHIP_RENEWED
    if right.renews != membership.renews and not overdue:
        return EventType.MEMBERSHIP_RENEWAL_CHANGED
    return EventType.MEMBERSHIP_PAYMENT_CHANGED
