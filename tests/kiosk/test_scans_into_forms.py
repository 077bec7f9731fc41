"""Scans into an open form: none is sent, no button is pressed, no shortcut fires.

Keys bring the time along at which the system saw them, so that no test waits for a slow scanner.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kiosk.keyboard import WedgeFilter
from kiosk.scanner_profile import ScannerProfile
from kiosk.staff.pages.form import Form
from kiosk.texts import Texts
from kiosk.wedge import Reading

from .key_desk import NONE, send_to
from .streams import CARD

CONTROL = Qt.KeyboardModifier.ControlModifier
KEYS = {"\r": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}
PACES_MS = (5, 40, 60, 90, 120)
ENDS = ("\r", "\t", "\x1d\r", "\x1a\t", "\r\n")
CODES = (CARD, "4006381333931", "AB-7731", "00123456")


class OpenForm:
    """A form in a window with the filter, and all that happened to it."""

    def __init__(self, qtbot: QtBot, application: QApplication) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.form = Form(Texts(), "Edit", "Save", topic="edit")
        self.line = self.form.add_line("name", "Name", "Amara")
        self.secret = self.form.add_line("secret", "Password", "", secret=True)
        self.form.add_choice("period", "Period", [("4", "4 weeks"), ("m", "MC monthly")])
        QVBoxLayout(self.window).addWidget(self.form)
        self.events: list[str] = []
        self.form.submitted.connect(lambda _: self.events.append("sent"))
        self.form.closed.connect(lambda: self.events.append("closed"))
        for keys in ("Ctrl+Z", "Ctrl+T", "Ctrl+]", "Ctrl+J"):
            QShortcut(QKeySequence(keys), self.window, lambda k=keys: self.events.append(k))
        self.filter = WedgeFilter(self.window)
        self.readings: list[Reading] = []
        self.unread: list[bool] = []
        self.filter.scanned.connect(self.readings.append)
        self.filter.unread.connect(self.unread.append)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        application.installEventFilter(self.filter)
        self.at_ms = 10_000

    def scan(self, text: str, pace_ms: int) -> None:
        """Press keys at a pace, and wait half a second in their time."""
        for character in text:
            self.at_ms += pace_ms
            self.press(character)
        self.at_ms += 500
        self.press("", Qt.Key.Key_CapsLock)

    def press(self, character: str, key: Qt.Key | None = None) -> None:
        """Press a key at the present time."""
        modifiers = NONE
        if key is None and character in KEYS:
            key = KEYS[character]
        elif key is None and character < " ":
            key, modifiers = Qt.Key(ord(character) + 64), CONTROL
        window = self.window.windowHandle()
        send_to(window, character, self.at_ms, key=int(key or 0), modifiers=modifiers)


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenForm]:
    made = OpenForm(qtbot, qapp)
    yield made
    qapp.removeEventFilter(made.filter)


@pytest.mark.parametrize("taught", [False, True])
@pytest.mark.parametrize("focus", ["line", "secret", "period", "submit"])
@pytest.mark.parametrize("code", CODES)
def test_a_scan_sends_no_form(opened: OpenForm, focus: str, code: str, taught: bool) -> None:
    form = opened.form
    target = getattr(form, focus, None) or {
        "line": opened.line, "secret": opened.secret, "period": form.field("period")
    }[focus]  # fmt: skip
    for pace_ms, end in product(PACES_MS, ENDS):
        if taught:
            opened.filter.profile = ScannerProfile(taught=True, pace_ms=pace_ms, end="enter")
        else:
            opened.filter.profile = ScannerProfile()
        opened.line.setText("Amara")
        opened.secret.clear()
        opened.readings.clear()
        opened.unread.clear()
        target.setFocus()
        opened.line.setSelection(1, 3)
        opened.scan(code + end, pace_ms)
        told = (pace_ms, end, opened.readings, opened.unread)
        assert opened.events == [], told
        assert target.hasFocus(), told
        assert opened.readings or opened.unread, told
        if opened.readings:
            assert opened.readings[0].typed == code, told
            line = (opened.line.text(), opened.line.selectedText(), opened.secret.text())
            assert line == ("Amara", "mar", ""), told
            assert not opened.line.isUndoAvailable()
            assert not opened.secret.isUndoAvailable()
            assert form.values()["period"] == "4"
        elif isinstance(target, QLineEdit):
            assert code in target.text(), told
        if taught and focus != "secret":
            assert opened.readings, told


@pytest.mark.parametrize("focus", ["line", "secret", "period", "submit"])
@pytest.mark.parametrize("code", ["AMARA1", "CLUBCARD"])
def test_a_code_that_reads_like_a_word_sends_no_form(
    opened: OpenForm, focus: str, code: str
) -> None:
    form = opened.form
    target = getattr(form, focus, None) or {
        "line": opened.line, "secret": opened.secret, "period": form.field("period")
    }[focus]  # fmt: skip
    for pace_ms, end in product(PACES_MS, ENDS):
        opened.filter.profile = ScannerProfile()
        target.setFocus()
        if isinstance(target, QLineEdit):
            target.clear()
        opened.readings.clear()
        opened.unread.clear()
        opened.scan(code + end, pace_ms)
        told = (pace_ms, end, opened.readings, opened.unread)
        assert opened.events == [], told
        assert target.hasFocus(), told
        assert opened.readings or opened.unread or (focus == "secret" and pace_ms == 5), told
        if isinstance(target, QLineEdit):
            assert target.text() == ("" if opened.readings else code), told


@pytest.mark.parametrize("pace_ms", PACES_MS)
def test_a_deliberate_enter_after_a_burst_sends_the_form(opened: OpenForm, pace_ms: int) -> None:
    opened.line.setFocus()
    opened.scan("4006381333931\r", pace_ms)
    assert (opened.events, opened.unread) == ([], [True])
    opened.press("\r")
    assert opened.events == ["sent"]


@pytest.mark.parametrize("gap_ms", [60, 90, 140, 250])
@pytest.mark.parametrize("text", ["Amara Okafor", "Marek", "12,50", "31.12.2027", "0171 234567"])
def test_what_a_person_types_is_sent_by_its_enter(opened: OpenForm, text: str, gap_ms: int) -> None:
    opened.line.selectAll()
    opened.line.setFocus()
    opened.scan(text + "\r", gap_ms)
    assert (opened.form.values()["name"], opened.events) == (text, ["sent"])
    assert (opened.readings, opened.unread) == ([], [])


@pytest.mark.parametrize("focus", ["line", "secret", "period", "submit"])
def test_an_odd_or_torn_scan_sends_no_form(opened: OpenForm, focus: str) -> None:
    form = opened.form
    target = {
        "line": opened.line, "secret": opened.secret, "period": form.field("period"),
        "submit": form.submit,
    }[focus]  # fmt: skip
    for pace_ms, codes in ((5, ("11111111", "12", "777", CARD.lower())), (80, (CARD.lower(),))):
        for code, end in product(codes, ("\r", "\t", "\r\n")):
            target.setFocus()
            opened.scan(code + end, pace_ms)
            assert (opened.events, target.hasFocus()) == ([], True), (code, end, pace_ms)
    for tear_ms, (first, rest) in product((140, 220, 300), (("LO", "C-0012"), ("C-123456", "78"))):
        opened.readings.clear()
        target.setFocus()
        for piece in (first, rest + "\r"):
            for character in piece:
                opened.at_ms += 5
                opened.press(character)
            opened.at_ms += tear_ms
        opened.at_ms += 1_500
        opened.press("", Qt.Key.Key_CapsLock)
        assert (opened.events, target.hasFocus()) == ([], True), (first, tear_ms)
        assert all(each.typed == first + rest for each in opened.readings), (first, tear_ms)
