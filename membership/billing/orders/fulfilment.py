"""Storing the provider's state of an order: the order, its invoices, and the membership.

The membership is granted once the provider confirms a payment. From then on it follows the
subscription, by ``rules.billing``, until the subscription has ended.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, OrderTrouble, SubscriptionStatus
from membership.billing.orders.existing_orders import is_paid_twice
from membership.billing.orders.flags import (
    OwnerState,
    flag_money_back,
    flag_payment,
    is_paid_anew,
    lock_owner,
    settle_refunded,
)
from membership.billing.orders.followed_plan import follow_plan, sell_followed
from membership.billing.orders.grants import PaidFor, grant, term_paid
from membership.billing.orders.money_back import (
    MONEY_BACK,
    is_all_granted,
    money_back,
    news_of,
    without_money_back,
)
from membership.billing.orders.refunds import note_refund_and_dispute
from membership.billing.orders.snapshot import OrderSnapshot, ProviderState
from membership.billing.orders.terms import is_payment_pending
from membership.billing.stripe.gateway import InvoiceFacts, SubscriptionFacts
from membership.events.types import EventType
from membership.members.memberships.changes import apply_change, locked
from membership.members.memberships.past_periods import former_after_renewal
from membership.members.memberships.service import Owner
from membership.rules.billing import Agreement, SubscribedTerm
from membership.store.models import BillingInvoice, BillingOrder, Membership
from membership.web.access import Tenant

_SUBSCRIPTION_CHECK = _BANK_CHECK = timedelta(hours=24)
_OPEN_CHECK = timedelta(minutes=30)
"""How soon the state of an order is fetched again, if no event arrives."""


def store_state(
    session: Session, snapshot: OrderSnapshot, state: ProviderState, grace_days: int, now: datetime
) -> bool:
    """Store the provider's state of an order, and grant or update its membership.

    Returns False, with nothing stored, if the order has changed since the snapshot.
    """
    tenant = snapshot.tenant
    # Locks are taken in the order owner, order, membership, as in a merge of customers.
    owner = lock_owner(session, tenant, _owner_of(session, snapshot))
    order = session.scalars(
        select(BillingOrder)
        .where(BillingOrder.organization_id == tenant.id, BillingOrder.id == snapshot.order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if order.version != snapshot.version:
        return False
    back = money_back(session, order, state)
    news, state = news_of(session, order, back), without_money_back(state, back)
    payer, paid_before = order.provider_customer_id, order.paid_until
    was_pending = is_payment_pending(order) or order.trouble_kind in MONEY_BACK
    _update_order(order, state)
    if order.checkout_id is None and order.checkout_expires_at <= now:
        order.state = OrderState.EXPIRED  # its page was never created
    if owner.erased:
        order.provider_customer_id = payer  # the erasure removed the payer's id
    changed_at = None
    if state.subscription is not None and order.membership_id is not None:
        changed_at = follow_plan(session, tenant, order, state.subscription, now)
    for facts in state.invoices:
        _store_invoice(session, order, facts, now, withheld=facts.invoice_id in back)
    paid_for = _paid_for(order, state, now, was_pending=was_pending)
    if paid_for is not None:
        if order.membership_id is not None:
            if changed_at is not None and owner.refusal is None:
                sell_followed(
                    session, tenant, order, paid_for, changed_at, grace_days=grace_days, now=now
                )
            term = term_paid(order, paid_for, grace_days, ZoneInfo(tenant.time_zone))
            _update_membership(session, tenant, order.membership_id, term, now)
            if paid_before is not None and order.paid_until != paid_before:
                flag_payment(session, order, owner, now, first=False)
        elif owner.refusal is None and (
            order.settled_at is None or is_paid_anew(order, paid_before)
        ):
            order.membership_id = _grant(session, tenant, order, paid_for, grace_days, now=now).id
            order.trouble = order.trouble_kind = order.settled_at = None
            if owner.trouble is None and is_paid_twice(session, order):
                owner = OwnerState(trouble=OrderTrouble.PAID_TWICE)
            flag_payment(session, order, owner, now, first=True)
        elif is_paid_anew(order, paid_before):
            flag_payment(session, order, owner, now, first=True)
    _flag_money_back(session, order, news, now)
    settle_refunded(session, order, now)
    order.version += 1
    contested = OrderTrouble.DISPUTED in back.values()
    order.checked_at, order.next_check_at = now, _next_check(order, now, contested=contested)
    session.flush()
    return True


def _flag_money_back(
    session: Session, order: BillingOrder, news: OrderTrouble | None, now: datetime
) -> None:
    """Flag an order whose money is back, or withdraw that once all of it was granted."""
    if news is not None:
        flag_money_back(session, order, news, now)
    elif order.trouble_kind in MONEY_BACK and is_all_granted(session, order):
        order.trouble = order.trouble_kind = order.settled_at = None


def _owner_of(session: Session, snapshot: OrderSnapshot) -> Owner:
    """Return whose order it is."""
    row = session.execute(
        select(BillingOrder.customer_id, BillingOrder.company_id).where(
            BillingOrder.organization_id == snapshot.tenant.id, BillingOrder.id == snapshot.order_id
        )
    ).one()
    return Owner(row.customer_id, row.company_id)


def _update_order(order: BillingOrder, state: ProviderState) -> None:
    """Copy the state of checkout and subscription to the order."""
    checkout, subscription = state.checkout, state.subscription
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


def _next_check(order: BillingOrder, now: datetime, *, contested: bool) -> datetime | None:
    """When the state is fetched again without an event; None if it is final."""
    if order.subscription_status not in {None, SubscriptionStatus.CANCELED}:
        return now + _SUBSCRIPTION_CHECK
    if order.state is OrderState.OPEN:
        return now + _OPEN_CHECK
    if is_payment_pending(order) or contested:
        return now + _BANK_CHECK
    return None


def _store_invoice(
    session: Session, order: BillingOrder, facts: InvoiceFacts, now: datetime, *, withheld: bool
) -> None:
    """Insert or update an invoice. Refunds and disputes stay as stored where they were not read."""
    row = session.get(BillingInvoice, (order.organization_id, facts.invoice_id))
    if row is None:
        row = BillingInvoice(
            organization_id=order.organization_id,
            id=facts.invoice_id,
            order_id=order.id,
            refunded_minor=0,
            disputed=False,
            plan_name=order.plan_name,
        )
        session.add(row)
    row.number, row.status = facts.number, facts.status
    row.amount_minor, row.currency = facts.amount_minor, facts.currency
    row.created_at = facts.created_at
    row.period_start, row.period_end = facts.period_start, facts.period_end
    row.withheld = withheld
    note_refund_and_dispute(session, order, row, facts, now)


def _paid_for(
    order: BillingOrder, state: ProviderState, now: datetime, *, was_pending: bool
) -> PaidFor | None:
    """Return what was paid for; None while nothing was paid.

    A single payment by a delayed method, or a contested one that was won back (``was_pending``),
    counts from when it arrived. The periods of a subscription count from its begin, so it continues
    what ran then.
    """
    subscription = state.subscription
    if subscription is not None:
        if order.paid_until is None:
            return None
        began = min(subscription.starts_at, now)
        agreement = _agreement(subscription, order.paid_until)
        return PaidFor(began, began, agreement)
    checkout = state.checkout
    if checkout is None or not checkout.paid or checkout.state is not OrderState.COMPLETED:
        return None
    return PaidFor(now if was_pending else min(checkout.paid_at or now, now))


def _agreement(subscription: SubscriptionFacts, paid_until: datetime) -> Agreement:
    """The subscription in terms of ``rules.billing``."""
    return Agreement(
        status=subscription.status,
        paid_until=paid_until,
        failing=subscription.failing,
        cancels_at=subscription.cancels_at,
        ended_at=subscription.ended_at,
    )


def _grant(
    session: Session,
    tenant: Tenant,
    order: BillingOrder,
    paid_for: PaidFor,
    grace_days: int,
    *,
    now: datetime,
) -> Membership:
    """Grant what was paid for; a subscription may have ended meanwhile."""
    membership = grant(session, tenant, order, paid_for, grace_days, now=now)
    term = term_paid(order, paid_for, grace_days, ZoneInfo(tenant.time_zone))
    if term is not None and term.ended_early_at is not None:
        _store_subscribed_term(session, membership, term, now)
    return membership


def _update_membership(
    session: Session,
    tenant: Tenant,
    membership_id: UUID,
    term: SubscribedTerm | None,
    now: datetime,
) -> None:
    """Update a membership from its subscription, unless it was ended for good."""
    if term is None:
        return
    membership = locked(session, tenant, membership_id)
    if not membership.ended_for_good:
        _store_subscribed_term(session, membership, term, now)


def _store_subscribed_term(
    session: Session, membership: Membership, granted: SubscribedTerm, now: datetime
) -> None:
    """Store a subscribed term in a membership, with an event, if it differs from what is stored."""
    early = granted.ended_early_at
    values: dict[str, Any] = {
        # A subscription may end before its first synchronization: at least a second is granted.
        "ends_at": max(granted.ends_at, membership.starts_at + timedelta(seconds=1)),
        "last_day": granted.last_day,
        "payment_overdue_since": granted.overdue_since,
        "renews": granted.renews,
        "ended_early_at": early,
        "ended_early_why": None if early is None else "The subscription was ended",
        "ended_for_good": early is not None and early <= now,
    }
    if any(getattr(membership, name) != value for name, value in values.items()):
        event = _event_type(membership, granted, now)
        renews = event is EventType.MEMBERSHIP_RENEWED
        former = former_after_renewal(membership) if renews else None
        apply_change(session, membership, event, now, former_periods=former, **values)


def _event_type(membership: Membership, granted: SubscribedTerm, now: datetime) -> EventType:
    """The type of the event that announces a change."""
    overdue = granted.overdue_since is not None and granted.overdue_since <= now
    if granted.ended_early_at is not None:
        return EventType.MEMBERSHIP_ENDED
    if membership.last_day is not None and granted.last_day > membership.last_day:
        return EventType.MEMBERSHIP_RENEWED
    if granted.renews != membership.renews and not overdue:
        return EventType.MEMBERSHIP_RENEWAL_CHANGED
    return EventType.MEMBERSHIP_PAYMENT_CHANGED
