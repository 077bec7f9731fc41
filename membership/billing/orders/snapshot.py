"""The stored state of an order before the provider is called, and the provider's state of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.billing import InvoiceStatus, OrderState
from membership.billing.orders.terms import billing_terms, length_terms
from membership.billing.stripe.gateway import (
    CheckoutFacts,
    EventSubject,
    Gateway,
    InvoiceFacts,
    SubscriptionFacts,
)
from membership.rules.periods import Interval, is_in_instalments, nth_day
from membership.store.models import BillingInvoice, BillingOrder, Organization
from membership.web.access import TENANT_COLUMNS, Tenant


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """What was stored of an order when it was read; ``version`` detects a concurrent change.

    ``unsettled`` is true while no membership was granted and the order may still be paid.
    ``fixed_term`` is the whole length of an order that is paid in instalments and then ends, else
    None. ``granted`` are the ids of invoices for which something was granted.
    """

    tenant: Tenant
    order_id: UUID
    version: int
    unsettled: bool
    checkout_id: str | None
    subscription_id: str | None
    fixed_term: Interval | None
    granted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProviderState:
    """State of an order at the provider."""

    checkout: CheckoutFacts | None
    subscription: SubscriptionFacts | None
    invoices: tuple[InvoiceFacts, ...]


def load_snapshot(session: Session, organization_id: int, order_id: UUID) -> OrderSnapshot | None:
    """Return a snapshot of an order; None if the organization has no such order."""
    found: Any = session.execute(
        select(BillingOrder, *TENANT_COLUMNS)
        .join(Organization, Organization.id == BillingOrder.organization_id)
        .where(BillingOrder.organization_id == organization_id, BillingOrder.id == order_id)
    ).first()
    if found is None:
        return None
    order, *tenant = found
    billing, length = billing_terms(order), length_terms(order)
    return OrderSnapshot(
        Tenant(*tenant),
        order.id,
        order.version,
        order.membership_id is None and order.state in {OrderState.OPEN, OrderState.COMPLETED},
        order.checkout_id,
        order.subscription_id,
        length if is_in_instalments(billing, length) else None,
        _granted(session, order),
    )


def _granted(session: Session, order: BillingOrder) -> frozenset[str]:
    """Return the ids of the stored invoices for which something was granted."""
    if order.membership_id is None:
        return frozenset()
    paid = session.scalars(
        select(BillingInvoice.id).where(
            BillingInvoice.organization_id == order.organization_id,
            BillingInvoice.order_id == order.id,
            BillingInvoice.status == InvoiceStatus.PAID,
            BillingInvoice.withheld.is_(False),
        )
    )
    return frozenset(paid)


def fetch_state(
    gateway: Gateway, snapshot: OrderSnapshot, subject: EventSubject, now: datetime
) -> ProviderState:
    """Return the state of an order at the provider. ``subject`` adds ids that an event brought.

    Of what was paid and not granted yet, refunds and disputes are read as well. Also ends a
    subscription that is paid in instalments: the end is planned as soon as the subscription is
    known, or it is cancelled at once if the end has passed. And ends a schedule of which nothing is
    left, for it would refuse every cancellation. Raises ProviderError.
    """
    checkout_id = snapshot.checkout_id or subject.checkout_id
    checkout = None
    if checkout_id is not None and snapshot.unsettled:
        checkout = gateway.checkout(checkout_id)
    subscription_id = _subscription_id(snapshot, subject, checkout)
    subscription = _fetch_subscription(gateway, snapshot, subscription_id, now)
    invoices = {} if subscription is None else {i.invoice_id: i for i in subscription.invoices}
    payment_id = checkout.payment_id if checkout is not None and checkout.paid else None
    unread = {
        each.invoice_id
        for each in invoices.values()
        if each.status is InvoiceStatus.PAID and each.invoice_id not in snapshot.granted
    }
    for invoice_id in filter(None, {subject.invoice_id, payment_id, *unread}):
        invoices[invoice_id] = gateway.invoice(invoice_id)
    return ProviderState(checkout, subscription, tuple(invoices.values()))


def _subscription_id(
    snapshot: OrderSnapshot, subject: EventSubject, checkout: CheckoutFacts | None
) -> str | None:
    """The id of the order's subscription, if it has one."""
    known = snapshot.subscription_id or subject.subscription_id
    return checkout.subscription_id if known is None and checkout is not None else known


def _fetch_subscription(
    gateway: Gateway, snapshot: OrderSnapshot, subscription_id: str | None, now: datetime
) -> SubscriptionFacts | None:
    """Return the order's subscription, with its end planned if it has a fixed term."""
    if subscription_id is None:
        return None
    found = gateway.subscription(subscription_id)
    if found.is_schedule_over:
        gateway.end_schedule(subscription_id)
    if snapshot.fixed_term is None or found.cancels_at is not None or found.ended_at is not None:
        return found
    last = nth_day(found.starts_at.date(), snapshot.fixed_term, 1)
    end = datetime.combine(last, found.starts_at.timetz())
    if end <= now:
        gateway.cancel_now(subscription_id)
        return gateway.subscription(subscription_id)
    gateway.cancel_at(subscription_id, end)
    return replace(found, cancels_at=end)
