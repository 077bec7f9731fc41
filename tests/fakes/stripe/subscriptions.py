"""Subscriptions: started, renewed, past due, cancelled."""

from tests.fakes.stripe import invoices
from tests.fakes.stripe.ledger import Ledger, new_id
from tests.fakes.stripe.managed import cancelled_with
from tests.fakes.stripe.periods import period_after, period_start
from tests.fakes.stripe.shapes import Thing, listed, thing

ENDED = {"canceled", "incomplete_expired"}


def begin(
    ledger: Ledger,
    customer: Thing,
    wanted: list[tuple[Thing, int]],
    method: str,
    *,
    metadata: Thing,
    description: str | None,
) -> tuple[Thing, Thing]:
    """Return a new active subscription and its first invoice, a draft.

    ``wanted`` are prices and quantities. Those without an interval are charged once, with the first
    invoice.
    """
    now, subscription_id = ledger.seconds, new_id("subscription")
    recurring = [(price, quantity) for price, quantity in wanted if price["recurring"]]
    items = [_item(ledger, subscription_id, *each) for each in recurring]
    made = ledger.make(
        "subscription",
        id=subscription_id,
        automatic_tax={"enabled": False},
        billing_cycle_anchor=now,
        billing_mode={"type": "flexible", "flexible": {"proration_discounts": "included"}},
        cancel_at_period_end=False,
        cancellation_details={},
        collection_method="charge_automatically",
        currency=items[0]["price"]["currency"],
        customer=customer["id"],
        default_payment_method=method,
        description=description,
        invoice_settings={"issuer": {"type": "self"}},
        items={
            **listed(f"/v1/subscription_items?subscription={subscription_id}", items),
            "total_count": len(items),
        },
        metadata=metadata,
        payment_settings={"save_default_payment_method": "off"},
        start_date=now,
        status="active",
        trial_settings={"end_behavior": {"missing_payment_method": "create_invoice"}},
    )
    once = [
        invoices.line(price, quantity, now, now)
        for price, quantity in wanted
        if not price["recurring"]
    ]
    lines = [*once, *_lines(items)]
    first = invoices.of_subscription(
        ledger, made, lines, "subscription_create", start=now, collect=True
    )
    first.update(automatically_finalizes_at=None, next_payment_attempt=None)
    ledger.tell("customer.subscription.created", made)
    ledger.tell("invoice.created", first)
    return made, first


def _item(ledger: Ledger, subscription_id: str, price: Thing, quantity: int) -> Thing:
    every = price["recurring"]
    end = period_after(ledger.seconds, every["interval"], every["interval_count"], ledger.seconds)
    return thing(
        "subscription_item",
        id=new_id("subscription_item"),
        created=ledger.seconds,
        current_period_start=ledger.seconds,
        current_period_end=end,
        plan=plan_of(price),
        price=dict(price),
        quantity=quantity,
        subscription=subscription_id,
        tax_rates=[],
    )


def plan_of(price: Thing) -> Thing:
    """Return the older form of a recurring price."""
    every = price["recurring"]
    return thing(
        "plan",
        id=price["id"],
        active=True,
        amount=price["unit_amount"],
        amount_decimal=price["unit_amount_decimal"],
        billing_scheme="per_unit",
        created=price["created"],
        currency=price["currency"],
        interval=every["interval"],
        interval_count=every["interval_count"],
        metadata=dict(price["metadata"]),
        nickname=price["nickname"],
        product=price["product"],
        usage_type="licensed",
    )


def _lines(items: list[Thing]) -> list[Thing]:
    return [
        invoices.line(
            each["price"],
            each["quantity"],
            each["current_period_start"],
            each["current_period_end"],
            each,
        )
        for each in items
    ]


def period_end(subscription: Thing) -> int:
    """Return the end of the current period in Unix seconds; all items have the same."""
    return int(subscription["items"]["data"][0]["current_period_end"])


def boundary(subscription: Thing, at: int) -> bool:
    """Return whether a period ends at an instant, now or later."""
    item = subscription["items"]["data"][0]
    every, number = item["price"]["recurring"], 1
    anchor = subscription["billing_cycle_anchor"]
    while True:
        end = period_start(anchor, every["interval"], every["interval_count"], number)
        if end >= at:
            return end == at
        number += 1


