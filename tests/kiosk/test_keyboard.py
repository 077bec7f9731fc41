"""Key presses through a real window: typing reaches the field, a scan never leaks into it."""

import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QInputMethodEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QToolButton
from pytestqt.qtbot import QtBot

from kiosk.keyboard import WedgeFilter, scan_code
from kiosk.scanner_profile import ScannerProfile

from .key_desk import NONE, Desk, desk, send
from .streams import CARD

__all__ = ["desk"]

X11 = 8


def test_typing_arrives_in_the_field(desk: Desk, qtbot: QtBot) -> None:
    desk.type("Amara O.", gap_s=0.15)
    desk.now_s += 1
    qtbot.waitUntil(lambda: desk.field.text() == "Amara O.")
    assert desk.readings == []


def test_a_scan_does_not_leak_into_the_field(desk: Desk) -> None:
    desk.type("ab", gap_s=0.15)
    desk.now_s += 1
    desk.type(CARD + "\r", gap_s=0.004)
    assert [reading.typed for reading in desk.readings] == [CARD]
    assert desk.field.text() == "ab"


def test_a_scan_without_terminator_is_taken_after_a_pause(desk: Desk, qtbot: QtBot) -> None:
    desk.type(CARD, gap_s=0.004)
    desk.now_s += 1
    qtbot.waitUntil(lambda: len(desk.readings) == 1)
    assert desk.readings[0].typed == CARD
    assert desk.field.text() == ""
    desk.now_s += 1
    desk.type("C-000123", gap_s=0.004)
    qtbot.waitUntil(lambda: desk.field.text() == "C-000123")
    assert len(desk.readings) == 1, "what may be a part of a number names nobody"
    desk.field.clear()
    shapes = ("A-999999",)
    desk.filter.profile = ScannerProfile(taught=True, pace_ms=4, end="none", shapes=shapes)
    desk.now_s += 1
    desk.type("C-000123", gap_s=0.004)
    qtbot.waitUntil(lambda: len(desk.readings) == 2)
    assert (desk.readings[1].typed, desk.field.text()) == ("C-000123", "")


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
    desk.field.setProperty("search", True)
    for typed, position in (("q", 30), ("&", 2), ("é", 3), ('"', 4)):
        desk.now_s += 0.004
        event = QKeyEvent(QEvent.Type.KeyPress, 0, NONE, position + X11, 0, 0, typed)
        event.setTimestamp(round(desk.now_s * 1000))
        qapp.sendEvent(desk.window, event)
    send(desk, "\t", round(desk.now_s * 1000) + 4, key=int(Qt.Key.Key_Tab))
    assert desk.readings[0].typed == 'q&é"'
    assert desk.readings[0].alternatives == ("a123",)


def test_a_window_that_stood_still_does_not_tear_a_scan_apart(desk: Desk, qtbot: QtBot) -> None:
    for number, character in enumerate(CARD[:10]):
        send(desk, character, 5_000 + number * 4)
    qtbot.wait(40)
    time.sleep(0.08)
    for number, character in enumerate(CARD[10:] + "\r"):
        key = Qt.Key.Key_Return if character == "\r" else 0
        send(desk, character, 5_040 + number * 4, key=int(key))
    assert [reading.typed for reading in desk.readings] == [CARD]
    assert desk.field.text() == ""


def test_typing_that_queued_up_behind_a_pause_is_no_scan(desk: Desk, qtbot: QtBot) -> None:
    for number, character in enumerate("amara okafor"):
        send(desk, character, 9_000 + number * 120)
    qtbot.waitUntil(lambda: desk.field.text() == "amara okafor")
    assert desk.readings == []


def test_dead_keys_and_alt_gr_in_a_scan_do_not_leak(desk: Desk) -> None:
    desk.field.setProperty("search", True)
    alt_gr = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    send(desk, "M", 1_000)
    send(desk, "", 1_004, key=int(Qt.Key.Key_Dead_Acute))
    send(desk, "@", 1_008, modifiers=alt_gr)
    send(desk, "C", 1_012)
    send(desk, "\r", 1_016, key=int(Qt.Key.Key_Return))
    assert [reading.typed for reading in desk.readings] == ["M@C"]
    assert desk.field.text() == ""


