"""From objects of Stripe to facts. Nothing is asked here, and no object is trusted to be whole.

Where a period lies and what an invoice is of, is told since 2025 by the subscription's items and
by the invoice's ``parent``; a charge knows its payment intent, and no invoice.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api_client.messages.billing import InvoiceStatus, OrderState, SubscriptionStatus
from membership.billing.stripe.gateway import CheckoutFacts, InvoiceFacts, SubscriptionFacts
from membership.billing.stripe.stripe_money import from_stripe

ORDER_KEY = "walletdesk_order"
"""Under this name an order's id is in the metadata of what is made for it."""

_CHECKOUTS = {
    "open": OrderState.OPEN,
    "complete": OrderState.COMPLETED,
    "expired": OrderState.EXPIRED,
}
_REFUSED = frozenset({"requires_payment_method", "canceled"})
_SUBSCRIPTIONS = {
    "trialing": SubscriptionStatus.ACTIVE,
    "incomplete_expired": SubscriptionStatus.CANCELED,
    **{each.value: each for each in SubscriptionStatus},
}


def instant(seconds: int | None) -> datetime | None:
    """A Unix time as an instant in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _instant(seconds: int) -> datetime:
    """The same of one that is there."""
    return datetime.fromtimestamp(seconds, UTC)


def order_in(metadata: Any) -> UUID | None:
    """The order that an object was made for; None for what is not ours."""
    try:
        return UUID(str((metadata or {})[ORDER_KEY]))
    except (KeyError, ValueError):
        return None


def id_of(reference: Any) -> str | None:
    """The id of what a field refers to, expanded or not."""
    return reference if reference is None or isinstance(reference, str) else str(reference["id"])


def checkout_facts(session: Any) -> CheckoutFacts:
    """Read a Checkout Session."""
    return CheckoutFacts(
        checkout_id=session["id"],
        order_id=order_in(session["metadata"]),
        state=OrderState.FAILED if _bank_refused(session) else _CHECKOUTS[session["status"]],
        paid=session["payment_status"] in {"paid", "no_payment_required"},
        url=session.get("url"),
        expires_at=_instant(session["expires_at"]),
        customer_id=id_of(session.get("customer")),
        subscription_id=id_of(session.get("subscription")),
        payment_id=id_of(session.get("payment_intent")),
    )


def _bank_refused(session: Any) -> bool:
    """Whether a single payment, which a bank took days for, came to nothing."""
    payment = session.get("payment_intent")
    if session["payment_status"] != "unpaid" or not isinstance(payment, dict):
        return False
    return session["status"] == "complete" and payment["status"] in _REFUSED


def invoice_facts(invoice: Any) -> InvoiceFacts | None:
    """Read an invoice; None for a draft, which may still change and asks for nothing yet."""
    if invoice["status"] in {None, "draft"}:
        return None
    currency = invoice["currency"].upper()
    periods = [line["period"] for line in invoice["lines"]["data"] if _is_of_subscription(line)]
    return InvoiceFacts(
        invoice_id=invoice["id"],
        order_id=order_of_invoice(invoice),
        number=invoice.get("number"),
        status=InvoiceStatus(invoice["status"]),
        amount_minor=from_stripe(invoice["total"], currency),
        currency=currency,
        created_at=_instant(invoice["created"]),
        period_start=instant(min((each["start"] for each in periods), default=None)),
        period_end=instant(max((each["end"] for each in periods), default=None)),
        attempted=invoice["attempt_count"] > 0,
    )


def _is_of_subscription(line: Any) -> bool:
    """Whether a line of an invoice is for a period of a subscription."""
    return (line.get("parent") or {}).get("type") == "subscription_item_details"


def order_of_invoice(invoice: Any) -> UUID | None:
    """The order of an invoice's subscription."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return order_in(details.get("metadata"))


def subscription_of_invoice(invoice: Any) -> str | None:
    """The id of an invoice's subscription."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return id_of(details.get("subscription"))


def payment_facts(payment: Any) -> InvoiceFacts:
    """Read a single payment (a payment intent that succeeded)."""
    currency = payment["currency"].upper()
    return InvoiceFacts(
        invoice_id=payment["id"],
        order_id=order_in(payment["metadata"]),
        number=None,
        status=InvoiceStatus.PAID if payment["status"] == "succeeded" else InvoiceStatus.OPEN,
        amount_minor=from_stripe(payment["amount"], currency),
        currency=currency,
        created_at=_instant(payment["created"]),
        period_start=None,
        period_end=None,
        attempted=True,
    )


def subscription_facts(subscription: Any, invoices: Any) -> SubscriptionFacts:
    """Read a subscription with its latest invoices, newest first."""
    item = subscription["items"]["data"][0]
    status = _SUBSCRIPTIONS[subscription["status"]]
    period_end = _instant(item["current_period_end"])
    cancels_at = instant(subscription.get("cancel_at"))
    if cancels_at is None and subscription["cancel_at_period_end"]:
        cancels_at = period_end
    read = tuple(facts for each in invoices if (facts := invoice_facts(each)) is not None)
    latest = read[0] if read else None
    return SubscriptionFacts(
        subscription_id=subscription["id"],
        order_id=order_in(subscription["metadata"]),
        customer_id=str(id_of(subscription["customer"])),
        status=status,
        starts_at=_instant(subscription["start_date"]),
        paid_until=_paid_until(read, status, period_end),
        failing=_is_failing(latest, status),
        cancels_at=cancels_at,
        ended_at=instant(subscription.get("ended_at")),
        invoices=read,
    )


def _is_failing(latest: InvoiceFacts | None, status: SubscriptionStatus) -> bool:
    """Whether the newest invoice was tried in vain; one that a bank works on was tried, too."""
    if latest is None or latest.status is not InvoiceStatus.OPEN or not latest.attempted:
        return False
    return status is not SubscriptionStatus.ACTIVE


def _paid_until(
    invoices: tuple[InvoiceFacts, ...], status: SubscriptionStatus, period_end: datetime
) -> datetime | None:
    """The end of the last period that was paid.

    What the club waived by voiding its invoice counts as paid; and for as long as a bank works on
    a debit, which may take two weeks, so does a period after one that was: the subscription is
    active until the debit fails.
    """
    good = [
        each.period_end
        for each in invoices
        if each.status is InvoiceStatus.PAID and each.period_end is not None
    ]
    waived = bool(invoices) and invoices[0].status is InvoiceStatus.VOID
    if waived and status is SubscriptionStatus.ACTIVE:
        good.append(period_end)
    elif good and status is SubscriptionStatus.ACTIVE and _is_worked_on(invoices[0]):
        good.append(invoices[0].period_end or period_end)
    return max(good, default=None)


def _is_worked_on(invoice: InvoiceFacts) -> bool:
    """Whether a payment of an open invoice was begun."""
    return invoice.status is InvoiceStatus.OPEN and invoice.attempted
