"""What the provider is asked about an order, and what it says."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState
from membership.billing.orders.service import billing_terms, length_terms
from membership.billing.stripe.gateway import (
    About,
    CheckoutFacts,
    Gateway,
    InvoiceFacts,
    SubscriptionFacts,
)
from membership.rules.periods import Interval, is_in_instalments, nth_day
from membership.store.models import BillingOrder, Organization
from membership.web.access import TENANT_COLUMNS, Tenant


@dataclass(frozen=True, slots=True)
class Known:
    """An order as it is stored, as far as the provider is asked by it.

    ``unsettled`` tells that nothing was granted yet, ``fixed`` the whole length of an order that
    is paid in instalments and then ends.
    """

    tenant: Tenant
    order_id: UUID
    version: int
    unsettled: bool
    checkout_id: str | None
    subscription_id: str | None
    fixed: Interval | None


@dataclass(frozen=True, slots=True)
class Said:
    """What the provider says of an order."""

    checkout: CheckoutFacts | None
    subscription: SubscriptionFacts | None
    invoices: tuple[InvoiceFacts, ...]


def load_known(session: Session, organization_id: int, order_id: UUID) -> Known | None:
    """Load an order; None if the organization has no such order."""
    found: Any = session.execute(
        select(BillingOrder, *TENANT_COLUMNS)
        .join(Organization, Organization.id == BillingOrder.organization_id)
        .where(BillingOrder.organization_id == organization_id, BillingOrder.id == order_id)
    ).first()
    if found is None:
        return None
    order, *tenant = found
    billing, length = billing_terms(order), length_terms(order)
    return Known(
        Tenant(*tenant),
        order.id,
        order.version,
        order.membership_id is None and order.state in {OrderState.OPEN, OrderState.COMPLETED},
        order.checkout_id,
        order.subscription_id,
        length if is_in_instalments(billing, length) else None,
    )


def ask_about(gateway: Gateway, known: Known, about: About, now: datetime) -> Said:
    """Ask the provider about an order. ``about`` tells what was heard of it, if anything.

    A subscription that is to end after its instalments is told so; one that is heard of only
    after that is ended. Raises ProviderError.
    """
    checkout_id = known.checkout_id or about.checkout_id
    checkout = None
    if checkout_id is not None and known.unsettled:
        checkout = gateway.checkout(checkout_id)
    subscription = _subscription(gateway, known, _subscription_id(known, about, checkout), now)
    invoices = {} if subscription is None else {i.invoice_id: i for i in subscription.invoices}
    single = checkout.payment_id if checkout is not None and checkout.paid else None
    for invoice_id in filter(None, {about.invoice_id, single}):
        invoices[invoice_id] = gateway.invoice(invoice_id)
    return Said(checkout, subscription, tuple(invoices.values()))


def _subscription_id(known: Known, about: About, checkout: CheckoutFacts | None) -> str | None:
    """The id of the order's subscription, if it has one."""
    heard = known.subscription_id or about.subscription_id
    return checkout.subscription_id if heard is None and checkout is not None else heard


def _subscription(
    gateway: Gateway, known: Known, subscription_id: str | None, now: datetime
) -> SubscriptionFacts | None:
    """How the order's subscription stands, once its end is planned where it has one."""
    if subscription_id is None:
        return None
    found = gateway.subscription(subscription_id)
    if known.fixed is None or found.cancels_at is not None or found.ended_at is not None:
        return found
    last = nth_day(found.starts_at.date(), known.fixed, 1)
    end = datetime.combine(last, found.starts_at.timetz())
    if end <= now:
        gateway.cancel_now(subscription_id)
        return gateway.subscription(subscription_id)
    gateway.cancel_at(subscription_id, end)
    return replace(found, cancels_at=end)