def test_space_still_presses_a_button(qtbot: QtBot, qapp: QApplication) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    with qtbot.waitActive(button):
        button.show()
        button.activateWindow()
    button.setFocus()
    wedge = WedgeFilter(button)
    qapp.installEventFilter(wedge)
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button.windowHandle(), Qt.Key.Key_Space)
    assert not button.isDown()
    qapp.removeEventFilter(wedge)


@pytest.mark.parametrize(
    ("native", "platform", "position"),
    [(38, "linux", 30), (0, "linux", 0), (30, "win32", 30), (0x11D, "win32", 0), (0, "darwin", 0)],
)
def test_scan_codes_by_platform(native: int, platform: str, position: int) -> None:
    assert scan_code(native, platform) == position


def scan(desk: Desk, code: str, gap_ms: int, *, end: bool = True) -> None:
    """Press the keys of a code at the pace of a scanner, with the waits that it makes."""
    for character in code + ("\r" if end else ""):
        desk.now_s += gap_ms / 1000
        key = int(Qt.Key.Key_Return) if character == "\r" else 0
        send(desk, character, round(desk.now_s * 1000), key=key)
        QTest.qWait(gap_ms)


@pytest.mark.parametrize("gap_ms", [4, 60, 90])
def test_a_scan_leaves_text_selection_and_undo_list_of_a_field_as_they_were(
    desk: Desk, gap_ms: int
) -> None:
    entered: list[bool] = []
    desk.field.returnPressed.connect(lambda: entered.append(True))
    desk.type("Amara", gap_s=0.15)
    desk.now_s += 1
    QTest.qWait(300)
    desk.field.setCursorPosition(2)
    before = (desk.field.text(), desk.field.cursorPosition(), desk.field.isUndoAvailable())
    scan(desk, CARD, gap_ms)
    QTest.qWait(300)
    assert [reading.typed for reading in desk.readings] == [CARD]
    after = (desk.field.text(), desk.field.cursorPosition(), desk.field.isUndoAvailable())
    assert after == before
    assert desk.field.displayText() == "Amara"
    assert entered == []
    desk.field.undo()
    assert desk.field.text() == ""
    assert not desk.field.isRedoAvailable() or desk.field.text() == ""


def test_a_selection_survives_a_fast_scan(desk: Desk) -> None:
    desk.field.setText("Amara Okafor")
    desk.field.setSelection(0, 5)
    scan(desk, CARD, 4)
    assert (desk.field.text(), desk.field.selectedText()) == ("Amara Okafor", "Amara")


def test_the_beginning_of_a_code_is_seen_while_it_waits(desk: Desk, qtbot: QtBot) -> None:
    empty = seen(desk.field)
    for attempt in range(1, 11):
        send(desk, "M", 7_000 * attempt)
        assert seen(desk.field) == empty
        assert is_seen_soon(desk.field, empty)
        waited = desk.field.text() == ""
        qtbot.waitUntil(lambda: desk.field.text() == "M")
        if waited:
            break
        desk.field.clear()  # the machine stood still for longer than a code waits
    assert waited
    assert desk.readings == []


def test_a_half_scan_is_said_and_nothing_of_it_stays(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.filter.unread):
        scan(desk, CARD[:14], 60, end=False)
        QTest.qWait(400)
    assert (desk.field.text(), desk.field.displayText(), desk.readings) == ("", "", [])


def test_what_a_password_manager_types_stays_in_its_field(desk: Desk, qtbot: QtBot) -> None:
    entered: list[bool] = []
    desk.field.returnPressed.connect(lambda: entered.append(True))
    desk.field.setEchoMode(QLineEdit.EchoMode.Password)
    desk.type("four quiet herons\r", gap_s=0.005)
    qtbot.waitUntil(lambda: desk.field.text() == "four quiet herons")
    assert (desk.readings, entered) == ([], [])


