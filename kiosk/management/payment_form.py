"""The form of a payment at the desk, and what becomes of its receipt."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from api_client.management import ManagementClient
from api_client.payment_schemas import PaymentMethod, PaymentView
from kiosk.texts import Texts
from kiosk.views.management.form import Form, Value

from .disk import Disk
from .forms import Call, Filled
from .plan_form import minor_units
from .words import MembershipLine
from .worker import Task

_RECEIPT = "receipt"


def payment_form(
    window: QWidget, texts: Texts, line: MembershipLine, currency: str
) -> tuple[Form, Filled]:
    """Note what was paid for a membership, and renew it if that is what was paid for.

    The service refuses an amount in ``currency`` where the membership was sold in another one.
    """
    say = texts.say
    title = say("Payment for {plan}", plan=line.plan)
    form = Form(window, texts, title, say("Note payment"))
    form.add_choice("method", say("Paid by"), _methods(texts))
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


def _methods(texts: Texts) -> list[tuple[str, str]]:
    say = texts.say
    return [
        (PaymentMethod.CASH.value, say("cash")),
        (PaymentMethod.CARD_TERMINAL.value, say("card terminal")),
        (PaymentMethod.TRANSFER.value, say("transfer")),
    ]


class Receipts(QObject):
    """Fetches the receipt of each payment that was noted here, and opens it to be printed."""

    task_wanted = Signal(object)
    """Task."""

    def __init__(
        self, texts: Texts, disk: Disk, say_fault: Callable[[str], None], *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._texts, self._disk, self._say_fault = texts, disk, say_fault

    def fetch(self, payment: PaymentView) -> None:
        """Fetch the receipt of a payment."""
        language = str(self._texts.locale.language)

        def load(client: ManagementClient, _once: str) -> object:
            return payment.receipt_number, client.receipt(payment.id, language)

        self.task_wanted.emit(Task(_RECEIPT, load))

    def took(self, task: Task, answer: object) -> bool:
        """Open a receipt that came."""
        if task.kind != _RECEIPT:
            return False
        match answer:
            case (str(number), bytes(data)):
                fault = self._disk.print(f"{number}.pdf", data)
                if fault:
                    self._fault(fault)
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say that a receipt did not come; the payment is noted all the same."""
        if task.kind != _RECEIPT:
            return False
        self._fault(sentence)
        return True

    def _fault(self, why: str) -> None:
        say = self._texts.say
        self._say_fault(
            say("The payment is noted; its receipt could not be opened: {why}", why=why)
        )
