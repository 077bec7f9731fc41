"""The forms of payments at the desk."""

from collections.abc import Mapping

from api_client.management import ManagementClient
from api_client.messages.payments import PaymentView, RenewalOfPayment
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts


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
