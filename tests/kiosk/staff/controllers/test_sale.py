"""The sheet of a sale: what it shows belongs to what is chosen, and to nothing before."""

from datetime import date

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.application import load_fonts
from kiosk.staff.pages.inputs import DayField
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.sale import STARTS, SaleForm
from tests.kiosk.staff.messages import preview
from tests.kiosk.staff.staff_desk import Staff


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in()
    staff.open_customer()
    return staff


def start(sheet: SaleForm) -> DayField:
    """The field of the first day."""
    field = sheet.field(STARTS)
    assert isinstance(field, DayField)
    return field


def test_no_price_is_shown_until_that_of_what_is_chosen_is_known(
    staff: Staff, qtbot: QtBot
) -> None:
    sheet = staff.sheet(Action.ASSIGN)
    before = sheet.quote.amount.text()
    assert before
    start(sheet).set_day(date(2027, 3, 4))
    assert not sheet.submit.isEnabled()
    assert sheet.quote.amount.text() == ""
    assert sheet.quote.period.text() == "Price and period …"
    qtbot.waitUntil(lambda: staff.tasks[-1].name == "preview")
    staff.answer("preview", preview_sale=preview(amount_minor=18900, price_minor=18900))
    assert sheet.quote.amount.text() not in ("", before)
    assert sheet.submit.isEnabled()


def test_an_answer_to_what_was_chosen_before_is_not_shown(staff: Staff, qtbot: QtBot) -> None:
    sheet = staff.sheet(Action.ASSIGN)
    start(sheet).set_day(date(2027, 3, 4))
    qtbot.waitUntil(lambda: staff.tasks[-1].name == "preview")
    late = staff.tasks[-1]
    start(sheet).set_day(date(2027, 4, 5))
    staff.presenter.on_done(late, preview(amount_minor=18900))
    assert sheet.quote.amount.text() == ""
    assert not sheet.submit.isEnabled()
