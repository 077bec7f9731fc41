"""Passes key presses to the wedge decoder before any text field gets them."""

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication

from .held_text import HeldText
from .key_events import MODIFIERS, field_of, kind_of, scan_code
from .keys import KeyKind, KeyPress, us_character
from .scanner_profile import ScannerProfile
from .teaching import SILENCE_S, Recorder
from .wedge import Step, WedgeDecoder

__all__ = ["WedgeFilter", "scan_code"]

_CLICKS = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})
_SHOW_MS = 55
"""After so many milliseconds, text that may still become a code is shown in its field."""
_SHOW_FAST_MS = 45
"""So much later if it comes fast: a scanner is done by then, and nothing flickers."""
_GRACE_MS = 15
"""A last wait: after the event loop was blocked, keys may be queued behind the timer."""
_REPEAT_S = 0.15
"""No keyboard repeats a key that was pressed so shortly before."""

Held = tuple[QWindow, QKeyEvent]


class WedgeFilter(QObject):
    """An event filter for the application. Keys that are no scan are sent on unchanged.

    Keys are timed by the system's timestamp, not by when they are handled: an event loop that is
    blocked for a moment must not split a scan. Held text is shown in its field meanwhile.
    ``profile`` is what is known of the scanner; ``clock``, in seconds, is for events without a
    timestamp.
    """

    scanned = Signal(object)
    """Reading."""
    unread = Signal(bool)
    """What a scanner sent was no whole code. True: its text stayed in a field, without its end."""
    doubtful = Signal(bool)
    """What is passed on was typed as a slow scanner types. True: its Enter follows."""
    learnt = Signal(object)
    """ScannerProfile that a scan has changed."""
    recorded = Signal(object)
    """Sample: a scan that was recorded instead of judged."""
    used = Signal()
    """A person pressed a key or clicked; keys of a scan are not reported."""

    def __init__(
        self,
        parent: QObject,
        *,
        prefix: str = "",
        suffix: str = "",
        profile: ScannerProfile | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._decoder: WedgeDecoder[Held] = WedgeDecoder(
            prefix=prefix, suffix=suffix, profile=profile, learnt=self.learnt.emit
        )
        self._clock = clock
        self._sending = False
        self._releases: list[Held] = []
        self._held_text = HeldText()
        self._due = self._timer(self._on_due)
        self._grace = self._timer(self._on_grace)
        self._show = self._timer(self._on_show)
        self._shown_late = False
        self._recorder: Recorder | None = None
        self._pressed_s = float("-inf")
        self._over = self._timer(self._on_over)

    def record(self, on: bool) -> None:
        """Record scans as they come, or go on to judge them.

        The rest of a scan that is running at the time names nobody, and teaches nothing.
        """
        held_s = self._decoder.held_s
        self._carry_out(self._decoder.release())
        if self._recorder is not None:
            self._decoder.follow(self._recorder.keys, ended=self._recorder.ended)
        self._over.stop()
        self._recorder = Recorder(held_s) if on else None

    @property
    def profile(self) -> ScannerProfile:
        """What is known of the scanner."""
        return self._decoder.profile

    @profile.setter
    def profile(self, profile: ScannerProfile) -> None:
        self._decoder.profile = profile

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold printable keys, and after them their releases, before a window gets them."""
        # Every event of the desk comes through here: the type of most of them is not asked for.
        if isinstance(event, QInputMethodEvent):
            self._on_input_method(event)
            return False
        if not isinstance(watched, QWindow):
            return False
        kind = event.type()
        if kind in _CLICKS:
            if not self._decoder.in_a_scan:
                self._carry_out(self._decoder.release())
            self.used.emit()
            return False
        if self._sending or not isinstance(event, QKeyEvent) or event.key() in MODIFIERS:
            return False
        if kind is QEvent.Type.ShortcutOverride:
            return self._overrides(event)
        if kind is QEvent.Type.KeyPress and self._recorder is not None:
            return self._record(self._recorder, self._key_press(watched, event))
        if kind is QEvent.Type.KeyPress:
            held = self._carry_out(self._decoder.press(self._key_press(watched, event)))
            if not held:
                self.used.emit()
            return held
        if kind is QEvent.Type.KeyRelease and self._decoder.due_s is not None:
            self._releases.append((watched, event.clone()))
            return True
        return False

    def _overrides(self, event: QKeyEvent) -> bool:
        """Claim a control character of a scan before it is looked up as a shortcut."""
        kind, at_s = kind_of(event, repeated=event.isAutoRepeat()), self._at_s(event)
        if self._recorder is not None:
            claims = self._recorder.claims(kind, at_s)
        else:
            claims = (kind is KeyKind.CONTROL and self._decoder.takes_control(at_s)) or (
                kind is KeyKind.FUNCTION and self._decoder.takes_function(at_s)
            )
        if claims:
            event.accept()
        return claims

    def _record(self, recorder: Recorder, key: KeyPress[Held]) -> bool:
        taken = recorder.press(key)
        if taken:
            self._over.start(round(SILENCE_S * 1000))
        return taken

    def _on_over(self) -> None:
        if self._recorder is None:
            return
        torn, sample = self._recorder.torn, self._recorder.finish()
        if torn:
            self.unread.emit(False)
        if sample is not None:
            self.recorded.emit(sample)

    def _on_input_method(self, event: QInputMethodEvent) -> None:
        """Send on what is held before an input method enters text, such as that of a dead key."""
        if self._held_text.composing:
            return
        if event.commitString() or event.preeditString():
            self._carry_out(self._decoder.release())

    def _at_s(self, event: QKeyEvent) -> float:
        return event.timestamp() / 1000 if event.timestamp() else self._clock()

    def _key_press(self, window: QWindow, event: QKeyEvent) -> KeyPress[Held]:
        at_s = self._at_s(event)
        # X11 reports two equal keys within a millisecond as a key that is held down.
        repeated = event.isAutoRepeat() and not 0 <= at_s - self._pressed_s < _REPEAT_S
        if not repeated:
            self._pressed_s = at_s
        kind = kind_of(event, repeated=repeated)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return KeyPress(
            kind,
            at_s,
            (window, event.clone()),
            typed=event.text() if kind is KeyKind.CHARACTER else "",
            us=us_character(scan_code(event.nativeScanCode(), sys.platform), shift=shift),
            into=field_of(QApplication.focusWidget()),
            moves=event.key() == Qt.Key.Key_Tab,
        )

    def _on_due(self) -> None:
        self._grace.start(_GRACE_MS)

    def _on_grace(self) -> None:
        self._carry_out(self._decoder.expire())

    def _on_show(self) -> None:
        """Show what is held; what comes fast a little later."""
        if self._decoder.in_a_scan and not self._shown_late:
            self._shown_late = True
            self._show.start(_SHOW_FAST_MS)
        else:
            self._held_text.show(self._decoder.held_text)

    def _carry_out(self, step: Step[Held]) -> bool:
        events = (*step.release, *self._releases_after(step))
        if events or step.reading is not None or step.unread:
            self._hide_held()
        if step.doubtful:
            self.doubtful.emit(step.with_enter)
        for window, event in events:
            self._sending = True
            self.used.emit()
            try:
                QCoreApplication.sendEvent(window, event)
            finally:
                self._sending = False
        if step.reading is not None:
            self.scanned.emit(step.reading)
        if step.unread or step.kept:
            self.unread.emit(step.kept)
        self._wait()
        return step.swallow

    def _wait(self) -> None:
        """Start the clocks for what is held now."""
        self._grace.stop()
        if self._decoder.due_s is None:
            self._due.stop()
            self._hide_held()
            return
        self._due.start(round(self._decoder.patience_s * 1000))
        if self._held_text.shown:
            self._held_text.show(self._decoder.held_text)
        elif not self._show.isActive():
            self._show.start(_SHOW_MS)

    def _hide_held(self) -> None:
        self._show.stop()
        self._shown_late = False
        self._held_text.hide()

    def _releases_after(self, step: Step[Held]) -> list[Held]:
        """Return the releases of the keys that are sent on; those of a code are dropped with it."""
        if not step.release and step.reading is None and not step.unread:
            return []
        releases, self._releases = self._releases, []
        return releases if step.release else []

    def _timer(self, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(then)
        return timer
