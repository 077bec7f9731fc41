"""The forms of payments at the desk, and what becomes of their receipts."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.payments import PaymentView
from api_client.messages.scan import Problem
from kiosk.staff.disk import Disk
from kiosk.staff.forms.membership import Call, Filled
from kiosk.staff.forms.plan import minor_units
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.membership import MembershipLine
from kiosk.staff.words.payment import methods_of
from kiosk.staff.worker import Task
from kiosk.texts import Texts

_RECEIPT, _RECEIPT_AGAIN = "receipt", "receipt_again"
_KINDS = {_RECEIPT, _RECEIPT_AGAIN}


def payment_form(
    window: QWidget, texts: Texts, line: MembershipLine, currency: str
) -> tuple[Form, Filled]:
    """Note what was paid for a membership, and renew it if that is what was paid for.

    The service refuses an amount in ``currency`` where the membership was sold in another one.
    """
    say = texts.say
    title = say("Payment for {plan}", plan=line.plan)
    form = Form(window, texts, title, say("Note payment"))
    methods = [(method.value, words) for method, words in methods_of(texts).items()]
    form.add_choice("method", say("Paid by"), methods)
    form.add_line("amount", say("Amount in {currency} (empty: the price)", currency=currency))
    form.add_note("note", say("Note"))
    if line.can_renew:
        form.add_switch("renew", say("Renew it with this payment"))

    def filled(values: Mapping[str, Value]) -> Call:
        def note(client: Any, once: str) -> object:
            return client.note_payment(line.id, payment_fields(values, currency, texts), once)

        return note

    return form, filled


def payment_fields(values: Mapping[str, Value], currency: str, texts: Texts) -> dict[str, Any]:
    """The request that the values of the form make. Raises Refused for what is no amount."""
    fields: dict[str, Any] = {
        "method": values["method"],
        "note": values["note"],
        "renew": bool(values.get("renew", False)),
    }
    if values["amount"]:
        fields["amount_minor"] = minor_units(str(values["amount"]), currency, texts)
        fields["currency"] = currency
    return fields


def void_form(window: QWidget, texts: Texts, payment: PaymentView) -> tuple[Form, Filled]:
    """Say that a payment was noted in error."""
    say = texts.say
    form = Form(window, texts, say("Void {receipt}", receipt=payment.receipt_number), say("Void"))
    form.add_words(
        say("It keeps its number, and its receipt says that it is void. What it renewed stays.")
    )
    form.add_note("why", say("Reason"))

    def filled(values: Mapping[str, Value]) -> Call:
        why = str(values["why"])

        def void(client: ManagementClient, _once: str) -> object:
            if not why:
                title = say("A payment is voided with a reason only.")
                raise Refused(Problem(title=title, status=422, code="no_reason"))
            return client.void_payment(payment.id, why)

        return void

    return form, filled


class Receipts(QObject):
    """Fetches receipts of payments, and opens them to be printed."""

    task_wanted = Signal(object)
    """Task."""

    def __init__(
        self, texts: Texts, disk: Disk, say_fault: Callable[[str], None], *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._texts, self._disk, self._say_fault = texts, disk, say_fault

    def noted(self, payment: PaymentView) -> None:
        """Fetch the receipt of a payment that was noted just now; not of one that was voided."""
        if payment.voided_at is None:
            self._fetch(payment, _RECEIPT)

    def again(self, payment: PaymentView) -> None:
        """Fetch the receipt of a payment once more."""
        self._fetch(payment, _RECEIPT_AGAIN)

    def _fetch(self, payment: PaymentView, kind: str) -> None:
        language = str(self._texts.locale.language)

        def load(client: ManagementClient, _once: str) -> object:
            return payment.receipt_number, client.receipt(payment.id, language)

        self.task_wanted.emit(Task(kind, load))

    def took(self, task: Task, answer: object) -> bool:
        """Open a receipt that came."""
        if task.kind not in _KINDS:
            return False
        match answer:
            case (str(number), bytes(data)):
                fault = self._disk.print(f"{number}.pdf", data)
                if fault:
                    self._fault(task, fault)
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say that a receipt did not come; a payment is noted all the same."""
        if task.kind not in _KINDS:
            return False
        self._fault(task, sentence)
        return True

    def _fault(self, task: Task, why: str) -> None:
        say = self._texts.say
        self._say_fault(
            say("The payment is noted; its receipt could not be opened: {why}", why=why)
            if task.kind == _RECEIPT
            else say("The receipt could not be opened: {why}", why=why)
        )