@pytest.mark.parametrize("key", [Qt.Key.Key_Z, Qt.Key.Key_T, Qt.Key.Key_BracketRight])
def test_a_control_character_of_a_scan_fires_no_shortcut(desk: Desk, key: Qt.Key) -> None:
    fired: list[bool] = []
    for sequence in ("Ctrl+Z", "Ctrl+T", "Ctrl+]"):
        QShortcut(QKeySequence(sequence), desk.field, lambda: fired.append(True))
    control = Qt.KeyboardModifier.ControlModifier
    for character in CARD:
        QTest.keyClick(desk.window, ord(character), Qt.KeyboardModifier.NoModifier)
    QTest.keyClick(desk.window, key, control)
    QTest.keyClick(desk.window, Qt.Key.Key_Return)
    assert [reading.typed.upper() for reading in desk.readings] == [CARD]
    assert (fired, desk.field.text()) == ([], "")
    QTest.qWait(300)
    QTest.keyClick(desk.window, key, control)
    # A field takes Ctrl+Z itself.
    assert bool(fired) is (key is not Qt.Key.Key_Z)


def seen(field: QLineEdit) -> QImage:
    """What the field looks like."""
    return field.grab().toImage()


def is_seen_soon(field: QLineEdit, before: QImage) -> bool:
    """Whether the field looks otherwise once its timers of up to 150 ms have had their time.

    While the machine stands still no time is counted.
    """
    for _ in range(30):
        QTest.qWait(5)
        if seen(field) != before:
            return True
    return False


@pytest.mark.parametrize("echo", [QLineEdit.EchoMode.Normal, QLineEdit.EchoMode.Password])
@pytest.mark.parametrize("selected", [False, True])
@pytest.mark.parametrize("gap_ms", [5, 60, 120])
def test_what_is_typed_is_seen_soon(
    desk: Desk, qtbot: QtBot, echo: QLineEdit.EchoMode, selected: bool, gap_ms: int
) -> None:
    desk.field.setEchoMode(echo)
    if selected:
        desk.field.setText("old text")
        desk.field.selectAll()
    before = seen(desk.field)
    send(desk, "M", round(desk.now_s * 1000))
    assert is_seen_soon(desk.field, before)
    for character in "Cgreta":
        desk.now_s += gap_ms / 1000
        send(desk, character, round(desk.now_s * 1000))
        QTest.qWait(gap_ms)
    qtbot.waitUntil(lambda: desk.field.text() == "MCgreta")
    assert not any(label.isVisible() for label in desk.field.findChildren(QLabel))
    assert desk.readings == []


def test_a_slow_scan_over_a_selection_leaves_it(desk: Desk, qtbot: QtBot) -> None:
    desk.field.setText("Amara Okafor")
    desk.field.setSelection(0, 5)
    scan(desk, CARD, 70)
    qtbot.waitUntil(lambda: len(desk.readings) == 1)
    assert (desk.field.text(), desk.field.selectedText()) == ("Amara Okafor", "Amara")
    assert not desk.field.isUndoAvailable()


def test_a_taught_scanner_leaves_field_selection_and_undo_list_as_they_were(
    desk: Desk, qtbot: QtBot
) -> None:
    entered: list[bool] = []
    desk.field.returnPressed.connect(lambda: entered.append(True))
    desk.filter.profile = ScannerProfile(taught=True, pace_ms=70, end="enter")
    desk.type("Amara", gap_s=0.15)
    desk.now_s += 1
    QTest.qWait(300)
    desk.field.setSelection(1, 3)
    scan(desk, "4006381333931", 70)
    qtbot.waitUntil(lambda: [each.typed for each in desk.readings] == ["4006381333931"])
    assert (desk.field.text(), desk.field.selectedText(), entered) == ("Amara", "mar", [])
    desk.field.undo()
    assert desk.field.text() == ""


