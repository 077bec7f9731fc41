"""Key events for any text; ``QTest.keyClicks`` aborts on letters outside of Latin 1."""

import time

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

_SCANNER_PACE_MS = 2


def type_text(widget: QWidget, text: str) -> None:
    """Press and release one key a character, as a keyboard or an input method sends them."""
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character)
            QCoreApplication.sendEvent(widget, event)


def scan_into(window: QWindow, text: str) -> None:
    """Press and release the keys of ``text`` and Enter as a hand scanner does.

    They bring along the times at which a scanner sent them, however long the machine stands still
    between two of them.
    """
    began_s, at_ms = time.monotonic(), _time_of_keys_ms(window)
    for number, character in enumerate(f"{text}\r"):
        key = Qt.Key.Key_Return if character == "\r" else Qt.Key(ord(character.upper()))
        shift = Qt.KeyboardModifier.ShiftModifier
        modifiers = shift if character.isupper() else Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, modifiers, character)
            event.setTimestamp(at_ms + number * _SCANNER_PACE_MS)
            QCoreApplication.sendEvent(window, event)
    # No later key may be older than these.
    took_s = (len(text) + 1) * _SCANNER_PACE_MS / 1000
    time.sleep(max(0.0, began_s + took_s - time.monotonic()))


class _Stamp(QObject):
    """Takes key events, and stores the time of the last one."""

    at_ms = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Store the time of a key event."""
        if not isinstance(event, QKeyEvent):
            return False
        self.at_ms = event.timestamp()
        return True


def _time_of_keys_ms(window: QWindow) -> int:
    """Return the time that keys have now, in milliseconds of a clock of Qt."""
    stamp = _Stamp()
    window.installEventFilter(stamp)
    QTest.keyClick(window, Qt.Key.Key_Shift)
    window.removeEventFilter(stamp)
    return stamp.at_ms
