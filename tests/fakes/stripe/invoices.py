"""Invoices: drafted, finalised, charged, retried, paid or voided."""

from typing import Any

from tests.fakes.stripe import payments
from tests.fakes.stripe.ledger import Ledger, new_id
from tests.fakes.stripe.shapes import Thing, listed, thing

HOUR = 3600
"""A draft of a renewal waits so long before it is finalised and charged."""


def line(price: Thing, quantity: int, start: int, end: int, item: Thing | None = None) -> Thing:
    """Return a line for a price; ``item`` is that of the subscription whose period it charges."""
    parent = item and {
        "type": "subscription_item_details",
        "subscription_item_details": {
            "proration": False,
            "subscription": item["subscription"],
            "subscription_item": item["id"],
        },
    }
    amount = price["unit_amount"] * quantity
    return thing(
        "line_item",
        id=new_id("line_item"),
        amount=amount,
        currency=price["currency"],
        discountable=True,
        parent=parent,
        period={"start": start, "end": end},
        pricing={
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        quantity=quantity,
        subscription=item and item["subscription"],
        subtotal=amount,
    )


def draft(ledger: Ledger, customer: Thing, lines: list[Thing], **values: Any) -> Thing:
    """Return a new invoice without an event."""
    total = sum(each["amount"] for each in lines)
    invoice_id = new_id("invoice")
    for each in lines:
        each["invoice"] = invoice_id
    return ledger.make(
        "invoice",
        id=invoice_id,
        account_country=ledger.policy.country,
        account_name=ledger.policy.name,
        amount_due=total,
        amount_overpaid=0,
        amount_paid=0,
        amount_remaining=total,
        amount_shipping=0,
        attempt_count=0,
        attempted=False,
        automatic_tax={"enabled": False},
        collection_method="charge_automatically",
        currency=lines[0]["currency"],
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_tax_exempt="none",
        issuer={"type": "self"},
        lines=listed(f"/v1/invoices/{invoice_id}/lines", lines),
        post_payment_credit_notes_amount=0,
        pre_payment_credit_notes_amount=0,
        starting_balance=0,
        status="draft",
        subtotal=total,
        subtotal_excluding_tax=total,
        total=total,
        total_excluding_tax=total,
        **values,
    )


def of_subscription(
    ledger: Ledger,
    subscription: Thing,
    lines: list[Thing],
    reason: str,
    *,
    start: int,
    collect: bool,
) -> Thing:
    """Return a draft for a subscription.

    ``start`` begins the past period: charges in advance have their period in the lines. It advances
    automatically only with ``collect``.
    """
    at = ledger.seconds + HOUR if collect else None
    made = draft(
        ledger,
        ledger.things[subscription["customer"]],
        lines,
        auto_advance=collect,
        automatically_finalizes_at=at,
        billing_reason=reason,
        default_payment_method=None,
        next_payment_attempt=at,
        parent=parent_of(subscription),
        period_start=start,
        period_end=ledger.seconds,
    )
    subscription["latest_invoice"] = made["id"]
    return made


def parent_of(subscription: Thing) -> Thing:
    """Return the part of an invoice that names its subscription."""
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return {"type": "subscription_details", "subscription_details": details}


def reckon(invoice: Thing, balance: int) -> int:
    """Set what is due with a balance of the customer, negative for a credit; return the new one.

    A credit pays as much of the invoice as there is; an invoice below zero adds to it.
    """
    due = max(0, invoice["total"] + balance)
    left: int = balance + invoice["total"] - due
    invoice.update(
        amount_due=due, amount_remaining=due, starting_balance=balance, ending_balance=left
    )
    return left


def subscription_of(ledger: Ledger, invoice: Thing) -> Thing | None:
    """Return the subscription of an invoice; None if it has none."""
    details = (invoice["parent"] or {}).get("subscription_details")
    return ledger.things[details["subscription"]] if details else None


def payment_of(ledger: Ledger, invoice: Thing) -> Thing:
    """Return the payment intent of a finalised invoice."""
    (link,) = ledger.all("invoice_payment", invoice=invoice["id"])
    return ledger.things[link["payment"]["payment_intent"]]


def finalize(ledger: Ledger, invoice: Thing, intent: Thing | None = None) -> None:
    """Number an invoice and open it for payment."""
    customer = ledger.things[invoice["customer"]]
    with ledger.changing(customer):
        customer["balance"] = reckon(invoice, customer["balance"])
        number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}"
        customer["next_invoice_sequence"] += 1
    invoice.update(
        automatically_finalizes_at=None,
        effective_at=ledger.seconds,
        hosted_invoice_url=f"{ledger.url}/i/{invoice['id']}",
        invoice_pdf=f"{ledger.url}/i/{invoice['id']}/pdf",
        number=number,
        status="open",
    )
    invoice["status_transitions"]["finalized_at"] = ledger.seconds
    ledger.tell("invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        _paid_by_credit(ledger, invoice)
        return
    if intent is None:
        intent = payments.new_intent(
            ledger,
            invoice["amount_due"],
            invoice["currency"],
            customer=invoice["customer"],
            description="Subscription update" if invoice["parent"] else None,
            setup_future_usage="off_session" if invoice["parent"] else None,
        )
    ledger.make(
        "invoice_payment",
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status="open",
    )


def _paid_by_credit(ledger: Ledger, invoice: Thing) -> None:
    """Mark an invoice as paid with which nothing is due: there is no payment."""
    with ledger.changing(invoice, "invoice.updated"):
        invoice.update(attempted=True, auto_advance=False, next_payment_attempt=None, status="paid")
        invoice["status_transitions"]["paid_at"] = ledger.seconds
    ledger.tell("invoice.paid", invoice)
    ledger.tell("invoice.payment_succeeded", invoice)


def tried(
    ledger: Ledger, invoice: Thing, outcome: str, method: str, *, retry: bool = False
) -> bool:
    """Charge an open invoice; return whether it is paid.

    Only the first attempt and automatic retries are counted, as Stripe does.
    """
    intent = payment_of(ledger, invoice)
    if intent["status"] != "succeeded":
        payments.charge(ledger, intent, method, outcome)
    first = invoice["attempt_count"] == 0
    counted = invoice["attempt_count"] + 1 if retry or first else invoice["attempt_count"]
    if outcome == "processing":
        with ledger.changing(invoice, "invoice.updated"):
            invoice.update(attempted=True, attempt_count=counted, next_payment_attempt=None)
    elif outcome == "paid":
        settled(ledger, invoice, attempt_count=counted)
    elif retry or first:
        failed(ledger, invoice, attempt_count=counted)
    else:
        ledger.tell("invoice.payment_failed", invoice)
    return outcome == "paid"


def settled(ledger: Ledger, invoice: Thing, **values: Any) -> None:
    """Mark an invoice as paid."""
    (link,) = ledger.all("invoice_payment", invoice=invoice["id"])
    link.update(status="paid", amount_paid=link["amount_requested"])
    link["status_transitions"]["paid_at"] = ledger.seconds
    with ledger.changing(invoice, "invoice.updated"):
        invoice.update(
            amount_paid=invoice["amount_due"],
            amount_remaining=0,
            attempted=True,
            auto_advance=False,
            next_payment_attempt=None,
            status="paid",
            **values,
        )
        invoice["status_transitions"]["paid_at"] = ledger.seconds
    ledger.tell("invoice_payment.paid", link)
    ledger.tell("invoice.paid", invoice)
    ledger.tell("invoice.payment_succeeded", invoice)


def failed(ledger: Ledger, invoice: Thing, attempt_count: int) -> None:
    """Record a failed attempt and plan the next one, if any."""
    retries = ledger.policy.retries
    again = attempt_count <= len(retries) and invoice["auto_advance"]
    with ledger.changing(invoice, "invoice.updated"):
        invoice.update(
            attempted=True,
            attempt_count=attempt_count,
            next_payment_attempt=ledger.after(days=retries[attempt_count - 1]) if again else None,
        )
    ledger.tell("invoice.payment_failed", invoice)


def leave(ledger: Ledger, invoice: Thing) -> None:
    """Stop the automatic collection of an invoice."""
    with ledger.changing(invoice, "invoice.updated"):
        invoice.update(
            auto_advance=False, automatically_finalizes_at=None, next_payment_attempt=None
        )


def void(ledger: Ledger, invoice: Thing) -> None:
    """Void an invoice. Raises ValueError if it is not open."""
    if invoice["status"] not in {"open", "uncollectible"}:
        raise ValueError(
            f"invoice {invoice['id']} is {invoice['status']}, only open ones are voided"
        )
    (link,) = ledger.all("invoice_payment", invoice=invoice["id"])
    link["status"] = "canceled"
    link["status_transitions"]["canceled_at"] = ledger.seconds
    payments.cancel_intent(ledger, payment_of(ledger, invoice), "void_invoice")
    with ledger.changing(invoice, "invoice.updated"):
        invoice.update(
            amount_remaining=invoice["amount_due"],
            auto_advance=False,
            next_payment_attempt=None,
            status="void",
        )
        invoice["status_transitions"]["voided_at"] = ledger.seconds
    ledger.tell("invoice.voided", invoice)
