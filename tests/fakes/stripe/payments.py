"""Payment intents, charges, refunds and disputes."""

from typing import Any

from tests.fakes.stripe.ledger import Ledger, new_id
from tests.fakes.stripe.refusals import Refused
from tests.fakes.stripe.shapes import Thing

CARD: Thing = {"type": "card", "card": {"brand": "visa", "last4": "4242", "funding": "credit"}}
DEBIT: Thing = {"type": "sepa_debit", "sepa_debit": {"country": "DE", "last4": "3000"}}
_DECLINED = "Your card was declined."


def new_intent(ledger: Ledger, amount: int, currency: str, **values: Any) -> Thing:
    """Return a new payment intent without attempts."""
    intent_id = new_id("payment_intent")
    return ledger.make(
        "payment_intent",
        "payment_intent.created",
        id=intent_id,
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        capture_method="automatic_async",
        client_secret=f"{intent_id}_secret_{new_id('customer')[4:]}",
        confirmation_method="automatic",
        currency=currency,
        payment_method_types=["card", "sepa_debit"],
        status="requires_payment_method",
        **values,
    )


def charge(ledger: Ledger, intent: Thing, method: str, outcome: str) -> bool:
    """Charge a payment method, with outcome ``paid``, ``declined`` or ``processing``.

    Returns whether the payment succeeded.
    """
    paid, processing = outcome == "paid", outcome == "processing"
    customer = ledger.things.get(intent["customer"] or "", {})
    expires = {"exp_month": 12, "exp_year": ledger.now.year + 3}
    details = DEBIT if processing else {**CARD, "card": {**CARD["card"], **expires}}
    status = "pending" if processing else "succeeded" if paid else "failed"
    made = ledger.make(
        "charge",
        f"charge.{status}",
        amount=intent["amount"],
        amount_captured=intent["amount"] if paid else 0,
        amount_refunded=0,
        billing_details={"email": customer.get("email"), "name": customer.get("name")},
        calculated_statement_descriptor=ledger.policy.name.upper(),
        captured=paid or processing,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=None if paid or processing else "card_declined",
        failure_message=None if paid or processing else _DECLINED,
        metadata=dict(intent["metadata"]),
        outcome=_outcome(declined=not (paid or processing)),
        paid=paid,
        payment_intent=intent["id"],
        payment_method=method,
        payment_method_details=details,
        receipt_email=intent["receipt_email"],
        receipt_url=f"{ledger.url}/receipts/{new_id('request')}" if paid else None,
        refunded=False,
        status=status,
    )
    with ledger.changing(intent):
        intent["latest_charge"] = made["id"]
    if processing:
        with ledger.changing(intent):
            intent.update(status="processing", payment_method=method, last_payment_error=None)
        ledger.tell("payment_intent.processing", intent)
    else:
        _told(ledger, intent, made, paid)
    return paid


def settle(ledger: Ledger, intent: Thing, ok: bool) -> None:
    """Complete or fail a payment that was processing."""
    made = ledger.things[intent["latest_charge"]]
    made.update(
        status="succeeded" if ok else "failed",
        paid=ok,
        amount_captured=made["amount"] if ok else 0,
        failure_code=None if ok else "insufficient_funds",
        failure_message=None if ok else "The customer's account has insufficient funds.",
    )
    ledger.tell("charge.succeeded" if ok else "charge.failed", made)
    _told(ledger, intent, made, ok)


def cancel_intent(ledger: Ledger, intent: Thing, reason: str) -> None:
    """Cancel a payment intent."""
    intent.update(status="canceled", canceled_at=ledger.seconds, cancellation_reason=reason)
    ledger.tell("payment_intent.canceled", intent)


def refund(ledger: Ledger, made: Thing, amount: int | None, **values: Any) -> Thing:
    """Return a new refund of a charge. Raises Refused if less than that can be refunded."""
    left = made["amount_captured"] - made["amount_refunded"]
    if made["status"] != "succeeded":
        raise Refused(
            f"Charge {made['id']} has not been paid and cannot be refunded.", param="charge"
        )
    if left == 0:
        told = f"Charge {made['id']} has already been refunded."
        raise Refused(told, "charge_already_refunded")
    if made["disputed"] and not any(
        each["status"] == "won" for each in ledger.all("dispute", charge=made["id"])
    ):
        raise Refused(
            f"Charge {made['id']} has been charged back; cannot issue a refund.", "charge_disputed"
        )
    amount = left if amount is None else amount
    if amount < 1:
        raise Refused("Invalid positive integer", "parameter_invalid_integer", "amount")
    if amount > left:
        told = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Refused(told, param="amount")
    given = ledger.make(
        "refund",
        amount=amount,
        charge=made["id"],
        currency=made["currency"],
        destination_details={
            "type": "card",
            "card": {
                "type": "refund",
                "reference_type": "acquirer_reference_number",
                "reference_status": "pending",
            },
        },
        payment_intent=made["payment_intent"],
        status="succeeded",
        **values,
    )
    with ledger.changing(made, "charge.refunded"):
        made["amount_refunded"] += amount
        made["refunded"] = made["amount_refunded"] == made["amount"]
    ledger.tell("refund.created", given)
    return given


def dispute(ledger: Ledger, made: Thing, reason: str, inquiry: bool = False) -> Thing:
    """Open and return a dispute of a charge by the customer's bank.

    By an ``inquiry`` the bank only asks, and takes no money. Raises ValueError if the charge cannot
    be disputed.
    """
    if made["status"] != "succeeded" or made["disputed"]:
        raise ValueError(f"charge {made['id']} is {made['status']} or disputed already")
    made["disputed"] = True
    opened = ledger.make(
        "dispute",
        "charge.dispute.created",
        amount=made["amount"] - made["amount_refunded"],
        charge=made["id"],
        currency=made["currency"],
        evidence_details={
            "due_by": ledger.after(days=14),
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        is_charge_refundable=inquiry,
        network_reason_code="10.4",
        payment_intent=made["payment_intent"],
        payment_method_details={
            "type": "card",
            "card": {
                "brand": "visa",
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": "visa",
            },
        },
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    if not inquiry:
        ledger.tell("charge.dispute.funds_withdrawn", opened)
    return opened


def close_dispute(ledger: Ledger, opened: Thing, won: bool) -> None:
    """Close a dispute. The charge stays marked as disputed, even if the club won.

    Raises ValueError if it is closed already.
    """
    if opened["status"] in {"won", "lost"}:
        raise ValueError(f"dispute {opened['id']} is {opened['status']} already")
    with ledger.changing(opened, "charge.dispute.closed"):
        opened["status"] = "won" if won else "lost"
    if won:
        ledger.tell("charge.dispute.funds_reinstated", opened)


def _told(ledger: Ledger, intent: Thing, made: Thing, paid: bool) -> None:
    """Update a payment intent from its charge, and emit its event."""
    if paid:
        intent.update(
            status="succeeded",
            amount_received=intent["amount"],
            payment_method=made["payment_method"],
            last_payment_error=None,
        )
        ledger.tell("payment_intent.succeeded", intent)
        return
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_payment_error={
            "type": "card_error",
            "code": made["failure_code"],
            "decline_code": "generic_decline",
            "message": made["failure_message"],
            "charge": made["id"],
        },
    )
    ledger.tell("payment_intent.payment_failed", intent)


def _outcome(*, declined: bool) -> Thing:
    return {
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": "generic_decline" if declined else None,
        "risk_level": "normal",
        "seller_message": "The bank declined the payment." if declined else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }
