"""Payments at the desk: what the form asks for, and what becomes of the receipt."""

from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.management import ActorKind, ActorView
from api_client.messages.payments import PaymentMethod, PaymentView
from kiosk.application import load_fonts
from kiosk.staff.disk import Disk
from kiosk.staff.forms.sale import Sold
from kiosk.staff.pages.parts import Action
from kiosk.staff.words.sale import Paid
from kiosk.staff.worker import Task
from tests.kiosk.answers import NOON
from tests.kiosk.staff.messages import sale_view
from tests.kiosk.staff.staff_desk import Staff

PAID = PaymentView(
    id=UUID(int=70), receipt_number="R-000007", membership_id=UUID(int=3), plan="Gold",
    paid_by="Amara Okafor", method=PaymentMethod.CASH, amount_minor=4900, currency="EUR", note="",
    paid_at=NOON, voided_at=None, voided_why=None,
    actor=ActorView(kind=ActorKind.STAFF, id=UUID(int=60), name="Greta Sommer"), created_at=NOON,
)  # fmt: skip


class Printer(Disk):
    """Keeps what is to be printed, or cannot."""

    def __init__(self, fault: str = "") -> None:
        super().__init__()
        self.fault, self.printed = fault, list[tuple[str, bytes]]()

    def print(self, name: str, data: bytes) -> str:
        self.printed.append((name, data))
        return self.fault


def pay(staff: Staff) -> Task[Any]:
    """Send a payment for the first membership of whose profile is open."""
    staff.sheet(Action.PAY).submit.click()
    return staff.task("change")


def paid(payment: PaymentView) -> Sold:
    """What the service and the desk made of a payment."""
    return Sold(Paid.CASH, view=sale_view(payment=payment), receipt="print")


def noted(qtbot: QtBot, printer: Printer) -> Staff:
    """Staff with a customer's file open, who leave it while a payment is being noted."""
    load_fonts()
    staff = Staff(qtbot, printer)
    staff.sign_in()
    staff.open_customer()
    payment = pay(staff)
    staff.window.leave_management()
    staff.presenter.on_done(payment, paid(PAID))
    return staff


def test_the_receipt_comes_also_when_a_scan_took_the_panel(
    qtbot: QtBot, qapp: QApplication
) -> None:
    printer = Printer()
    staff = noted(qtbot, printer)
    assert staff.asked("receipt") == [("receipt", (PAID.id, "en"))]
    staff.presenter.on_done(staff.task("receipt"), b"%PDF-")
    assert printer.printed == [("R-000007.pdf", b"%PDF-")]


def test_a_receipt_that_cannot_be_opened_is_told(qtbot: QtBot, qapp: QApplication) -> None:
    staff = noted(qtbot, Printer("disk full"))
    receipt = staff.task("receipt")
    staff.open_customer()
    staff.presenter.on_done(receipt, b"%PDF-")
    assert staff.pages.customer.page.message.text() == (
        "The payment is recorded; its receipt could not be opened: disk full"
    )
