"""The pages of payments, without a service: what is asked for, and what an answer does."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.payments import PaymentPage
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.payment import (
    MOST_PAYMENTS,
    PaymentSheet,
    load_payments,
    load_payments_of,
)
from kiosk.staff.pages.parts import Action
from tests.kiosk.staff.controllers.test_receipt import Printer, paid, pay
from tests.kiosk.staff.desk_messages import payment, voided
from tests.kiosk.staff.staff_desk import Staff

TODAY = date(2026, 11, 24)
MEMBERSHIP = UUID(int=3)


class Till:
    """A client whose service has a number of payments, in pages of 100."""

    def __init__(self, count: int) -> None:
        self.left, self.asked = count, list[tuple[Any, ...]]()

    def payments(self, *asked: Any) -> PaymentPage:
        """The next page."""
        self.asked.append(asked)
        here = min(self.left, 100)
        self.left -= here
        return PaymentPage(
            items=tuple(payment(number) for number in range(here)),
            next_cursor=f"after {self.left}" if self.left else None,
        )

    payments_of = payments


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot, Printer())
    staff.sign_in("memberships:read", "memberships:write")
    staff.presenter.open_home()
    staff.window.rail.buttons["payments"].click()
    return staff


def show(staff: Staff, *payments: Any) -> None:
    """Answer the newest request with payments of its days."""
    days = staff.pages.payment._days
    staff.presenter.on_done(staff.tasks[-1], PaymentSheet(payments, None, days, complete=True))


@pytest.mark.parametrize(
    ("days", "since", "until"),
    [
        ((date(2026, 3, 29), date(2026, 3, 29)), "2026-03-29T00:00:00+01:00",
         "2026-03-30T00:00:00+02:00"),
        ((date(2026, 10, 1), date(2026, 10, 31)), "2026-10-01T00:00:00+02:00",
         "2026-11-01T00:00:00+01:00"),
    ],
)  # fmt: skip
def test_days_are_whole_days_of_the_club(days: tuple[date, date], since: str, until: str) -> None:
    till = Till(1)
    load_payments(till, days, "Europe/Berlin")  # type: ignore[arg-type]
    ((first, last, cursor),) = till.asked
    assert (first.isoformat(), last.isoformat(), cursor) == (since, until, None)


@pytest.mark.parametrize(
    ("count", "asked", "found", "complete"),
    [(0, 1, 0, True), (100, 1, 100, True), (101, 2, 101, True),
     (MOST_PAYMENTS, 20, MOST_PAYMENTS, True), (MOST_PAYMENTS + 1, 20, MOST_PAYMENTS, False)],
)  # fmt: skip
def test_every_page_is_fetched_up_to_a_bound(
    count: int, asked: int, found: int, complete: bool
) -> None:
    till = Till(count)
    sheet = load_payments_of(till, MEMBERSHIP)  # type: ignore[arg-type]
    assert (len(till.asked), len(sheet.payments), sheet.complete) == (asked, found, complete)
    assert {each[0] for each in till.asked} == {MEMBERSHIP}
    assert till.asked[-1][1] == (f"after {count - 100 * (asked - 1)}" if asked > 1 else None)


def test_the_payments_of_today_come_first(staff: Staff) -> None:
    assert staff.tasks[-1].name == "payments"
    today = staff.presenter.session.today()
    assert staff.pages.payment._days == (today, today)
    show(staff, payment(8), voided(7))
    page = staff.pages.payment.page
    assert staff.panel.page is page
    assert list(page.lines) == ["R-000008", "R-000007"]
    assert list(page.receipt_buttons) == ["R-000008", "R-000007"]
    assert list(page.void_buttons) == ["R-000008"]
    assert page.sums == (("cash", "one payment", "€49.00"),)
    assert page.first.day == today


def test_other_days_are_fetched_and_an_answer_for_former_days_is_left_out(
    staff: Staff, qtbot: QtBot
) -> None:
    show(staff, payment())
    page = staff.pages.payment.page
    with qtbot.waitSignal(page.days_chosen):
        page.first.set_day(date(2026, 3, 1))
    former = staff.tasks[-1]
    days = staff.pages.payment._days
    with qtbot.waitSignal(page.days_chosen):
        page.first.set_day(date(2026, 2, 1))
    staff.presenter.on_done(former, PaymentSheet((payment(5),), None, days, complete=True))
    assert page.lines == {}
    show(staff, payment(9))
    assert list(page.lines) == ["R-000009"]


def test_days_that_cannot_be_shown_leave_no_others_on_screen(staff: Staff, qtbot: QtBot) -> None:
    show(staff, payment())
    page = staff.pages.payment.page
    asked = len(staff.tasks)
    with qtbot.waitSignal(page.days_chosen):
        page.last.set_day(date(2020, 1, 1))
    assert page.message.text() == "The first day is after the last one."
    assert (len(staff.tasks), page.lines, page.sums) == (asked, {}, ())
    with qtbot.waitSignal(page.days_chosen):
        page.first.set_day(date(2020, 1, 1))
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.TOO_SLOW, ""))
    assert page.message.text() == "The membership service did not answer in time."
    assert page.lines == {}


def test_the_payments_of_a_membership_are_reached_from_its_file(staff: Staff) -> None:
    staff.sign_in("customers:read", "memberships:read")
    staff.open_customer()
    own, inherited = staff.pages.customer.page.cards
    assert set(own.buttons) == {Action.PAYMENTS}
    assert inherited.buttons == {}
    own.buttons[Action.PAYMENTS].click()
    assert staff.asked() == [("payments_of", (own.line.id, None))]
    sheet = PaymentSheet((payment(),), own.line.id, None, complete=True)
    staff.presenter.on_done(staff.tasks[-1], sheet)
    page = staff.pages.payment.page
    assert page.title.text() == "Receipts · Gold Membership"
    assert page.void_buttons == {}
    staff.presenter.back()
    assert staff.tasks[-1].name == "customer"


def test_a_payment_is_voided_with_a_reason_and_its_receipt_is_not_printed(staff: Staff) -> None:
    show(staff, payment())
    staff.pages.payment.page.void_buttons["R-000007"].click()
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    with pytest.raises(Refused, match="with a reason only"):
        staff.asked()
    why = form.field("why")
    assert isinstance(why, QPlainTextEdit)
    why.setPlainText("typed twice")
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.REFUSED, "no reason"))
    form.submit.click()
    once = staff.tasks[-1].once
    assert staff.asked() == [("void_payment", (payment().id, "typed twice", once))]
    staff.presenter.on_done(staff.tasks[-1], voided())
    assert [task.name for task in staff.tasks if task.name.startswith("receipt")] == []
    assert staff.tasks[-1].name == "payments"


def test_a_receipt_is_opened_again_and_its_failure_told(staff: Staff) -> None:
    show(staff, payment())
    page = staff.pages.payment.page
    page.receipt_buttons["R-000007"].click()
    assert staff.asked() == [("receipt", (payment().id, "en"))]
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.UNREACHABLE, ""))
    assert page.message.text() == (
        "The receipt could not be opened: The membership service cannot be reached."
    )


def test_a_receipt_that_did_not_come_is_told_on_the_page_that_follows(staff: Staff) -> None:
    staff.open_customer()
    staff.presenter.on_done(pay(staff), paid(payment()))
    reload, receipt = staff.tasks[-2:]
    assert (reload.name, receipt.name) == ("customer", "receipt")
    staff.presenter.on_failed(receipt, Failure(Cause.TOO_SLOW, ""))
    assert staff.panel.page is staff.panel.waiting
    staff.open_customer()
    assert "its receipt could not be opened" in staff.pages.customer.page.message.text()
    staff.open_customer()
    assert staff.pages.customer.page.message.text() == ""


def test_a_receipt_that_did_not_come_after_a_scan_is_told_above_and_later(staff: Staff) -> None:
    staff.open_customer()
    sale = pay(staff)
    staff.window.leave_management()
    staff.presenter.on_done(sale, paid(payment()))
    staff.presenter.on_failed(staff.task("receipt"), Failure(Cause.TOO_SLOW, ""))
    assert staff.window.bar.service.label.text() == "No receipt"
    assert "could not be opened" in staff.window.bar.service.sentence
    staff.presenter.open_home()
    staff.open_customer()
    assert "could not be opened" in staff.pages.customer.page.message.text()


def test_while_other_days_load_no_sums_stand_under_them(staff: Staff) -> None:
    show(staff, payment(1))
    page = staff.pages.payment.page
    assert page.sums
    page.first.line.setText("11/1/2026")
    assert (page.sums, page.lines) == ((), {})
