"""Requests of the club after a payment."""

from collections.abc import Callable

from tests.fakes.stripe import (
    catalog,
    checkout,
    invoices,
    payments,
    prorations,
    subscriptions,
)
from tests.fakes.stripe.forms import Form
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.managed import require_unmanaged
from tests.fakes.stripe.refusals import Refused, missing, not_faked
from tests.fakes.stripe.shapes import Thing


def filtered(kind: str, *names: str) -> Callable[[Ledger, Form], list[Thing]]:
    """Return a function that lists objects by fields; an id among them must exist."""

    def find(ledger: Ledger, form: Form) -> list[Thing]:
        wanted = {name: form[name] for name in names if name in form}
        for name, value in wanted.items():
            if isinstance(value, str):
                ledger.get(name, value, name, 400)
        return ledger.all(kind, **wanted)

    return find


def delete_customer(ledger: Ledger, form: Form, customer_id: str) -> Thing:
    """Delete a customer; a second time there is none."""
    ledger.get("customer", customer_id)
    return catalog.delete_customer(ledger, customer_id)


def sessions(ledger: Ledger, form: Form) -> list[Thing]:
    """Return Checkout sessions by customer, payment, subscription and status."""
    find = filtered("checkout.session", "customer", "payment_intent", "subscription")
    return [each for each in find(ledger, form) if form.get("status") in {None, each["status"]}]


def expire_session(ledger: Ledger, form: Form, session_id: str) -> Thing:
    """Expire an open session and return it."""
    session = ledger.get("checkout.session", session_id)
    checkout.expire(ledger, session)
    return session


def subscriptions_of(ledger: Ledger, form: Form) -> list[Thing]:
    """Return subscriptions of a customer; cancelled ones only if requested."""
    status = form.get("status")
    ended = subscriptions.ENDED if status == "ended" else {status}
    return [
        each
        for each in filtered("subscription", "customer")(ledger, form)
        if status == "all"
        or each["status"] in ended
        or (status is None and each["status"] != "canceled")
    ]


def update_subscription(ledger: Ledger, subscription: Thing, form: Form) -> Thing:
    """Change price or metadata of a subscription, plan or withdraw its end; return it.

    Raises Refused for what Stripe rejects, and for what the fake does not support.
    """
    ended = subscription["status"] in subscriptions.ENDED
    if ended and form.keys() - {"metadata", "cancellation_details", "expand"}:
        told = "A canceled subscription can only update its cancellation_details and metadata."
        raise Refused(told)
    if "items" not in form and form.get("proration_behavior", "none") != "none":
        raise not_faked("prorations of anything but another price")
    if "items" in form and subscription["schedule"] is not None:
        raise not_faked("another price for a subscription under a schedule")
    with ledger.changing(subscription, "customer.subscription.updated"):
        if "items" in form:
            prorations.change(ledger, subscription, form)
        if "cancel_at" in form or "cancel_at_period_end" in form:
            require_unmanaged(subscription)
            subscriptions.plan_end(
                subscription, ledger.seconds, **_planned(ledger, subscription, form)
            )
        details = form.get("cancellation_details") or {}
        for name, value in details.items():
            subscription["cancellation_details"][name] = value or None
        if "description" in form:
            subscription["description"] = form["description"] or None
        catalog.merged(subscription, form)
    return subscription


def _planned(ledger: Ledger, subscription: Thing, form: Form) -> Form:
    """Return when a subscription ends: at the end of the period, at an instant, or not."""
    at = form.get("cancel_at") or None
    end = subscriptions.period_end(subscription)
    if form.get("cancel_at_period_end"):
        if at is not None:
            told = "You may only specify one of these parameters: cancel_at, cancel_at_period_end."
            raise Refused(told, param="cancel_at")
        return {"cancel_at": end, "cancel_at_period_end": True}
    if at in {"min_period_end", "max_period_end"}:
        at = end
    elif isinstance(at, str):
        raise not_faked(f"cancel_at={at}")
    if at is not None and at <= ledger.seconds:
        raise Refused("The cancel_at timestamp must be in the future.", param="cancel_at")
    if at is not None and at > end and not subscriptions.boundary(subscription, at):
        raise not_faked("a cancel_at inside a later period, which would be charged in part")
    return {"cancel_at": at, "cancel_at_period_end": False}


