"""The toast: what was done, and Undo for a while."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kiosk.failures import Cause, Failure
from kiosk.staff.pages.toast import SHOWN_MS, Toast
from kiosk.staff.undo import Undo
from kiosk.texts import Texts
from tests.kiosk.staff.staff_desk import Staff, in_focus

LONG = "Family weekend off-peak swimming with sauna, coaching and the summer beach " * 4


class Panel(QWidget):
    """A panel with a field and a toast."""

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        QVBoxLayout(self).addWidget(self.field)
        self.toast = Toast(self, Texts("en"))
        self.undone = 0

    def tell(self, words: str = "Sold.") -> None:
        self.toast.tell(words, self._undo)

    def _undo(self) -> None:
        self.undone += 1


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> Panel:
    made = Panel()
    qtbot.addWidget(made)
    made.resize(640, 400)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def test_it_is_gone_after_its_time(panel: Panel) -> None:
    panel.tell()
    assert panel.toast.isVisible()
    panel.toast.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, on=False)  # no mouse is there
    for _ in range(SHOWN_MS // 250):
        panel.toast._on_tick()
    assert not panel.toast.isVisible()


def test_its_time_stands_still_while_it_cannot_be_seen(panel: Panel) -> None:
    panel.tell()
    panel.hide()
    for _ in range(SHOWN_MS // 250 + 1):
        panel.toast._on_tick()
    panel.show()
    assert panel.toast.isVisible()


def test_undo_by_the_button_and_by_the_key(panel: Panel) -> None:
    panel.tell()
    QTest.mouseClick(panel.toast.undo_button, Qt.MouseButton.LeftButton)
    panel.setFocus()
    handle = panel.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.undone == 2
    panel.toast.clear()
    QTest.keyClick(handle, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.undone == 2


def test_the_key_is_a_field_s_own_while_something_is_typed(panel: Panel) -> None:
    panel.tell()
    panel.field.setFocus()
    QTest.keyClicks(panel.field, "ab")
    QTest.keyClick(panel.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (panel.field.text(), panel.undone) == ("", 0)


@pytest.mark.parametrize("words", ["Sold.", LONG])
@pytest.mark.parametrize("width", [480, 1280])
def test_all_of_it_lies_within_the_panel(panel: Panel, words: str, width: int) -> None:
    panel.resize(width, 400)
    panel.tell(words)
    assert panel.rect().contains(panel.toast.geometry())
    needed = panel.toast.words.heightForWidth(panel.toast.words.width())
    assert panel.toast.words.height() >= needed


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    return in_focus(qtbot)


def told(staff: Staff) -> Toast:
    """The toast of a change that can be undone."""
    undo = Undo("Saved.", lambda client, once: client.end_logins(once))  # type: ignore[arg-type]
    staff.presenter.changes._undos.tell(undo)
    return staff.panel.toast


def test_an_undo_is_one_request_however_often_it_is_pressed(staff: Staff) -> None:
    toast = told(staff)
    toast.undo_button.click()
    toast.undo_button.click()
    assert sum(task.name == "undo" for task in staff.tasks) == 1
    staff.presenter.on_done(staff.task("undo"), None)
    assert (toast.words.text(), toast.undo_button.isVisible()) == ("Undone.", False)
    assert staff.tasks[-1].name == "customer", "the page shows what is there now"


def test_an_undo_of_unknown_end_is_sent_again_as_the_same_request(staff: Staff) -> None:
    toast = told(staff)
    toast.undo_button.click()
    first = staff.task("undo")
    staff.presenter.on_failed(first, Failure(Cause.TOO_SLOW, ""))
    assert toast.words.text().startswith("Not undone: ")
    toast.undo_button.click()
    assert staff.task("undo") is not first
    assert staff.task("undo").once == first.once


def test_a_refused_undo_says_why_and_offers_nothing(staff: Staff) -> None:
    toast = told(staff)
    toast.undo_button.click()
    refused = Failure(Cause.REFUSED, "no", code="membership_paid")
    staff.presenter.on_failed(staff.task("undo"), refused)
    assert not toast.undo_button.isVisible()


def test_who_signs_out_takes_the_toast_along(staff: Staff) -> None:
    toast = told(staff)
    staff.presenter.sign_out()
    assert not toast.isVisible()
    assert not toast.undoes
