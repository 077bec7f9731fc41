"""Passes key presses to the wedge decoder before any text field gets them."""

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget
from shiboken6 import isValid

from .wedge import Field, KeyKind, KeyPress, Step, WedgeDecoder, us_character

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
_CONTROL_KEYS = range(Qt.Key.Key_At.value, Qt.Key.Key_Underscore.value + 1)
"""Keys that give a control character (C0) with Ctrl: ``@``, letters, ``[ \\ ] ^ _``."""
_DIGIT_KEYS = range(Qt.Key.Key_0.value, Qt.Key.Key_9.value + 1)
_CLICKS = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})
_SHOW_MS = 55
"""After so many milliseconds, text that may still become a code is shown in its field."""
_GRACE_MS = 15
"""A last wait: after the event loop was blocked, keys may be queued behind the timer."""
_XKB_OFFSET = 8
"""X11 and Wayland number keys eight higher than the PC scan code."""


Held = tuple[QWindow, QKeyEvent]


class WedgeFilter(QObject):
    """An event filter for the application. Keys that are no scan are sent on unchanged.

    Keys are timed by the system's timestamp, not by when they are handled: an event loop that is
    blocked for a moment must not split a scan. Held text is shown in its field as an input method
    shows text that is not yet entered, so that a code leaves text, selection and undo list as they
    were. ``clock``, in seconds, is for events without a timestamp.
    """

    scanned = Signal(object)
    """Reading."""
    unread = Signal()
    """What a scanner sent was no whole code."""
    used = Signal()
    """A person pressed a key or clicked; keys of a scan are not reported."""

    def __init__(
        self,
        parent: QObject,
        *,
        prefix: str = "",
        suffix: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._decoder: WedgeDecoder[Held] = WedgeDecoder(prefix=prefix, suffix=suffix)
        self._clock = clock
        self._sending = False
        self._releases: list[Held] = []
        self._waits: list[int] = []
        self._shown_in: QWidget | None = None
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setTimerType(Qt.TimerType.PreciseTimer)
        self._due.timeout.connect(self._on_due)

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
        if event.type() is QEvent.Type.ShortcutOverride:
            return self._overrides(event)
        if event.type() is QEvent.Type.KeyPress:
            held = self._carry_out(self._decoder.press(self._key_press(watched, event)))
            if not held:
                self.used.emit()
            return held
        if event.type() is QEvent.Type.KeyRelease and self._decoder.due_s is not None:
            self._releases.append((watched, event.clone()))
            return True
        return False

    def _overrides(self, event: QKeyEvent) -> bool:
        """Claim a control character of a scan before it is looked up as a shortcut."""
        claims = _kind(event) is KeyKind.CONTROL and self._decoder.takes_control(self._at_s(event))
        if claims:
            event.accept()
        return claims

    def _at_s(self, event: QKeyEvent) -> float:
        return event.timestamp() / 1000 if event.timestamp() else self._clock()

    def _key_press(self, window: QWindow, event: QKeyEvent) -> KeyPress[Held]:
        kind = _kind(event)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return KeyPress(
            kind,
            self._at_s(event),
            (window, event.clone()),
            typed=event.text() if kind is KeyKind.CHARACTER else "",
            us=us_character(scan_code(event.nativeScanCode(), sys.platform), shift=shift),
            into=_field(QApplication.focusWidget()),
        )

    def _on_due(self) -> None:
        """Wait again, showing the held text after the first wait, and judge it after the last."""
        if self._waits:
            self._show_held()
            self._due.start(self._waits.pop(0))
        else:
            self._carry_out(self._decoder.expire())

    def _carry_out(self, step: Step[Held]) -> bool:
        events = (*step.release, *self._releases_after(step))
        if events or step.reading is not None or step.unread:
            self._hide_held()
        for window, event in events:
            self._sending = True
            self.used.emit()
            try:
                QCoreApplication.sendEvent(window, event)
            finally:
                self._sending = False
        if step.reading is not None:
            self.scanned.emit(step.reading)
        if step.unread:
            self.unread.emit()
        if self._decoder.due_s is None:
            self._due.stop()
        else:
            rest = round(self._decoder.patience_s * 1000) - _SHOW_MS
            self._waits = [rest, _GRACE_MS] if rest > 0 else [_GRACE_MS]
            self._due.start(_SHOW_MS)
        return step.swallow

    def _releases_after(self, step: Step[Held]) -> list[Held]:
        """Return the releases of the keys that are sent on; those of a code are dropped with it."""
        if not step.release and step.reading is None and not step.unread:
            return []
        releases, self._releases = self._releases, []
        return releases if step.release else []

    def _show_held(self) -> None:
        """Show held text in the field that will get it, unless that would replace a selection."""
        widget = QApplication.focusWidget()
        if _field(widget) not in {Field.TEXT, Field.SEARCH} or _has_selection(widget):
            return
        self._shown_in = widget
        self._compose(self._decoder.held_text)

    def _hide_held(self) -> None:
        if self._shown_in is not None:
            self._compose("")
            self._shown_in = None

    def _compose(self, text: str) -> None:
        if self._shown_in is not None and isValid(self._shown_in):
            QCoreApplication.sendEvent(self._shown_in, QInputMethodEvent(text, []))


def _field(widget: QWidget | None) -> Field:
    """Return what kind of field has the focus; a search box has the property ``search``."""
    if isinstance(widget, QLineEdit) and not widget.isReadOnly():
        if widget.echoMode() is not QLineEdit.EchoMode.Normal:
            return Field.PASSWORD
        return Field.SEARCH if widget.property("search") else Field.TEXT
    if isinstance(widget, QPlainTextEdit) and not widget.isReadOnly():
        return Field.TEXT
    return Field.NOWHERE


def _has_selection(widget: QWidget | None) -> bool:
    if isinstance(widget, QLineEdit):
        return widget.hasSelectedText()
    return isinstance(widget, QPlainTextEdit) and widget.textCursor().hasSelection()


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
    if event.isAutoRepeat():
        return KeyKind.OTHER
    if held and not (held == _ALT_GR and printable):
        control = held == Qt.KeyboardModifier.ControlModifier and event.key() in _CONTROL_KEYS
        number = held == Qt.KeyboardModifier.AltModifier and event.key() in _DIGIT_KEYS
        return KeyKind.CONTROL if control or number else KeyKind.OTHER
    if event.key() in _TERMINATORS:
        return KeyKind.TERMINATOR
    return KeyKind.CHARACTER if printable or event.key() in _DEAD_KEYS else KeyKind.OTHER
