"""Reads of Stripe that take several requests: invoices with their charges, subjects of events.

Since API version 2025-03-31 an invoice has several payments and a charge does not name its
invoice: the way from one to the other is through ``invoice_payments``. Every function raises the
errors of Stripe's package.
"""

from dataclasses import replace
from typing import Any

import stripe

from api_client.messages.billing import DisputeState
from membership.billing.stripe.gateway import (
    EventSubject,
    InvoiceFacts,
    ProviderEvent,
    ProviderMisses,
)
from membership.billing.stripe.stripe_money import from_stripe
from membership.billing.stripe.stripe_parsing import (
    id_of,
    invoice_facts,
    order_in,
    order_of_invoice,
    payment_facts,
    subscription_of_invoice,
)

_DISPUTES = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}
"""What became of a dispute, by its status; all others are open."""
_INQUIRIES = frozenset({"warning_needs_response", "warning_under_review"})
"""Open disputes by which the bank has only asked, and taken no money."""
_PAYMENT_PREFIX = "pi_"
"""Ids of payment intents, which stand for one-time payments."""


def read_invoice(api: stripe.V1Services, invoice_id: str) -> InvoiceFacts:
    """Return an invoice or one-time payment with refunds and disputes.

    Raises ProviderMisses for a draft.
    """
    if invoice_id.startswith(_PAYMENT_PREFIX):
        payment = _payment(api, invoice_id)
        return _with_charges(api, payment_facts(payment), [payment.get("latest_charge")])
    found = api.invoices.retrieve(invoice_id, params={"expand": ["payments"]}).to_dict()
    facts = invoice_facts(found)
    if facts is None:
        raise ProviderMisses("The invoice is a draft.")
    payments = (found.get("payments") or {}).get("data", ())
    return _with_charges(api, facts, [_charge_of(api, each) for each in payments])


def read_invoice_url(api: stripe.V1Services, invoice_id: str) -> str:
    """Return the hosted page of an invoice, or the receipt page of a one-time payment.

    Raises ProviderMisses if there is none.
    """
    if invoice_id.startswith(_PAYMENT_PREFIX):
        url = (_payment(api, invoice_id).get("latest_charge") or {}).get("receipt_url")
    else:
        url = api.invoices.retrieve(invoice_id).to_dict().get("hosted_invoice_url")
    if url is None:
        raise ProviderMisses("Stripe shows no page for this invoice.")
    return str(url)


def find_subject(api: stripe.V1Services, event: ProviderEvent) -> EventSubject:
    """Return the order that an event is about, by the metadata of the object as it is now."""
    if event.object_id.startswith("cs_"):
        session = api.checkout.sessions.retrieve(event.object_id).to_dict()
        return EventSubject(order_in(session["metadata"]), checkout_id=event.object_id)
    if event.object_id.startswith("sub_"):
        found = api.subscriptions.retrieve(event.object_id).to_dict()
        return EventSubject(order_in(found["metadata"]), subscription_id=event.object_id)
    if event.object_id.startswith("in_"):
        return _invoice_subject(api, event.object_id)
    if event.type.startswith("charge.dispute."):
        paid = api.disputes.retrieve(event.object_id).to_dict()
    else:
        paid = api.charges.retrieve(event.object_id).to_dict()
    return _payment_subject(api, id_of(paid.get("payment_intent")))


def _invoice_subject(api: stripe.V1Services, invoice_id: str) -> EventSubject:
    """Return the order whose subscription an invoice belongs to."""
    invoice = api.invoices.retrieve(invoice_id).to_dict()
    return EventSubject(
        order_of_invoice(invoice),
        subscription_id=subscription_of_invoice(invoice),
        invoice_id=None if invoice["status"] == "draft" else invoice_id,
    )


def _payment_subject(api: stripe.V1Services, payment_id: str | None) -> EventSubject:
    """Return the order of a payment: from its own metadata, or through its invoice."""
    if payment_id is None:
        return EventSubject(None)
    if (order_id := order_in(_payment(api, payment_id)["metadata"])) is not None:
        return EventSubject(order_id, invoice_id=payment_id)
    found = api.invoice_payments.list(
        params={"payment": {"type": "payment_intent", "payment_intent": payment_id}}
    ).to_dict()
    for each in found["data"]:
        return _invoice_subject(api, str(id_of(each["invoice"])))
    return EventSubject(None)


def _payment(api: stripe.V1Services, payment_id: str) -> dict[str, Any]:
    """Return a payment intent with its latest charge."""
    expanded: Any = {"expand": ["latest_charge"]}
    return api.payment_intents.retrieve(payment_id, params=expanded).to_dict()


def _charge_of(api: stripe.V1Services, payment: Any) -> Any:
    """Return the charge behind a payment of an invoice, or None if there is none yet."""
    intent = id_of(payment["payment"].get("payment_intent"))
    return None if intent is None else _payment(api, intent).get("latest_charge")


def _with_charges(api: stripe.V1Services, facts: InvoiceFacts, charges: list[Any]) -> InvoiceFacts:
    """Return the facts with the refunds and disputes of their charges."""
    made = [each for each in charges if each is not None]
    disputed = [each for each in made if each["disputed"]]
    statuses = {
        str(dispute["status"])
        for charge in disputed
        for dispute in api.disputes.list(params={"charge": charge["id"]}).to_dict()["data"]
    }
    state = _dispute(statuses)
    return replace(
        facts,
        refunded_minor=from_stripe(sum(each["amount_refunded"] for each in made), facts.currency),
        disputed=bool(disputed),
        dispute=state,
        inquiry=state is DisputeState.OPEN and _is_inquiry(statuses),
    )


def _is_inquiry(statuses: set[str]) -> bool:
    """Whether no dispute, by its status, took money, or none of those that are open."""
    open_ones = {each for each in statuses if each not in _DISPUTES}
    return "lost" not in statuses and open_ones <= _INQUIRIES


def _dispute(statuses: set[str]) -> DisputeState | None:
    """Return what became of disputes, by their statuses: open while one is, lost if one was."""
    states = {_DISPUTES.get(status, DisputeState.OPEN) for status in statuses}
    for state in (DisputeState.OPEN, DisputeState.LOST, DisputeState.WON):
        if state in states:
            return state
    return None