def test_a_letter_with_a_dead_key_comes_after_what_was_typed_before(desk: Desk) -> None:
    send(desk, "M", 1_000)
    composed = QInputMethodEvent()
    composed.setCommitString("é")
    QCoreApplication.sendEvent(desk.field, composed)
    assert desk.field.text() == "Mé"


def test_a_paste_and_a_key_held_down_come_after_what_was_typed(desk: Desk, qtbot: QtBot) -> None:
    QApplication.clipboard().setText("pasted")
    for number, character in enumerate("Mab"):
        send(desk, character, 1_000 + 90 * number)
    QTest.keyClick(desk.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert desk.field.text() == "Mabpasted"
    send(desk, "x", 9_000)
    for number in range(5):
        event = QKeyEvent(QEvent.Type.KeyPress, 0, NONE, 0, 0, 0, "x", True)
        event.setTimestamp(9_300 + 33 * number)
        QCoreApplication.sendEvent(desk.window, event)
    assert desk.field.text() == "Mabpasted" + "x" * 6


def test_two_equal_keys_of_a_scan_are_no_key_that_is_held_down(desk: Desk) -> None:
    desk.field.setText("old")
    for number, character in enumerate(CARD):
        again = number > 0 and CARD[number - 1] == character
        event = QKeyEvent(QEvent.Type.KeyPress, 0, NONE, 0, 0, 0, character, again)
        event.setTimestamp(20_000 + 5 * (number - again))
        QCoreApplication.sendEvent(desk.window, event)
    send(desk, "\r", 20_000 + 5 * len(CARD), key=int(Qt.Key.Key_Return))
    assert [reading.typed for reading in desk.readings] == [CARD]
    assert desk.field.text() == "old"


def test_a_click_into_another_field_leaves_what_was_typed_where_it_was(
    desk: Desk, qtbot: QtBot
) -> None:
    other = QLineEdit(desk.field)
    other.setGeometry(0, 0, 20, 20)
    other.show()
    send(desk, "M", 1_000)
    QTest.mouseClick(desk.window, Qt.MouseButton.LeftButton, NONE, QPoint(5, 5))
    assert other.hasFocus()
    assert (desk.field.text(), other.text()) == ("M", "")


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_F5])
def test_a_key_that_a_scanner_sends_for_a_control_character_is_none(
    desk: Desk, key: Qt.Key
) -> None:
    fired: list[bool] = []
    QShortcut(QKeySequence(key), desk.field, lambda: fired.append(True))
    desk.field.setText("old")
    for character in CARD[:9]:
        QTest.keyClick(desk.window, ord(character))
    QTest.keyClick(desk.window, key)
    for character in CARD[9:]:
        QTest.keyClick(desk.window, ord(character))
    QTest.keyClick(desk.window, Qt.Key.Key_Return)
    assert ([each.typed.upper() for each in desk.readings], fired) == ([CARD], [])
    assert desk.field.text() == "old"


def test_letters_on_a_choice_select_and_a_scan_does_not(
    desk: Desk, qtbot: QtBot, qapp: QApplication
) -> None:
    choice = QListWidget()
    choice.addItems(["4 weeks", "Monthly", "Yearly"])
    qtbot.addWidget(choice)
    with qtbot.waitActive(choice):
        choice.show()
        choice.activateWindow()
    choice.setFocus()
    choice.setCurrentRow(0)
    for number, character in enumerate(CARD + "\r"):
        key = int(Qt.Key.Key_Return) if character == "\r" else 0
        event = QKeyEvent(QEvent.Type.KeyPress, key, NONE, 0, 0, 0, character)
        event.setTimestamp(9_000 + 60 * number)
        qapp.sendEvent(choice.windowHandle(), event)
    assert ([each.typed for each in desk.readings], choice.currentRow()) == ([CARD], 0)
    QTest.keyClick(choice.windowHandle(), Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: choice.currentRow() == 2)
