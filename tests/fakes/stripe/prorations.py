"""A subscription that changes its price: now with a proration, or without one.

A change to another interval starts a new period at once. What is not used of the old price is a
credit; if it is more than the new price, the rest is kept in the customer's balance and lowers the
next invoices.
"""

from tests.fakes.stripe import invoices
from tests.fakes.stripe.forms import Form
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.periods import period_after
from tests.fakes.stripe.refusals import Refused, not_faked
from tests.fakes.stripe.shapes import Thing
from tests.fakes.stripe.subscriptions import paid_for, plan_of


def new_price(ledger: Ledger, subscription: Thing, items: list[Form]) -> Thing:
    """Return the price that the only item of a subscription is to have. Raises Refused."""
    if len(items) != 1 or "id" not in items[0] or "price" not in items[0]:
        raise not_faked("changes of items other than the price of the only one")
    item = subscription["items"]["data"][0]
    if items[0]["id"] != item["id"]:
        told = f"No such subscription item: '{items[0]['id']}'"
        raise Refused(told, "resource_missing", "items[0][id]")
    return accepted_price(ledger, subscription, items[0]["price"], "items[0][price]")


def accepted_price(ledger: Ledger, subscription: Thing, price_id: str, param: str) -> Thing:
    """Return a price that a subscription can have. Raises Refused."""
    price = ledger.get("price", price_id, param, 400)
    if not price["active"]:
        told = "The price specified is inactive. This field only accepts active prices."
        raise Refused(told, "resource_missing", param)
    if not price["recurring"]:
        told = "The price specified is set to `type=one_time` but this field only accepts prices"
        raise Refused(f"{told} with `type=recurring`.", param=param)
    if price["currency"] != subscription["currency"]:
        told = (
            f"The price specified only supports `{price['currency']}`. This doesn't match the "
            f"expected currency: `{subscription['currency']}`."
        )
        raise Refused(told, param=param)
    return price


def change(ledger: Ledger, subscription: Thing, form: Form) -> None:
    """Give the item of a subscription another price, and charge what is due at once.

    With ``payment_behavior=error_if_incomplete`` a payment that fails changes nothing. Raises
    Refused.
    """
    price = new_price(ledger, subscription, form["items"])
    item = subscription["items"]["data"][0]
    if price["id"] == item["price"]["id"]:
        return
    behavior = form.get("proration_behavior", "create_prorations")
    if behavior == "create_prorations":
        raise not_faked("prorations that wait for the next invoice")
    lines = prorated(ledger, subscription, price, form) if behavior == "always_invoice" else []
    other = interval_of(price) != interval_of(item["price"])
    if behavior == "none" and other:
        lines = [_whole(ledger, price, item)]
    due = max(0, sum(each["amount"] for each in lines) + _balance(ledger, subscription))
    if due and form.get("payment_behavior") != "error_if_incomplete":
        raise not_faked("payment behaviors other than error_if_incomplete")
    method = subscription["default_payment_method"]
    if due and method in ledger.bad_cards:
        declined = {"decline_code": "generic_decline"}
        raise Refused("Your card was declined.", "card_declined", None, 402, "card_error", declined)
    item.update(price=dict(price), plan=plan_of(price))
    if other:
        subscription["billing_cycle_anchor"] = ledger.seconds
        item["current_period_start"] = ledger.seconds
        item["current_period_end"] = _end(price, ledger.seconds)
    if lines:
        _invoiced(ledger, subscription, lines, method)


def prorated(ledger: Ledger, subscription: Thing, price: Thing, form: Form) -> list[Thing]:
    """Return the lines of a change now: the credit for the old price, and the new one."""
    item = subscription["items"]["data"][0]
    old, start, end = item["price"], item["current_period_start"], item["current_period_end"]
    at = form.get("proration_date", ledger.seconds)
    if not start <= at <= end:
        raise Refused(
            "Cannot specify `proration_date` outside of the current period.",
            param="proration_date",
        )
    if price["id"] == old["id"]:
        return []
    left, whole = end - at, end - start
    credit = invoices.line(old, 1, at, end, item)
    credit["amount"] = credit["subtotal"] = -round(old["unit_amount"] * left / whole)
    credit["parent"]["subscription_item_details"]["proration"] = True
    if interval_of(price) != interval_of(old):
        return [credit, _whole(ledger, price, item)]
    debit = invoices.line(price, 1, at, end, item)
    debit["amount"] = debit["subtotal"] = round(price["unit_amount"] * left / whole)
    debit["parent"]["subscription_item_details"]["proration"] = True
    return [credit, debit]


def preview(ledger: Ledger, form: Form) -> Thing:
    """Return the invoice that a change would make; nothing is stored. Raises Refused."""
    if "subscription" not in form or "items" not in form.get("subscription_details", {}):
        raise not_faked("previews other than of a change of a subscription")
    subscription = ledger.get("subscription", form["subscription"], "subscription", 400)
    details = form["subscription_details"]
    price = new_price(ledger, subscription, details["items"])
    if details.get("proration_behavior") != "always_invoice":
        raise not_faked("previews without a proration")
    lines = prorated(ledger, subscription, price, details)
    customer = ledger.things[subscription["customer"]]
    made = invoices.draft(
        ledger,
        customer,
        lines or [invoices.line(price, 0, ledger.seconds, ledger.seconds)],
        auto_advance=False,
        billing_reason="upcoming",
        parent=invoices.parent_of(subscription),
        period_start=ledger.seconds,
        period_end=ledger.seconds,
    )
    del ledger.things[made["id"]]
    invoices.reckon(made, customer["balance"])
    return {**made, "id": f"upcoming_{made['id']}"}


def _invoiced(ledger: Ledger, subscription: Thing, lines: list[Thing], method: str) -> None:
    made = invoices.of_subscription(
        ledger,
        subscription,
        lines,
        "subscription_update",
        start=ledger.seconds,
        collect=True,
    )
    made.update(automatically_finalizes_at=None, next_payment_attempt=None)
    ledger.tell("invoice.created", made)
    invoices.finalize(ledger, made)
    if made["status"] == "open":
        invoices.tried(ledger, made, "paid", method)
    paid_for(ledger, made)


def _whole(ledger: Ledger, price: Thing, item: Thing) -> Thing:
    return invoices.line(price, 1, ledger.seconds, _end(price, ledger.seconds), item)


def _end(price: Thing, start: int) -> int:
    every = price["recurring"]
    return period_after(start, every["interval"], every["interval_count"], start)


def interval_of(price: Thing) -> tuple[str, int]:
    """Return the interval of a recurring price: unit and count."""
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def _balance(ledger: Ledger, subscription: Thing) -> int:
    balance: int = ledger.things[subscription["customer"]]["balance"]
    return balance
