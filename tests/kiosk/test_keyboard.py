"""Key presses through a real window: typing reaches the field, a scan never leaks into it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from kiosk.keyboard import WedgeFilter, scan_code
from kiosk.wedge import Reading

X11 = 8


class Desk:
    """A text field with the filter, a clock that the test moves, and what was scanned."""

    def __init__(self, qtbot: QtBot, application: QApplication) -> None:
        self.now_s = 100.0
        self.field = QLineEdit()
        qtbot.addWidget(self.field)
        with qtbot.waitActive(self.field):
            self.field.show()
            self.field.activateWindow()
        self.field.setFocus()
        self.filter = WedgeFilter(self.field, clock=lambda: self.now_s)
        self.readings: list[Reading] = []
        self.filter.scanned.connect(self.readings.append)
        application.installEventFilter(self.filter)

    @property
    def window(self) -> QWindow:
        """The window that the system sends keys to."""
        return self.field.windowHandle()

    def type(self, text: str, gap_s: float) -> None:
        """Press the keys of ``text``, ``gap_s`` seconds apart."""
        for character in text:
            self.now_s += gap_s
            if character == "\r":
                QTest.keyClick(self.window, Qt.Key.Key_Return)
            else:
                QTest.keyClick(self.window, character)  # type: ignore[call-overload]


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> Iterator[Desk]:
    made = Desk(qtbot, qapp)
    yield made
    qapp.removeEventFilter(made.filter)


def test_typing_arrives_in_the_field(desk: Desk, qtbot: QtBot) -> None:
    desk.type("Amara O.", gap_s=0.15)
    desk.now_s += 1
    qtbot.waitUntil(lambda: desk.field.text() == "Amara O.")
    assert desk.readings == []


def test_a_scan_does_not_leak_into_the_field(desk: Desk) -> None:
    desk.type("ab", gap_s=0.15)
    desk.now_s += 1
    desk.type("MC12MSRE6RBY8\r", gap_s=0.004)
    assert [reading.typed for reading in desk.readings] == ["MC12MSRE6RBY8"]
    assert desk.field.text() == "ab"


def test_a_scan_without_terminator_is_taken_after_a_pause(desk: Desk, qtbot: QtBot) -> None:
    desk.type("C-000123", gap_s=0.004)
    desk.now_s += 1
    qtbot.waitUntil(lambda: len(desk.readings) == 1)
    assert desk.readings[0].typed == "C-000123"
    assert desk.field.text() == ""


def test_enter_alone_reaches_the_field(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.field.returnPressed):
        desk.type("\r", gap_s=0.5)
    assert desk.readings == []


def test_shortcuts_pass(desk: Desk) -> None:
    desk.field.setText("old")
    QTest.keyClick(desk.window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert desk.field.selectedText() == "old"


def test_key_positions_make_the_second_reading(desk: Desk, qapp: QApplication) -> None:
    """A French layout: the scanner sends A and 1, which arrive as Q and &."""
    for typed, position in (("q", 30), ("&", 2), ("é", 3), ('"', 4)):
        desk.now_s += 0.004
        event = QKeyEvent(
            QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, position + X11, 0, 0, typed
        )
        qapp.sendEvent(desk.window, event)
    desk.now_s += 0.004
    QTest.keyClick(desk.window, Qt.Key.Key_Tab)
    assert desk.readings[0].typed == 'q&é"'
    assert desk.readings[0].alternatives == ("a123",)


@pytest.mark.parametrize(
    ("native", "platform", "position"),
    [(38, "linux", 30), (0, "linux", 0), (30, "win32", 30), (0x11D, "win32", 0), (0, "darwin", 0)],
)
def test_scan_codes_by_platform(native: int, platform: str, position: int) -> None:
    assert scan_code(native, platform) == position
