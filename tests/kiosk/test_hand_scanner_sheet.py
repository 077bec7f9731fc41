"""The sheet that teaches a hand scanner: by keys, by a port, saved, cancelled, covered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from serial.tools.list_ports_common import ListPortInfo

from api_client.messages.scan import ScanMethod
from kiosk.application import load_fonts
from kiosk.presenters.hand_scanner import HandScannerPresenter
from kiosk.profile_store import ProfileStore
from kiosk.scanner_profile import PortIdentity, ScannerProfile
from kiosk.serial_lines import SerialLine
from kiosk.serial_scanner import PortState, SerialScanner, usb_ports
from kiosk.session import State
from kiosk.settings import KioskSettings
from kiosk.style import LIGHT, Tone
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel
from kiosk.views.rows import Row
from kiosk.views.window import Command, KioskWindow
from kiosk.wedge import Reading
from resources.catalogue import LANGUAGES
from tests.kiosk.key_desk import send_to
from tests.kiosk.session_desk import Desk as SessionDesk

CARDS = [f"MC16G3ARP3S6H444X89D554NQW02{number}" for number in (1, 2, 3)]
NONE = Qt.KeyboardModifier.NoModifier


class Wire(SerialScanner):
    """A serial scanner that only keeps which port it is to use."""

    def __init__(self) -> None:
        super().__init__(9600, list)
        self.used: list[PortIdentity | None] = []

    def use(self, port: PortIdentity | None) -> None:
        self.used.append(port)


class Front:
    """A window with the presenter, and what it passed on."""

    def __init__(self, qtbot: QtBot, folder: Path, language: str = "en", **given: str) -> None:
        load_fonts()
        self.qtbot = qtbot
        texts = Texts(language)
        self.window = KioskWindow(texts, LIGHT, "Front desk", lambda: None)
        qtbot.addWidget(self.window)
        self.window.resize(1024, 768)
        self.serial = Wire()
        self.store = ProfileStore(folder, "Front desk")
        settings = KioskSettings(**given)  # type: ignore[arg-type]
        self.presenter = HandScannerPresenter(
            self.window, texts, settings, self.store, self.serial, parent=self.window
        )
        self.sheet = self.presenter.sheet
        self.readings: list[Reading] = []
        self.unread: list[bool] = []
        self.presenter.scanned.connect(self.readings.append)
        self.presenter.unread.connect(lambda: self.unread.append(True))
        self.window.commanded.connect(self._on_command)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.at_ms = 1_000

    def _on_command(self, command: Command) -> None:
        if command is Command.HAND_SCANNER:
            self.presenter.open()
        elif command is Command.CLOSE_SHEET:
            self.presenter.cancel()

    def scan(self, text: str, pace_ms: int = 61, end: str = "\r") -> None:
        """Press keys as a scanner does, and wait until the scan is over."""
        self.press(text + end, pace_ms)
        self.at_ms += 1_000
        clocks = self.presenter.wedge.findChildren(QTimer)
        self.qtbot.waitUntil(lambda: not any(clock.isActive() for clock in clocks), timeout=10_000)

    def press(self, text: str, pace_ms: int) -> None:
        """Press keys at a pace."""
        for character in text:
            self.at_ms += pace_ms
            key = {"\r": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}.get(character, Qt.Key(0))
            send_to(self.window.windowHandle(), character, self.at_ms, key=int(key))

    def is_open(self) -> bool:
        """Whether the sheet is on screen."""
        return self.sheet.isVisible()

    @property
    def facts(self) -> list[str]:
        """The values that are shown, in order."""
        grid = self.sheet.facts
        items = [grid.itemAtPosition(row, 1) for row in range(grid.rowCount())]
        widgets = [item.widget() for item in items if item is not None]
        return [each.text() for each in widgets if isinstance(each, PlainLabel)]


@pytest.fixture
def front(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Front]:
    made = Front(qtbot, tmp_path)
    qapp.installEventFilter(made.presenter.wedge)
    yield made
    qapp.removeEventFilter(made.presenter.wedge)


def open_by_key(front: Front) -> None:
    QTest.keyClick(front.window.windowHandle(), Qt.Key.Key_F8)
    assert front.is_open()


def test_three_scans_teach_the_desk(front: Front) -> None:
    open_by_key(front)
    assert front.sheet.cancel_button.hasFocus()
    assert not front.sheet.save_button.isEnabled()
    for number, card in enumerate(CARDS):
        assert [label.text() for label in front.sheet.scans].index("Scan now …") == number
        front.scan(f"~{card};")
    assert front.facts == ["not known on this computer", "61 ms a key", "~", ";", "Enter"]
    assert front.is_open()
    assert front.readings == []
    front.sheet.save_button.setFocus()
    QTest.keyClick(front.window.windowHandle(), Qt.Key.Key_Return)
    assert not front.is_open()
    stored = front.store.load()
    assert stored is not None
    assert (stored.taught, stored.pace_ms, stored.prefix, stored.end) == (True, 61.0, "~", "enter")
    front.window.side.search.setFocus()
    front.scan("~4006381333931;")
    assert [each.typed for each in front.readings] == ["4006381333931"]
    assert front.window.side.search.text() == ""


def test_cancel_changes_nothing(front: Front, tmp_path: Path) -> None:
    before = front.presenter.wedge.profile
    QTest.mouseClick(front.window.bar._scanner, Qt.MouseButton.LeftButton)
    for card in CARDS:
        front.scan(f"~{card}")
    QTest.keyClick(front.window.windowHandle(), Qt.Key.Key_Escape)
    assert not front.is_open()
    assert front.presenter.wedge.profile == before
    assert list(tmp_path.iterdir()) == []
    assert front.window.bar.isEnabled()


def test_scans_that_disagree_are_said_and_begin_anew(front: Front) -> None:
    front.window.side.search.setFocus()
    open_by_key(front)
    front.scan(CARDS[0])
    front.scan(CARDS[1])
    front.scan(CARDS[2], end="\t")
    assert front.sheet.problem.text().startswith("The scans disagree")
    assert front.facts == []
    assert not front.sheet.save_button.isEnabled()
    for card in CARDS:
        front.scan(card)
    assert not front.sheet.problem.isVisible()
    assert front.sheet.save_button.isEnabled()
    QTest.keyClick(front.window.windowHandle(), Qt.Key.Key_Escape)
    assert front.window.side.search.hasFocus()


def test_a_verdict_of_the_camera_comes_first(front: Front) -> None:
    open_by_key(front)
    front.scan(CARDS[0])
    front.presenter.on_checking()
    assert not front.is_open()
    front.scan(CARDS[1], pace_ms=5)
    assert [each.typed for each in front.readings] == [CARDS[1]]
    front.presenter.on_cleared()
    assert front.is_open()
    assert front.sheet.scans[1].text() == "Scan now …"


@pytest.mark.parametrize("place", [1, 2, 4, 8])
def test_the_sheet_comes_and_goes_during_a_scan(front: Front, place: int) -> None:
    front.window.side.search.setFocus()
    front.press("12345678"[:place], 20)
    front.presenter.open()
    front.scan("12345678"[place:], 20)
    assert front.is_open(), "the Enter of the scan presses no button"
    assert front.sheet.problem.text() == "Not read: scan again."
    assert front.sheet.scans[0].text() == "Scan now …"
    front.press("12345678"[:place], 20)
    front.presenter.on_checking()
    front.scan("12345678"[place:], 20)
    assert (front.readings, front.unread) == ([], [True])
    front.presenter.on_cleared()
    assert front.is_open()
    front.press("12345678"[:place], 20)
    front.presenter.cancel()
    front.scan("12345678"[place:], 20)
    assert (front.readings, front.unread) == ([], [True] * 2)


def test_a_port_is_opened_when_it_is_confirmed_and_kept_when_saved(front: Front) -> None:
    port = ListPortInfo("COM4")
    port.vid, port.pid, port.serial_number, port.product = 0x05E0, 0x1701, "S1", "DS2208"
    found = usb_ports([port])
    open_by_key(front)
    front.presenter._on_ports(found)
    assert front.serial.used == [None]
    assert not front.sheet.connect_button.isEnabled()
    front.sheet.ports.button(1).click()
    assert front.serial.used == [None]
    front.sheet.connect_button.click()
    assert front.serial.used[-1:] == [found[0].identity]
    front.presenter._on_port_state(PortState.READY, "COM4")
    for card in CARDS:
        front.presenter._on_line(SerialLine(f"#{card}", "enter"))
    assert front.facts[2:] == ["#", "nothing", "Enter"]
    front.presenter._on_line(SerialLine("MC16G3", "none", whole=False))
    assert front.sheet.problem.isVisible()
    assert front.sheet.problem.text() == "Not read: scan again."
    assert front.facts[2:] == ["#", "nothing", "Enter"], "what was taught stays"
    QTest.keyClick(front.window.windowHandle(), Qt.Key.Key_Escape)
    assert front.serial.used[-1:] == [None]
    open_by_key(front)
    front.presenter._on_ports(found)
    front.sheet.ports.button(1).click()
    front.sheet.connect_button.click()
    front.sheet.save_button.click()
    stored = front.store.load()
    assert stored is not None
    assert stored.port == found[0].identity
    front.presenter.wedge.profile = stored.model_copy(update={"prefix": "#"})
    front.presenter._on_line(SerialLine("#" + CARDS[0], "enter"))
    front.presenter._on_line(SerialLine("MC16G3", "none", whole=False))
    assert [each.typed for each in front.readings] == [CARDS[0]]
    assert front.unread == [True]
    assert front.window.side.notice.text() == "Not read: scan again."
    front.presenter._on_port_state(PortState.LOST, "COM4")
    assert front.window.bar.scanner.isVisible()
    assert front.window.bar.scanner.label.text() == "No scanner"


@pytest.mark.parametrize("sent", [(CARDS[0][:9], ""), ("00123456", "\r")])
def test_an_old_verdict_goes_when_a_scan_is_not_read(front: Front, sent: tuple[str, str]) -> None:
    desk = SessionDesk()
    front.presenter.connect_session(desk.session)
    desk.see(CARDS[1])
    desk.reply()
    assert desk.state() is State.SHOWING
    field = QLineEdit(front.window)
    field.show()
    field.setFocus()
    front.scan(sent[0], end=sent[1])
    assert (desk.state(), len(desk.asked)) == (State.READY, 1)
    assert front.window.side.notice.isVisible()


@pytest.mark.parametrize("pace_ms", [60, 90, 120])
def test_a_slow_scan_into_the_search_leaves_no_old_verdict(front: Front, pace_ms: int) -> None:
    desk = SessionDesk()
    front.presenter.connect_session(desk.session)
    front.window.side.picked.connect(desk.session.on_picked)
    desk.see(CARDS[1])
    desk.reply()
    search = front.window.side.search
    search.setFocus()
    front.scan("4006381333931", pace_ms)
    assert (search.text(), desk.state()) == ("4006381333931", State.READY)
    assert front.window.side.notice.text() == "Was this a scan? Teach the scanner (F8)."
    row = Row("key", "Amara", "", "", Tone.ACTIVE)
    front.window.side.show_hits("4006381333931", [row])
    assert (desk.state(), desk.looked_up[-1].text) == (State.CHECKING, "key")
    assert desk.looked_up[-1].method is ScanMethod.WEDGE, "it names, and does not prove"
    assert len(desk.asked) == 1, "a search checks nobody in"


@pytest.mark.parametrize("where", ["tab", "esc", "elsewhere", "enter"])
def test_a_doubt_concerns_the_enter_of_that_scan_alone(front: Front, where: str) -> None:
    desk, side = SessionDesk(), front.window.side
    front.presenter.connect_session(desk.session)
    side.picked.connect(desk.session.on_picked)
    other = QLineEdit(front.window)
    other.setProperty("search", True)
    other.show()
    field = other if where == "elsewhere" else side.search
    field.setFocus()
    front.scan("4006381333931", 120, end="\t" if where == "tab" else "\r")
    assert side.notice.text() == "Was this a scan? Teach the scanner (F8)."
    if where == "esc":
        side.doubt()
        assert side.end_search()
    side.search.setFocus()
    side.search.setText("amara")
    side.show_hits("amara", [Row(key, "Amara", "", "", Tone.ACTIVE) for key in ("one", "two")])
    QTest.keyClick(side.search, Qt.Key.Key_Down)
    QTest.keyClick(side.search, Qt.Key.Key_Return)
    assert [(each.text, each.method) for each in desk.looked_up] == [("two", ScanMethod.SEARCH)]
    assert desk.asked == []


def test_what_was_stored_and_what_is_set_is_used_at_the_start(qtbot: QtBot, tmp_path: Path) -> None:
    kept = PortIdentity(device="COM4", vid=1, pid=2)
    stored = ScannerProfile(taught=True, pace_ms=80.0, prefix="~", port=kept)
    ProfileStore(tmp_path, "Front desk").save(stored)
    first = Front(qtbot, tmp_path, hand_scanner_prefix="*")
    assert first.presenter.wedge.profile == stored
    assert first.serial.used == [kept]
    second = Front(qtbot, tmp_path / "new", hand_scanner_prefix="*", scanner="/dev/ttyACM0")
    assert second.presenter.wedge.profile == ScannerProfile(prefix="*")
    assert second.serial.used == [PortIdentity(device="/dev/ttyACM0")]
    first.presenter.open()
    first.sheet.forget_button.click()
    first.sheet.save_button.click()
    assert first.presenter.wedge.profile == ScannerProfile(prefix="*", port=kept)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_whole_in_a_small_window(qtbot: QtBot, tmp_path: Path, language: str) -> None:
    front = Front(qtbot, tmp_path, language)
    front.presenter.open()
    for card in CARDS:
        front.presenter._on_line(SerialLine(f"{card[-1]}#{card}", "enter"))
    for label in front.sheet.findChildren(PlainLabel):
        if label.isVisible() and label.text():
            wanted = label.heightForWidth(label.width()) if label.wordWrap() else 0
            assert label.height() >= wanted, label.text()
            assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()
