"""Passes key presses to the wedge decoder before any text field gets them."""

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow

from .wedge import KeyKind, KeyPress, Step, WedgeDecoder, us_character

_TERMINATORS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}
_MODIFIERS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
}
_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
"""The modifiers by which Windows reports AltGr."""
_DEAD_KEYS = range(Qt.Key.Key_Dead_Grave.value, Qt.Key.Key_Dead_Longsolidusoverlay.value + 1)
_CLICKS = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})
_WAIT_MS = 55
"""Wait for the next key in milliseconds; a little more than the decoder's gap."""
_GRACE_MS = 15
"""A second wait: after the event loop was blocked, keys may be queued behind the timer."""
_XKB_OFFSET = 8
"""X11 and Wayland number keys eight higher than the PC scan code."""


class WedgeFilter(QObject):
    """An event filter for the application. Keys that are no scan are sent on unchanged.

    Keys are timed by the system's timestamp, not by when they are handled: an event loop that is
    blocked for a moment must not split a scan. ``clock``, in seconds, is for events without a
    timestamp.
    """

    scanned = Signal(object)
    """Reading."""
    used = Signal()
    """A person pressed a key or clicked; keys of a scan are not reported."""

    def __init__(self, parent: QObject, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._decoder: WedgeDecoder[tuple[QWindow, QKeyEvent]] = WedgeDecoder()
        self._clock = clock
        self._sending = False
        self._releases: list[tuple[QWindow, QKeyEvent]] = []
        self._second_wait = False
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setTimerType(Qt.TimerType.PreciseTimer)
        self._due.timeout.connect(self._expire)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold printable keys, and after them their releases, before a window gets them."""
        if event.type() in _CLICKS and isinstance(watched, QWindow):
            self.used.emit()
            return False
        if (
            self._sending
            or not isinstance(watched, QWindow)
            or not isinstance(event, QKeyEvent)
            or event.key() in _MODIFIERS
        ):
            return False
        if event.type() is QEvent.Type.KeyPress:
            held = self._carry_out(self._decoder.press(self._key_press(watched, event)))
            if not held:
                self.used.emit()
            return held
        if event.type() is QEvent.Type.KeyRelease and self._decoder.due_s is not None:
            self._releases.append((watched, event.clone()))
            return True
        return False

    def _key_press(self, window: QWindow, event: QKeyEvent) -> KeyPress[tuple[QWindow, QKeyEvent]]:
        kind = _kind(event)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return KeyPress(
            kind,
            event.timestamp() / 1000 if event.timestamp() else self._clock(),
            (window, event.clone()),
            typed=event.text() if kind is KeyKind.CHARACTER else "",
            us=us_character(scan_code(event.nativeScanCode(), sys.platform), shift=shift),
        )

    def _expire(self) -> None:
        if not self._second_wait:
            self._second_wait = True
            self._due.start(_GRACE_MS)
            return
        self._carry_out(self._decoder.expire())

    def _carry_out(self, step: Step[tuple[QWindow, QKeyEvent]]) -> bool:
        for window, event in (*step.release, *self._releases_after(step)):
            self._sending = True
            self.used.emit()
            try:
                QCoreApplication.sendEvent(window, event)
            finally:
                self._sending = False
        if step.reading is not None:
            self.scanned.emit(step.reading)
        self._second_wait = False
        if self._decoder.due_s is None:
            self._due.stop()
        else:
            self._due.start(_WAIT_MS)
        return step.swallow

    def _releases_after(
        self, step: Step[tuple[QWindow, QKeyEvent]]
    ) -> list[tuple[QWindow, QKeyEvent]]:
        """Return the releases of the keys that are sent on; those of a code are dropped with it."""
        if not step.release and step.reading is None:
            return []
        releases, self._releases = self._releases, []
        return releases if step.release else []


def scan_code(native: int, platform: str) -> int:
    """Return the PC scan code (set 1) of a key, or 0 if the platform does not report it."""
    if platform == "win32":
        return native & 0xFF if native < 0x100 else 0
    if platform == "darwin":
        return 0
    return max(native - _XKB_OFFSET, 0)


def _kind(event: QKeyEvent) -> KeyKind:
    held = event.modifiers() & (_ALT_GR | Qt.KeyboardModifier.MetaModifier)
    printable = bool(event.text()) and event.text().isprintable()
    if event.isAutoRepeat() or (held and not (held == _ALT_GR and printable)):
        return KeyKind.OTHER
    if event.key() in _TERMINATORS:
        return KeyKind.TERMINATOR
    return KeyKind.CHARACTER if printable or event.key() in _DEAD_KEYS else KeyKind.OTHER