def cancel_subscription(ledger: Ledger, form: Form, subscription_id: str) -> Thing:
    """Cancel a subscription at once and return it. Raises Refused if it is already cancelled."""
    subscription = ledger.get("subscription", subscription_id)
    if subscription["status"] in subscriptions.ENDED:
        raise missing("subscription", subscription_id, "id")
    details = form.get("cancellation_details") or {}
    subscriptions.end(ledger, subscription, "cancellation_requested", details=details)
    return subscription


def invoices_of(ledger: Ledger, form: Form) -> list[Thing]:
    """Return invoices by customer, subscription and status."""
    wanted = form.get("subscription")
    if wanted is not None:
        wanted = ledger.get("subscription", wanted, "subscription", 400)
    return [
        each
        for each in filtered("invoice", "customer")(ledger, form)
        if form.get("status") in {None, each["status"]}
        and (wanted is None or invoices.subscription_of(ledger, each) is wanted)
    ]


def pay_invoice(ledger: Ledger, form: Form, invoice_id: str) -> Thing:
    """Charge an open invoice now and return it.

    Raises Refused if it is not open, or the card is declined, which counts as an attempt.
    """
    invoice = ledger.get("invoice", invoice_id)
    if invoice["status"] == "paid":
        raise Refused("Invoice is already paid", "invoice_already_paid")
    if invoice["status"] != "open":
        raise Refused(f"Invoice is {invoice['status']} and can't be paid.", "invoice_not_editable")
    if not subscriptions.collect(ledger, invoice, retry=False):
        declined = invoices.payment_of(ledger, invoice)["last_payment_error"]
        raise Refused(
            declined["message"],
            declined["code"],
            status=402,
            kind="card_error",
            extra={"decline_code": declined["decline_code"], "charge": declined["charge"]},
        )
    return invoice


def void_invoice(ledger: Ledger, form: Form, invoice_id: str) -> Thing:
    """Void an open or uncollectible invoice and return it. Raises Refused for any other."""
    invoice = ledger.get("invoice", invoice_id)
    if invoice["status"] not in {"open", "uncollectible"}:
        raise Refused("You can only pass in open or uncollectible invoices to be voided.")
    invoices.void(ledger, invoice)
    subscriptions.voided(ledger, invoice)
    return invoice


def session_lines(ledger: Ledger, form: Form, session_id: str) -> Thing:
    """Return the line items of a Checkout session."""
    return checkout.lines_of(ledger, ledger.get("checkout.session", session_id))


def invoice_payments(ledger: Ledger, form: Form) -> list[Thing]:
    """Return payments of invoices, made or due, by invoice, payment intent and status.

    Raises Refused for parameters that Stripe rejects.
    """
    payment = form.get("payment") or {}
    intent = payment.get("payment_intent")
    if payment and payment["type"] != "payment_intent":
        raise not_faked(f"invoice payments of type {payment['type']}")
    if payment and intent is None:
        name = "payment[payment_intent]"
        raise Refused(f"Missing required param: {name}.", "parameter_missing", name)
    return [
        each
        for each in filtered("invoice_payment", "invoice")(ledger, form)
        if intent in {None, each["payment"]["payment_intent"]}
        and form.get("status") in {None, each["status"]}
    ]


def create_refund(ledger: Ledger, form: Form) -> Thing:
    """Refund a charge in whole or in part, by its id or its payment intent; return the refund.

    Raises Refused if neither is given, or nothing was charged.
    """
    if ("charge" in form) == ("payment_intent" in form):
        told = "One of these params should be provided: payment_intent or charge."
        raise Refused(told, "parameter_missing", "charge")
    if "payment_intent" in form:
        intent = ledger.get("payment_intent", form["payment_intent"], "payment_intent", 400)
        if intent["status"] != "succeeded":
            told = (
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
            raise Refused(told, "charge_not_refundable", "payment_intent")
        made = ledger.things[intent["latest_charge"]]
    else:
        made = ledger.get("charge", form["charge"], "charge", 400)
    metadata = {name: value for name, value in (form.get("metadata") or {}).items() if value}
    return payments.refund(
        ledger, made, form.get("amount"), reason=form.get("reason"), metadata=metadata
    )
