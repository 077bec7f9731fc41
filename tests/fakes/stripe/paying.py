"""Actions of the customer on the page of a Checkout session."""

import copy
from typing import Any

from tests.fakes.stripe import invoices, payments, subscriptions
from tests.fakes.stripe.ledger import Ledger, new_id
from tests.fakes.stripe.shapes import Thing

OUTCOMES = ("paid", "declined", "processing")


def new_customer(ledger: Ledger, **values: Any) -> Thing:
    """Return a new customer with an invoice prefix."""
    return ledger.make(
        "customer",
        "customer.created",
        balance=0,
        delinquent=False,
        invoice_prefix=new_id("request")[-8:].upper(),
        invoice_settings={},
        next_invoice_sequence=1,
        preferred_locales=values.pop("preferred_locales", []),
        tax_exempt="none",
        **values,
    )


def pay(ledger: Ledger, session: Thing, outcome: str, email: str, name: str) -> None:
    """Pay a session, or try to. A declined one stays open, and can be tried again.

    Raises ValueError for a session that is not open, or an unknown outcome.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome {outcome!r} is none of {', '.join(OUTCOMES)}")
    if session["status"] != "open":
        raise ValueError(f"session {session['id']} is {session['status']}")
    method = new_id("payment_method")
    intent = _intent(ledger, session)
    if outcome == "declined":
        payments.charge(ledger, intent, method, outcome)
        return
    customer = _customer(ledger, session, email, name)
    intent["customer"] = customer and customer["id"]
    session["customer_details"] = {
        "address": None,
        "business_name": None,
        "email": customer["email"] if customer else session["customer_email"] or email,
        "individual_name": None,
        "name": customer["name"] if customer else name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    if session["mode"] == "subscription":
        assert customer is not None
        _subscribe(ledger, session, customer, intent, method=method, outcome=outcome)
    else:
        payments.charge(ledger, intent, method, outcome)
        if outcome == "paid":
            _invoice_once(ledger, session, customer, intent)
    session.update(
        status="complete", payment_status="paid" if outcome == "paid" else "unpaid", url=None
    )
    ledger.tell("checkout.session.completed", session)


def settle(ledger: Ledger, session: Thing, ok: bool) -> None:
    """Complete or fail the payment of a session that was paid with a delayed method.

    Raises ValueError if no payment is pending.
    """
    intent = _intent(ledger, session)
    if intent["status"] != "processing":
        raise ValueError(f"the payment of session {session['id']} is {intent['status']}")
    payments.settle(ledger, intent, ok)
    invoice = ledger.things.get(session["invoice"] or "")
    if invoice is not None:
        if ok:
            invoices.settled(ledger, invoice)
        else:
            invoices.failed(ledger, invoice, invoice["attempt_count"])
        (subscriptions.paid_for if ok else subscriptions.behind)(ledger, invoice)
    elif ok:
        customer = ledger.things.get(session["customer"] or "")
        _invoice_once(ledger, session, customer, intent)
    if ok:
        session["payment_status"] = "paid"
    ending = "succeeded" if ok else "failed"
    ledger.tell(f"checkout.session.async_payment_{ending}", session)


def _intent(ledger: Ledger, session: Thing) -> Thing:
    """Return the payment intent of a session, created with the first attempt.

    A session shows it in payment mode only: in subscription mode it belongs to the first invoice.
    """
    intention = ledger.intentions[session["id"]]
    if "intent" not in intention:
        form = intention["form"]
        data = form.get("payment_intent_data") or {}
        intent = payments.new_intent(
            ledger,
            session["amount_total"],
            session["currency"],
            customer=session["customer"],
            metadata=dict(data.get("metadata") or {}),
            description=data.get("description") or _creation_text(session),
            receipt_email=data.get("receipt_email"),
            setup_future_usage="off_session" if session["mode"] == "subscription" else None,
        )
        intention["intent"] = intent["id"]
        if session["mode"] == "payment":
            session["payment_intent"] = intent["id"]
    return ledger.things[intention["intent"]]


def _creation_text(session: Thing) -> str | None:
    return "Subscription creation" if session["mode"] == "subscription" else None


def _customer(ledger: Ledger, session: Thing, email: str, name: str) -> Thing | None:
    """Return the customer of a session; a new one if the session needs one and has none."""
    if session["customer"] is not None:
        return ledger.things[session["customer"]]
    creates = (session["invoice_creation"] or {"enabled": False})["enabled"]
    if session["customer_creation"] != "always" and not creates:
        return None
    made = new_customer(ledger, email=session["customer_email"] or email, name=name)
    session["customer"] = made["id"]
    return made


def _subscribe(
    ledger: Ledger, session: Thing, customer: Thing, intent: Thing, *, method: str, outcome: str
) -> None:
    intention = ledger.intentions[session["id"]]
    data = intention["form"].get("subscription_data") or {}
    subscription, invoice = subscriptions.begin(
        ledger,
        customer,
        copy.deepcopy(intention["wanted"]),
        method,
        metadata=dict(data.get("metadata") or {}),
        description=data.get("description"),
    )
    session.update(subscription=subscription["id"], invoice=invoice["id"])
    with ledger.changing(customer, "customer.updated"):
        customer["currency"] = customer["currency"] or session["currency"]
    invoices.finalize(ledger, invoice, intent)
    invoices.tried(ledger, invoice, outcome, method)


def _invoice_once(ledger: Ledger, session: Thing, customer: Thing | None, intent: Thing) -> None:
    """Create the invoice of a one-time payment, if the session requested it."""
    if not session["invoice_creation"]["enabled"]:
        return
    assert customer is not None
    now, intention = ledger.seconds, ledger.intentions[session["id"]]
    data = (intention["form"].get("invoice_creation") or {}).get("invoice_data") or {}
    lines = [invoices.line(price, quantity, now, now) for price, quantity in intention["wanted"]]
    invoice = invoices.draft(
        ledger,
        customer,
        lines,
        auto_advance=False,
        billing_reason="manual",
        description=data.get("description"),
        footer=data.get("footer"),
        metadata=dict(data.get("metadata") or {}),
        period_start=now,
        period_end=now,
    )
    session["invoice"] = invoice["id"]
    ledger.tell("invoice.created", invoice)
    invoices.finalize(ledger, invoice, intent)
    invoices.tried(ledger, invoice, "paid", intent["payment_method"])
