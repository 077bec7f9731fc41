"""A receipt is mailed at one press, and its button says what became of that."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.payments import ReceiptMailed
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.payment import PaymentSheet
from kiosk.staff.pages.payment import PaymentsPage
from tests.kiosk.staff.controllers.test_payment import show
from tests.kiosk.staff.controllers.test_receipt import Printer
from tests.kiosk.staff.desk_messages import payment, voided
from tests.kiosk.staff.staff_desk import Staff

EMAIL = "amara@example.com"
RECEIPT = "R-000001"


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    """Payments of today."""
    load_fonts()
    staff = Staff(qtbot, Printer())
    staff.sign_in("memberships:read", "memberships:write")
    staff.presenter.open_home()
    staff.window.rail.buttons["payments"].click()
    show(staff, payment(1), voided(2))
    return staff


def state(page: PaymentsPage) -> tuple[str, bool]:
    """What stands on the button of the first receipt, and whether it can be pressed."""
    button = page.mail_buttons[RECEIPT]
    return button.text(), button.isEnabled()


def test_one_press_mails_it(staff: Staff) -> None:
    page = staff.pages.payment.page
    assert set(page.mail_buttons) == {RECEIPT, "R-000002"}, "a void receipt is mailed as well"
    page.mail_buttons[RECEIPT].click()
    assert state(page) == ("Mailing …", False)
    ((asked, (payment_id, language, once)),) = staff.asked("receipt_mail")
    task = staff.task("receipt_mail")
    assert (asked, payment_id, language) == ("mail_receipt", payment(1).id, "en")
    assert once == task.once
    staff.presenter.on_done(task, ReceiptMailed(payment_id=payment_id, email=EMAIL))
    assert state(page) == ("Mailed", False)
    assert page.note.text() == "R-000001 goes to amara@example.com."
    assert page.message.isHidden()


def test_without_an_address_it_says_so(staff: Staff) -> None:
    page = staff.pages.payment.page
    page.mail_buttons[RECEIPT].click()
    failure = Failure(Cause.REFUSED, "there is no address", "email_missing")
    staff.presenter.on_failed(staff.task("receipt_mail"), failure)
    assert state(page) == ("Mail it", True)
    assert page.message.text().startswith("Amara Okafor has no email address.")


@pytest.mark.parametrize(
    ("cause", "same"),
    [(Cause.TOO_SLOW, True), (Cause.UNREACHABLE, True), (Cause.REFUSED, False)],
    ids=["too slow", "unreachable", "refused"],
)
def test_a_mail_that_may_be_on_its_way_is_not_asked_for_anew(
    staff: Staff, cause: Cause, same: bool
) -> None:
    page = staff.pages.payment.page
    page.mail_buttons[RECEIPT].click()
    first = staff.task("receipt_mail")
    staff.presenter.on_failed(first, Failure(cause, "why"))
    assert state(page) == ("Mail it", True)
    assert not page.message.isHidden()
    page.mail_buttons[RECEIPT].click()
    assert page.message.isHidden()
    assert (staff.task("receipt_mail").once == first.once) is same


def test_an_answer_after_other_days_are_shown_changes_no_other_line(staff: Staff) -> None:
    page = staff.pages.payment.page
    page.mail_buttons[RECEIPT].click()
    task = staff.task("receipt_mail")
    staff.pages.payment.show(PaymentSheet((payment(3),), None, None, complete=True))
    staff.presenter.on_done(task, ReceiptMailed(payment_id=payment(1).id, email=EMAIL))
    assert page.mail_buttons["R-000003"].text() == "Mail it"


def test_who_may_only_look_mails_nothing(qtbot: QtBot, qapp: QApplication) -> None:
    load_fonts()
    staff = Staff(qtbot, Printer())
    staff.sign_in("memberships:read")
    staff.presenter.open_home()
    staff.window.rail.buttons["payments"].click()
    show(staff, payment(1))
    assert staff.pages.payment.page.mail_buttons == {}
    assert set(staff.pages.payment.page.receipt_buttons) == {RECEIPT}