def renew(ledger: Ledger, subscription: Thing) -> None:
    """Start the next period, and create the draft that charges it.

    An unpaid subscription continues, with drafts that are not collected.
    """
    items = subscription["items"]["data"]
    start = items[0]["current_period_start"]
    with ledger.changing(subscription, "customer.subscription.updated"):
        for each in items:
            every = each["price"]["recurring"]
            each["current_period_start"] = each["current_period_end"]
            each["current_period_end"] = period_after(
                subscription["billing_cycle_anchor"],
                every["interval"],
                every["interval_count"],
                each["current_period_start"],
            )
        collect = subscription["status"] != "unpaid"
        made = invoices.of_subscription(
            ledger, subscription, _lines(items), "subscription_cycle", start=start, collect=collect
        )
    ledger.tell("invoice.created", made)


def collect(ledger: Ledger, invoice: Thing, *, retry: bool = True) -> bool:
    """Charge an open invoice with the customer's payment method; return whether it is paid."""
    customer = ledger.things[invoice["customer"]]
    subscription = invoices.subscription_of(ledger, invoice)
    method = subscription and subscription["default_payment_method"]
    method = method or customer["invoice_settings"]["default_payment_method"]
    good = method is not None and method not in ledger.bad_cards
    paid = invoices.tried(
        ledger,
        invoice,
        "paid" if good else "declined",
        method or new_id("payment_method"),
        retry=retry,
    )
    (paid_for if paid else behind)(ledger, invoice)
    return paid


def paid_for(ledger: Ledger, invoice: Thing) -> None:
    """Update the subscription of a paid invoice.

    It is active again if the invoice is its newest finalised one; an older one changes nothing.
    """
    subscription = invoices.subscription_of(ledger, invoice)
    if subscription is None or subscription["status"] in ENDED:
        return
    if invoice is _newest(ledger, subscription):
        with ledger.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "active"
        _delinquent(ledger, subscription, False)


def voided(ledger: Ledger, invoice: Thing) -> None:
    """Update the subscription of a voided invoice: nothing is owed if it is the newest."""
    subscription = invoices.subscription_of(ledger, invoice)
    if subscription is not None and subscription["status"] == "past_due":
        paid_for(ledger, invoice)


def behind(ledger: Ledger, invoice: Thing) -> None:
    """Update the subscription of an invoice after a failed attempt."""
    subscription = invoices.subscription_of(ledger, invoice)
    if subscription is None or subscription["status"] in ENDED:
        return
    _delinquent(ledger, subscription, True)
    if invoice["next_payment_attempt"] is None and invoice["auto_advance"]:
        invoices.leave(ledger, invoice)
        if ledger.policy.when_exhausted == "cancel":
            end(ledger, subscription, "payment_failed")
            return
        if ledger.policy.when_exhausted == "unpaid":
            with ledger.changing(subscription, "customer.subscription.updated"):
                subscription["status"] = "unpaid"
            return
    if invoice is _newest(ledger, subscription) and subscription["status"] == "active":
        with ledger.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "past_due"


def _newest(ledger: Ledger, subscription: Thing) -> Thing | None:
    """Return the newest invoice of a subscription that is not a draft; None if there is none."""
    own = [
        each
        for each in ledger.all("invoice", customer=subscription["customer"])
        if invoices.subscription_of(ledger, each) is subscription and each["status"] != "draft"
    ]
    return own[-1] if own else None


def _delinquent(ledger: Ledger, subscription: Thing, value: bool) -> None:
    customer = ledger.things[subscription["customer"]]
    with ledger.changing(customer, "customer.updated"):
        customer["delinquent"] = value


def end(ledger: Ledger, subscription: Thing, reason: str, *, details: Thing | None = None) -> None:
    """Cancel at once. Open invoices stay open, but are not collected."""
    now = ledger.seconds
    cancelled_with(ledger, subscription)
    # An earlier request keeps its date and its reason.
    if subscription["canceled_at"] is None:
        subscription.update(canceled_at=now)
    if reason:
        subscription["cancellation_details"]["reason"] = reason
    subscription["cancellation_details"].update(details or {})
    subscription.update(status="canceled", ended_at=now)
    for each in ledger.all("invoice", customer=subscription["customer"]):
        if invoices.subscription_of(ledger, each) is subscription and each["auto_advance"]:
            invoices.leave(ledger, each)
    ledger.tell("customer.subscription.deleted", subscription)


def plan_end(subscription: Thing, now: int, cancel_at: int | None, **values: bool) -> None:
    """Plan the end of a subscription, or withdraw it with None.

    ``cancel_at_period_end`` says whether the end is that of the period.
    """
    planned = cancel_at is not None
    subscription.update(cancel_at=cancel_at, canceled_at=now if planned else None, **values)
    reason = "cancellation_requested" if planned else None
    subscription["cancellation_details"]["reason"] = reason
