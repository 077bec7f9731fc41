"""The forms of payments at the desk."""

from collections.abc import Mapping
from typing import Any

from api_client.management import ManagementClient
from api_client.messages.payments import PaymentView, RenewalOfPayment
from kiosk.staff.forms.amount import minor_units
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.forms.second_press import SecondPress
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.membership import MembershipLine, renewed_twice
from kiosk.staff.words.payment import methods_of
from kiosk.texts import Texts


def payment_form(
    texts: Texts, line: MembershipLine, currency: str, about: str, *, renews: bool = False
) -> tuple[Form, Filled[PaymentView]]:
    """Record a payment for a membership, and renew it if the payment is for that.

    ``renews``: it is for that unless staff say otherwise.

    The service refuses an amount in ``currency`` if the membership was sold in another one.
    """
    say = texts.say
    title = say("Payment for {plan}", plan=line.plan)
    form = Form(texts, title, say("Note payment"), topic=f"pay:{line.id}", about=about)
    methods = [(method.value, words) for method, words in methods_of(texts).items()]
    form.add_choice("method", say("Paid by"), methods)
    form.add_line("amount", say("Amount in {currency} (empty: the price)", currency=currency))
    form.add_note("note", say("Note"))
    form.send_as(amount="amount_minor")
    if line.can_renew:
        form.add_switch("renew", say("Renew it with this payment"), on=renews)

    press = SecondPress("plan_held")

    def filled(values: Mapping[str, Value]) -> Call[PaymentView]:
        def note(client: ManagementClient, once: str) -> PaymentView:
            fields = payment_fields(values, currency, texts)

            def sent(again: bool | None) -> PaymentView:
                more = {} if again is None else {"again": again}
                return client.note_payment(line.id, {**fields, **more}, once, if_match=line.etag)

            if not fields["renew"]:
                return sent(None)
            return press.send(fields, once, sent, renewed_twice(texts, line.plan))

        return note

    return form, filled


def payment_fields(values: Mapping[str, Value], currency: str, texts: Texts) -> dict[str, Any]:
    """Return the body of the request. Raises Refused if the amount is none, or 0."""
    fields: dict[str, Any] = {
        "method": values["method"],
        "note": values["note"],
        "renew": bool(values.get("renew", False)),
    }
    if values["amount"]:
        amount = minor_units(str(values["amount"]), currency, texts, "amount_minor")
        if amount == 0:
            why = texts.say("With 0 nothing is paid. Renew without a payment instead.")
            raise refusal(why, "amount_zero", "amount_minor")
        fields["amount_minor"] = amount
        fields["currency"] = currency
    return fields


def void_form(texts: Texts, payment: PaymentView, about: str) -> tuple[Form, Filled[PaymentView]]:
    """Void a payment that was recorded in error. Without a reason the call raises Refused."""
    say = texts.say
    title = say("Void {receipt}", receipt=payment.receipt_number)
    topic = f"void:{payment.id}"
    form = Form(texts, title, say("Void"), topic=topic, about=about, final=True)
    form.add_words(say("It keeps its number, and its receipt says that it is void."))
    if payment.renewal is RenewalOfPayment.MADE:
        form.add_words(
            say(
                "The renewal that was made with it is taken back. If the membership was changed "
                "since, it stays, and the list says so."
            )
        )
    elif payment.renewal is RenewalOfPayment.NOT_RECORDED:
        form.add_words(say("If it renewed the membership, that stays."))
    form.add_note("why", say("Reason"))

    def filled(values: Mapping[str, Value]) -> Call[PaymentView]:
        why = str(values["why"])

        def void(client: ManagementClient, once: str) -> PaymentView:
            if not why:
                raise refusal(say("A payment is voided with a reason only."), "no_reason")
            return client.void_payment(payment.id, why, once)

        return void

    return form, filled
