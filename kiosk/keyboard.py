"""Feeds key presses to the wedge decoder before any text field sees them."""

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow

from .wedge import KeyKind, KeyPress, Step, WedgeDecoder, us_character

_TERMINATORS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}
_MODIFIERS = {Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_AltGr}
_XKB_OFFSET = 8
"""X11 and Wayland number keys eight higher than the PC scan code."""


class WedgeFilter(QObject):
    """An event filter for the application. Held keys are sent on unchanged when nobody scanned."""

    scanned = Signal(object)
    """Reading."""

    def __init__(self, parent: QObject, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._decoder: WedgeDecoder[tuple[QWindow, QKeyEvent]] = WedgeDecoder()
        self._clock = clock
        self._sending = False
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setTimerType(Qt.TimerType.PreciseTimer)
        self._due.timeout.connect(self._expire)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold back printable keys on their way into a window."""
        if (
            self._sending
            or not isinstance(watched, QWindow)
            or event.type() is not QEvent.Type.KeyPress
            or not isinstance(event, QKeyEvent)
            or event.key() in _MODIFIERS
        ):
            return False
        return self._carry_out(self._decoder.press(self._key_press(watched, event)))

    def _key_press(self, window: QWindow, event: QKeyEvent) -> KeyPress[tuple[QWindow, QKeyEvent]]:
        kind = _kind(event)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return KeyPress(
            kind,
            self._clock(),
            (window, event.clone()),
            typed=event.text() if kind is KeyKind.CHARACTER else "",
            us=us_character(scan_code(event.nativeScanCode(), sys.platform), shift=shift),
        )

    def _expire(self) -> None:
        self._carry_out(self._decoder.expire(self._clock()))

    def _carry_out(self, step: Step[tuple[QWindow, QKeyEvent]]) -> bool:
        for window, event in step.release:
            self._sending = True
            try:
                QCoreApplication.sendEvent(window, event)
            finally:
                self._sending = False
        if step.reading is not None:
            self.scanned.emit(step.reading)
        due = self._decoder.due_s
        if due is None:
            self._due.stop()
        else:
            self._due.start(max(1, int((due - self._clock()) * 1000) + 1))
        return step.swallow


def scan_code(native: int, platform: str) -> int:
    """The PC scan code of a key, or 0 where the platform does not tell."""
    if platform == "win32":
        return native & 0xFF if native < 0x100 else 0
    if platform == "darwin":
        return 0
    return max(native - _XKB_OFFSET, 0)


def _kind(event: QKeyEvent) -> KeyKind:
    plain = not event.modifiers() & (
        Qt.KeyboardModifier.ControlModifier
        | Qt.KeyboardModifier.AltModifier
        | Qt.KeyboardModifier.MetaModifier
    )
    if event.isAutoRepeat() or not plain:
        return KeyKind.OTHER
    if Qt.Key(event.key()) in _TERMINATORS:
        return KeyKind.TERMINATOR
    return KeyKind.CHARACTER if event.text().isprintable() and event.text() else KeyKind.OTHER
