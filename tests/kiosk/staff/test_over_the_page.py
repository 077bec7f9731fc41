"""A scan while staff are at work: its verdict covers the page, and page, text and focus return."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from kiosk.staff.controllers.signup import SignupSheet
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.style import Tone
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from kiosk.views.rows import Row
from kiosk.views.window import Command
from tests.keys import type_text
from tests.kiosk.answers import answer
from tests.kiosk.staff.desk_messages import keys, signup
from tests.kiosk.staff.staff_desk import Staff, in_focus


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    """Amara's file in a window that has the focus; Command.CLEAR ends a verdict."""
    made = in_focus(qtbot)
    clear = {Command.CLEAR: made.presenter.on_cleared}
    made.window.commanded.connect(lambda command: clear.get(command, lambda: None)())
    return made


def scan(staff: Staff) -> None:
    """A verdict covers the page."""
    staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")
    assert staff.window.showing_verdict


def by_button(staff: Staff) -> None:
    QTest.mouseClick(staff.window._over.back_button, Qt.MouseButton.LeftButton)


def by_escape(staff: Staff) -> None:
    handle = staff.window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, Qt.Key.Key_Escape)


def by_itself(staff: Staff) -> None:
    staff.presenter.on_cleared()


WAYS = (by_button, by_escape, by_itself)


@pytest.mark.parametrize("way", WAYS)
def test_a_form_is_there_again_with_its_text_and_its_cursor(
    staff: Staff, way: Callable[[Staff], None]
) -> None:
    staff.pages.customer.page.cards[0].buttons[Action.EXTEND].click()
    form = staff.presenter.changes.form
    assert form is not None
    why = form.field("why")
    assert isinstance(why, QPlainTextEdit)
    why.setFocus()
    type_text(why, "was il")
    scan(staff)
    assert staff.window.rail.isVisible()
    assert staff.window._over.back_button.text() == "Back to Amara Okafor (Esc)"
    way(staff)
    assert (staff.window.managing, staff.presenter.changes.form) == (True, form)
    assert staff.window.focusWidget() is why
    type_text(staff.window.focusWidget(), "l")
    assert why.toPlainText() == "was ill"


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_there_again_with_its_text_and_its_cursor(
    staff: Staff, way: Callable[[Staff], None]
) -> None:
    staff.presenter.go(Place("signup"))
    staff.presenter.on_done(staff.tasks[-1], SignupSheet(signup(), keys(None)))
    page = staff.pages.signup.page
    page.sites.setPlainText("https://typed.example")
    page.sites.setFocus()
    scan(staff)
    assert staff.window._over.back_button.text() == "Back to Website (Esc)"
    way(staff)
    assert (staff.page(), staff.window.managing) == (page, True)
    assert staff.window.focusWidget() is page.sites
    assert page.sites.toPlainText() == "https://typed.example"


def test_a_verdict_at_the_desk_has_no_way_back(staff: Staff) -> None:
    staff.window.rail.buttons["desk"].click()
    scan(staff)
    assert staff.window._over.back_button.isHidden()


def test_a_verdict_has_its_place_before_it_is_painted(staff: Staff) -> None:
    """Else it would be painted twice: small at first."""
    scan(staff)
    painted = staff.window.verdict.size()
    QApplication.processEvents()
    assert staff.window.verdict.size() == painted
    assert painted.height() > staff.window.height() // 2


def test_the_picture_of_the_camera_is_on_every_page(staff: Staff) -> None:
    preview, window = staff.window.side.preview, staff.window
    for _ in range(2):
        QApplication.processEvents()
        assert window.side.isHidden()
        assert window.rail.isAncestorOf(preview)
        assert preview.isVisible()
        scan(staff)
        assert preview.isVisible()
        window.rail.buttons["desk"].click()
        QApplication.processEvents()
        assert window.side.isAncestorOf(preview)
        assert preview.isVisible()
        staff.open_customer()


def test_a_wide_window_keeps_the_side_column_beside_a_page(staff: Staff) -> None:
    staff.window.resize(1920, 1000)
    QApplication.processEvents()
    assert staff.window.side.isVisible()
    staff.window.resize(1280, 800)
    QApplication.processEvents()
    assert staff.window.side.isHidden()


def test_a_notice_is_seen_without_the_side_column(staff: Staff) -> None:
    staff.window.side.show_notice("Another code in view belongs to nobody.")
    strip = staff.window._notice
    assert strip.isVisible()
    assert strip.text() == "Another code in view belongs to nobody."
    assert staff.window.rect().contains(strip.geometry())
    strip.hide()
    staff.window.rail.buttons["desk"].click()
    staff.window.side.show_notice("The visit is undone.")
    assert strip.isHidden()
    assert staff.window.side.notice.isVisible()


def test_people_to_choose_from_bring_the_side_column(staff: Staff) -> None:
    scan(staff)
    staff.window.side.offer("4711", [Row("1", "Amara Okafor", "C-000123", "", Tone.ACTIVE)])
    assert staff.window.side.isVisible()
    staff.window.side.withdraw()
    assert staff.window.side.isHidden()
