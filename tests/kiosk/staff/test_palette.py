"""Ctrl+K finds pages and members, "?" shows all keys; neither disturbs what is typed or scanned."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.scan import CustomerHit, CustomerHits
from kiosk.failures import Cause, Failure
from kiosk.staff.finder import Finder
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from kiosk.views.window import Command
from tests.keys import type_text
from tests.kiosk.answers import AMARA, answer
from tests.kiosk.staff.staff_desk import in_focus

CTRL = Qt.KeyboardModifier.ControlModifier
HITS = CustomerHits(items=(CustomerHit(customer=AMARA, outcome="active"),))


class Found:
    """A desk with its palette, and what was searched."""

    def __init__(self, qtbot: QtBot) -> None:
        self.staff = in_focus(qtbot)
        self.finder = Finder(
            self.staff.window, Texts("en"), self.staff.presenter, self.staff.window
        )
        self.wanted: list[str] = []
        self.finder.members_wanted.connect(self.wanted.append)
        self.palette = self.staff.window.finder
        self.commands: list[Command] = []
        self.staff.window.commanded.connect(self.commands.append)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = CTRL) -> None:
        handle = self.staff.window.windowHandle()
        assert handle is not None
        QTest.keyClick(handle, key, modifier)

    def titles(self) -> list[str]:
        """The rows, without what is beside their titles."""
        rows = self.palette.rows
        return [rows.item(row).text().partition("  ·  ")[0] for row in range(rows.count())]


@pytest.fixture
def found(qtbot: QtBot, qapp: QApplication) -> Found:
    return Found(qtbot)


def test_a_page_is_found_by_part_of_its_name_and_opened_by_enter(found: Found) -> None:
    found.press(Qt.Key.Key_K)
    assert found.palette.isVisible()
    assert found.staff.window.focusWidget() is found.palette.line
    type_text(found.palette.line, "sett")
    assert found.titles() == ["Settings"]
    QTest.keyClick(found.palette.line, Qt.Key.Key_Return)
    assert found.palette.isHidden()
    assert found.staff.presenter.front == Place("settings")


def test_back_from_what_was_found_leads_to_where_one_was(found: Found) -> None:
    before = found.staff.presenter.front
    assert before is not None
    found.press(Qt.Key.Key_K)
    type_text(found.palette.line, "sett")
    QTest.keyClick(found.palette.line, Qt.Key.Key_Return)
    found.finder._on_chosen(AMARA.id)
    for place in (Place("settings"), before):
        found.staff.presenter.back()
        assert found.staff.presenter.front == place


def test_a_button_of_the_page_is_found_by_its_words_and_pressed(found: Found) -> None:
    page = found.staff.pages.customer.page
    for words, title in (("ext", "Extend …"), ("plan sell", "Sell plan")):  # the latter in a menu
        found.press(Qt.Key.Key_K)
        type_text(found.palette.line, words)
        assert any(each.startswith(title) for each in found.titles()), words
        found.press(Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    found.press(Qt.Key.Key_K)
    type_text(found.palette.line, "extend")
    QTest.keyClick(found.palette.line, Qt.Key.Key_Return)
    form = found.staff.presenter.changes.form
    assert form is not None
    assert form.topic.startswith("extend")
    found.press(Qt.Key.Key_K)
    type_text(found.palette.line, "extend")
    assert found.titles() == [], "a form is in front of the page"
    assert page.isVisible()


def test_f2_presses_the_filled_button_and_ctrl_enter_sends(found: Found) -> None:
    none = Qt.KeyboardModifier.NoModifier
    pressed: list[bool] = []
    found.staff.pages.customer.page.primary.clicked.connect(lambda: pressed.append(True))
    found.press(Qt.Key.Key_F2, none)
    assert pressed == [True]
    found.staff.pages.customer.page.cards[0].buttons[Action.END].click()
    form = found.staff.presenter.changes.form
    assert form is not None
    assert form.final
    sent: list[object] = []
    form.submitted.connect(sent.append)
    found.press(Qt.Key.Key_F2, none)
    assert found.staff.presenter.changes.form is form
    found.press(Qt.Key.Key_Return)
    assert len(sent) == 1


def test_a_member_is_found_and_opened_and_not_checked_in(found: Found, qtbot: QtBot) -> None:
    found.staff.presenter.go_to_desk()
    found.press(Qt.Key.Key_K)
    type_text(found.palette.line, "okaf")
    qtbot.waitUntil(lambda: found.wanted == ["okaf"])
    found.finder.on_hits("oka", HITS)
    assert found.titles() == [], "the answer to an older text"
    found.finder.on_hits("okaf", HITS)
    assert found.titles() == ["Amara Okafor"]
    rows = found.palette.rows
    row = rows.visualItemRect(rows.item(0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert found.staff.presenter.front == Place("customer", AMARA.id)
    assert found.commands == []


def test_arrows_move_the_selection_and_stay_within_the_rows(found: Found) -> None:
    found.press(Qt.Key.Key_K)
    rows, line = found.palette.rows, found.palette.line
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert rows.currentRow() == 0
    for _ in range(20):
        QTest.keyClick(line, Qt.Key.Key_Down)
    assert rows.currentRow() == rows.count() - 1


def test_nobody_and_a_failure_are_said(found: Found) -> None:
    found.press(Qt.Key.Key_K)
    type_text(found.palette.line, "zzz")
    found.finder.on_hits("zzz", CustomerHits(items=()))
    assert found.palette.message.text() == "Nobody found for “zzz”."
    found.finder.on_search_failed("zzz", Failure(Cause.UNREACHABLE, ""))
    assert found.palette.message.text() == "The membership service cannot be reached."


def test_escape_and_a_click_beside_it_close_the_palette(found: Found, qtbot: QtBot) -> None:
    before = found.staff.window.focusWidget()
    found.press(Qt.Key.Key_K)
    found.press(Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert found.palette.isHidden()
    assert found.staff.window.focusWidget() is before
    assert found.staff.window.managing
    found.press(Qt.Key.Key_K)
    QTest.mouseClick(found.palette, Qt.MouseButton.LeftButton, pos=found.palette.rect().topLeft())
    assert found.palette.isHidden()


def test_a_scan_closes_the_palette_and_its_text_is_there_again(found: Found) -> None:
    found.press(Qt.Key.Key_K)
    type_text(found.palette.line, "okaf")
    found.staff.window.show_verdict(verdict_of(answer(), Texts("en")), "")
    assert found.palette.isHidden()
    assert found.staff.window.rail.isEnabled()
    found.press(Qt.Key.Key_K)
    assert found.palette.text == "okaf"


def test_search_is_in_the_palette_where_there_is_no_side_column(found: Found) -> None:
    found.press(Qt.Key.Key_F)
    assert found.palette.isVisible()
    found.press(Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    found.staff.presenter.go_to_desk()
    found.press(Qt.Key.Key_F)
    assert found.palette.isHidden()
    assert found.staff.window.focusWidget() is found.staff.window.side.search


def test_only_places_of_the_role_are_found(found: Found) -> None:
    found.press(Qt.Key.Key_K)
    assert "Website" not in found.titles()
    assert "Settings" in found.titles()


def test_a_question_mark_shows_all_keys_and_in_a_field_it_is_text(found: Found) -> None:
    sheet, question = found.staff.window.keys, Qt.Key.Key_Question
    found.press(question, Qt.KeyboardModifier.NoModifier)
    assert sheet.isVisible()
    found.press(Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert sheet.isHidden()
    QTest.mouseClick(found.staff.window.rail.keys_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(sheet.close_button, Qt.MouseButton.LeftButton)
    assert sheet.isHidden()
    found.staff.pages.customer.page.cards[0].buttons[Action.EXTEND].click()
    form = found.staff.presenter.changes.form
    assert form is not None
    form.field("why").setFocus()
    found.press(question, Qt.KeyboardModifier.NoModifier)
    assert sheet.isHidden()
    assert form.values()["why"] == "?"
