"""Parsing of Stripe's objects into the gateway's facts. Makes no requests.

Since API version 2025-03-31 the billing period is in the items of a subscription, and the
subscription of an invoice in its ``parent``. The functions raise KeyError, TypeError, ValueError or
IndexError for an object that lacks a field or has another form.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api_client.messages.billing import InvoiceStatus, OrderState, SubscriptionStatus
from api_client.messages.management import IntervalUnit
from membership.billing.stripe.gateway import (
    CheckoutFacts,
    InvoiceFacts,
    PriceFacts,
    SubscriptionFacts,
)
from membership.billing.stripe.paid_periods import paid_until
from membership.billing.stripe.stripe_money import from_stripe
from membership.rules.periods import Interval

ORDER_KEY = "walletdesk_order"
"""Metadata key under which every object created for an order has the order's id."""
CHANGES_KEY = "walletdesk_changes_at"
"""Metadata key of a subscription: the Unix time from which on its price is another one."""
PRODUCT_PREFIX = "walletdesk-"

_CHECKOUTS = {
    "open": OrderState.OPEN,
    "complete": OrderState.COMPLETED,
    "expired": OrderState.EXPIRED,
}
_ITEM = "subscription_item_details"
_REFUSED = frozenset({"requires_payment_method", "canceled"})
_SUBSCRIPTIONS = {
    "trialing": SubscriptionStatus.ACTIVE,
    "incomplete_expired": SubscriptionStatus.CANCELED,
    **{each.value: each for each in SubscriptionStatus},
}


def instant(seconds: int | None) -> datetime | None:
    """Return a Unix time as an instant in UTC; None for None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _instant(seconds: int) -> datetime:
    """Return a Unix time as an instant in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def order_in(metadata: Any) -> UUID | None:
    """Return the order id in an object's metadata; None if this service did not create it."""
    try:
        return UUID(str((metadata or {})[ORDER_KEY]))
    except (KeyError, ValueError):
        return None


def id_of(reference: Any) -> str | None:
    """Return the id in a reference, whether expanded or not; None for None."""
    return reference if reference is None or isinstance(reference, str) else str(reference["id"])


def checkout_facts(session: Any) -> CheckoutFacts:
    """Parse a Checkout Session."""
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
        paid_at=_charged_at(session.get("payment_intent")),
    )


def _charged_at(payment: Any) -> datetime | None:
    """Return when the charge of an expanded payment intent was made; None without one."""
    charge = payment.get("latest_charge") if isinstance(payment, dict) else None
    return instant(charge["created"]) if isinstance(charge, dict) else None


def _bank_refused(session: Any) -> bool:
    """Whether a one-time payment by a delayed method failed."""
    payment = session.get("payment_intent")
    if session["payment_status"] != "unpaid" or not isinstance(payment, dict):
        return False
    return session["status"] == "complete" and payment["status"] in _REFUSED


def invoice_facts(invoice: Any) -> InvoiceFacts | None:
    """Parse an invoice; None for a draft, which may still change and is not due."""
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
    """Whether an invoice line is for a billing period of a subscription, and no credit for one."""
    return line["amount"] >= 0 and (line.get("parent") or {}).get("type") == _ITEM


def order_of_invoice(invoice: Any) -> UUID | None:
    """Return the order id of an invoice's subscription, or None."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return order_in(details.get("metadata"))


def subscription_of_invoice(invoice: Any) -> str | None:
    """Return the id of an invoice's subscription, or None."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return id_of(details.get("subscription"))


def payment_facts(payment: Any) -> InvoiceFacts:
    """Parse the payment intent of a one-time payment."""
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


def subscription_facts(subscription: Any, invoices: Any, schedule: Any = None) -> SubscriptionFacts:
    """Parse a subscription and its latest invoices, which come newest first.

    ``schedule`` is that of the subscription, with its prices, if it has one.
    """
    item = subscription["items"]["data"][0]
    status = _SUBSCRIPTIONS[subscription["status"]]
    period_end = _instant(item["current_period_end"])
    cancels_at = instant(subscription.get("cancel_at"))
    if cancels_at is None and subscription["cancel_at_period_end"]:
        cancels_at = period_end
    parsed = tuple(facts for each in invoices if (facts := invoice_facts(each)) is not None)
    anchor = _instant(subscription["billing_cycle_anchor"])
    latest = parsed[0] if parsed else None
    price, changes_at = item["price"], _changes_at(subscription["metadata"])
    following = _following_phase(schedule)
    if following is not None:
        price, changes_at = following["items"][0]["price"], following["start_date"]
    return SubscriptionFacts(
        subscription_id=subscription["id"],
        order_id=order_in(subscription["metadata"]),
        customer_id=str(id_of(subscription["customer"])),
        status=status,
        starts_at=_instant(subscription["start_date"]),
        paid_until=paid_until(parsed, status, period_end, anchor),
        failing=_is_failing(latest, status),
        cancels_at=cancels_at,
        ended_at=instant(subscription.get("ended_at")),
        period_start=_instant(item["current_period_start"]),
        period_end=period_end,
        anchor=anchor,
        price=_price_facts(price),
        changes_at=instant(changes_at),
        invoices=parsed,
        is_scheduled=following is not None,
        is_schedule_over=_is_over(schedule),
    )


def _following_phase(schedule: Any) -> Any:
    """Return the phase that a schedule begins next; None without one."""
    if schedule is None or schedule.get("current_phase") is None:
        return None
    at = schedule["current_phase"]["end_date"]
    return next((each for each in schedule["phases"] if each["start_date"] == at), None)


def _is_over(schedule: Any) -> bool:
    """Whether a schedule is in the last of several phases. One that is being made has only one."""
    if schedule is None or schedule.get("current_phase") is None:
        return False
    return len(schedule["phases"]) > 1 and _following_phase(schedule) is None


def _price_facts(price: Any) -> PriceFacts | None:
    """Parse a recurring price; None for one that is not a whole amount, made at Stripe."""
    currency, every = price["currency"].upper(), price.get("recurring")
    if every is None or price.get("unit_amount") is None:
        return None
    try:
        plan_id = UUID(str(id_of(price["product"])).removeprefix(PRODUCT_PREFIX))
    except ValueError:
        plan_id = None
    return PriceFacts(
        plan_id,
        from_stripe(price["unit_amount"], currency),
        currency,
        Interval(IntervalUnit(every["interval"]), every["interval_count"]),
    )


def _changes_at(metadata: Any) -> int | None:
    """Return the Unix time of a planned change of price; None without one."""
    text = (metadata or {}).get(CHANGES_KEY, "")
    return int(text) if str(text).isdecimal() else None


def _is_failing(latest: InvoiceFacts | None, status: SubscriptionStatus) -> bool:
    """Whether the payment of the newest invoice failed; a debit in progress was attempted, too."""
    if latest is None or latest.status is not InvoiceStatus.OPEN or not latest.attempted:
        return False
    return status is not SubscriptionStatus.ACTIVE
