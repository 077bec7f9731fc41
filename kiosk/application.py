"""The ``QApplication`` of the kiosk: font, theme, and a clean end on SIGINT and SIGTERM."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

import resources

from .style import DARK, FONT_FILES, HIGH_CONTRAST, LIGHT, THEMES, Theme

log = structlog.get_logger(__name__)

_BEAT_MS = 200
_SWITCH_S = 0.0005
"""How long a thread may keep the interpreter while another waits; 5 ms is Python's default."""


def prepare_application() -> QApplication:
    """Create the ``QApplication`` with the bundled font."""
    sys.setswitchinterval(_SWITCH_S)
    qInstallMessageHandler(_log_qt_message)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("walletdesk")
    application.setStyle("Fusion")
    load_fonts()
    return application


def _log_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Write Qt's messages to the log: critical ones as errors, all others as information."""
    grave = kind in {QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg}
    (log.error if grave else log.info)("qt", kind=kind.name, message=message)


def load_fonts() -> None:
    """Load the bundled font, so that every desk looks the same."""
    for weight in FONT_FILES:
        path = resources.path(f"fonts/Inter-{weight}.otf")
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            log.warning("font cannot be loaded", path=str(path))


def theme_of(name: str) -> Theme:
    """Return the theme called ``light``, ``dark`` or ``high``; for ``system``, that of the desktop.

    A desktop that asks for more contrast gets high contrast.
    """
    if name != "system":
        return next((theme for theme in THEMES if theme.name == name), LIGHT)
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
        return HIGH_CONTRAST
    return DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT


@contextmanager
def interruptible(application: QApplication) -> Iterator[None]:
    """End the event loop on SIGINT and SIGTERM, so that no process is left behind.

    Python runs its signal handlers between byte codes only, hence the timer.
    """
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    beat = QTimer()
    beat.timeout.connect(lambda: None)
    beat.start(_BEAT_MS)
    for number in numbers:
        signal.signal(number, lambda *_: application.quit())
    try:
        yield
    finally:
        beat.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def discard(window: QWidget) -> None:
    """Delete the window now, before paint events that are still queued reach it.

    With the last one goes the style sheet: what is built next is styled once it is shown.
    """
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    application = QApplication.instance()
    if isinstance(application, QApplication) and not any(
        isinstance(each, QMainWindow) for each in application.topLevelWidgets()
    ):
        application.setStyleSheet("")


def end_unseen(code: str, detail: str) -> None:
    """End a run without a visible window, with the reason on standard error."""
    if code:
        sys.stderr.write(f"walletdesk: the service cannot start: {detail}\n")
        QApplication.exit(1)
