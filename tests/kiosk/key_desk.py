"""A text field whose keys pass the filter for hand scanners, and the keys pressed in it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from kiosk.keyboard import WedgeFilter
from kiosk.wedge import Reading

Modifiers = Qt.KeyboardModifier
NONE = Qt.KeyboardModifier.NoModifier


class Desk:
    """A text field with the filter, the time that keys bring along, and what was scanned."""

    def __init__(self, qtbot: QtBot, application: QApplication) -> None:
        self.now_s = 100.0
        self.field = QLineEdit()
        qtbot.addWidget(self.field)
        with qtbot.waitActive(self.field):
            self.field.show()
            self.field.activateWindow()
        self.field.setFocus()
        self.filter = WedgeFilter(self.field)
        self.readings: list[Reading] = []
        self.filter.scanned.connect(self.readings.append)
        self.said = 0
        self.filter.unread.connect(self._on_said)
        self.filter.doubtful.connect(self._on_said)
        application.installEventFilter(self.filter)

    def _on_said(self, _: bool) -> None:
        self.said += 1

    @property
    def window(self) -> QWindow:
        """The window that the system sends keys to."""
        return self.field.windowHandle()

    def type(self, text: str, gap_s: float) -> None:
        """Press the keys of ``text``, ``gap_s`` seconds apart as the system saw them."""
        for character in text:
            self.now_s += gap_s
            key = int(Qt.Key.Key_Return) if character == "\r" else 0
            send(self, character, round(self.now_s * 1000), key=key)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> Iterator[Desk]:
    made = Desk(qtbot, qapp)
    yield made
    qapp.removeEventFilter(made.filter)


def send(desk: Desk, typed: str, at_ms: int, *, key: int = 0, modifiers: Modifiers = NONE) -> None:
    """Press a key that the system saw at ``at_ms``, as a real one brings its time along."""
    send_to(desk.window, typed, at_ms, key=key, modifiers=modifiers)


def send_to(
    window: QWindow, typed: str, at_ms: int, *, key: int = 0, modifiers: Modifiers = NONE
) -> None:
    """Press a key in any window."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, 0, 0, 0, typed)
    event.setTimestamp(at_ms)
    QCoreApplication.sendEvent(window, event)
