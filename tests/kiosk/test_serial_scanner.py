"""A scanner on a serial port: lines of any kind, and a port that goes and comes back."""

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from serial.tools.list_ports_common import ListPortInfo

from kiosk.scanner_profile import PortIdentity, ScannerProfile
from kiosk.serial_lines import MOST_BYTES, LineReader, SerialLine
from kiosk.serial_scanner import PortState, SerialScanner, device_of, usb_ports
from kiosk.workers import WorkerThread

from .streams import CARD


def read(*pieces: bytes, pause_s: float = 0.0) -> list[SerialLine]:
    """What a reader makes of pieces that come one after the other, and of silence after them."""
    reader, now_s = LineReader(), 5.0
    lines: list[SerialLine] = []
    for piece in pieces:
        lines += reader.feed(piece, now_s)
        now_s += pause_s
    return lines + reader.expire(now_s + 1)


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (b"4006381333931\r", ["4006381333931"]),
        (b"4006381333931\r\n", ["4006381333931"]),
        (b"A1\nB2\tC3\x03D4\x04", ["A1", "B2", "C3", "D4"]),
        (b"\x02MC1\x1d234\x1e5\x00\x7f\r", ["MC12345"]),
        (b"\r\n\r\n\t", []),
        ("Zoë-77\r".encode(), ["Zoë-77"]),
        ("Zoë-77\r".encode("cp1252"), ["Zoë-77"]),
        (b"  spaced 7 \r", ["spaced 7"]),
        (CARD.encode(), [CARD]),
        (b"40063813", ["40063813"]),
    ],
)
def test_what_comes_is_cut_into_codes(raw: bytes, texts: list[str]) -> None:
    for pieces in ([raw], [raw[i : i + 1] for i in range(len(raw))]):
        lines = read(*pieces)
        assert [line.text for line in lines] == texts
        assert all(line.is_code(ScannerProfile()) for line in lines)


UUID = b"0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"


@pytest.mark.parametrize("raw", [b"C-1234", b"C-123456", UUID, b"https://x.example/a/b/" + UUID])
def test_what_names_somebody_is_whole_only_with_an_end(raw: bytes) -> None:
    for end in (b"\r", b"\n", b"\t", b"\x04"):
        assert [line.is_code(ScannerProfile()) for line in read(raw + end)] == [True]
    (line,) = read(raw)
    unended = ScannerProfile(taught=True, end="none")
    known = ScannerProfile(taught=True, end="enter")
    assert [line.is_code(each) for each in (ScannerProfile(), known, unended)] == [
        False, False, True
    ]  # fmt: skip
    prefixed = ScannerProfile(taught=True, end="enter", prefix="~")
    assert not read(b"~" + raw)[0].is_code(prefixed)


@pytest.mark.parametrize("raw", [CARD[:9].encode(), b"MC1", b"abc", b"9" * (MOST_BYTES + 2)])
def test_half_a_code_is_unread(raw: bytes) -> None:
    assert [line.is_code(ScannerProfile()) for line in read(raw)] == [False]


def test_a_scanner_that_ends_its_lines_has_sent_half_a_code_without_an_end() -> None:
    first, half = read(b"4006381333931\r", b"40063", pause_s=0.5)
    assert (first.whole, half.whole, half.text) == (True, False, "40063")
    taught = ScannerProfile(taught=True, end="enter")
    assert not SerialLine("40063813", "none").is_code(taught)
    assert SerialLine(CARD, "none").is_code(taught)
    assert SerialLine("40063813", "none").is_code(ScannerProfile(taught=True, end="none"))


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    for line in read(*pieces, pause_s=0.15):
        assert line.text == line.text.strip()
        assert not any(letter < " " or letter == "\x7f" for letter in line.text)


def usb(device: str, serial_number: str | None = "S1", pid: int | None = 0x1701) -> ListPortInfo:
    port = ListPortInfo(device)
    port.vid, port.pid, port.serial_number = 0x05E0 if pid else None, pid, serial_number
    port.manufacturer, port.product = "Zebra", "DS2208"
    return port


def test_ports_are_offered_by_vendor_and_product_and_found_again() -> None:
    found = usb_ports([usb("COM4"), usb("COM1", pid=None)])
    assert [each.name for each in found] == [
        "COM4 · Zebra · DS2208 · 05E0:1701".replace(" · D", " D")
    ]
    wanted = found[0].identity
    assert device_of(wanted, [usb("COM3", "other"), usb("COM9")]) == "COM9"
    assert device_of(wanted, [usb("COM3", "other")]) == "COM4"
    assert device_of(PortIdentity(device="/dev/x"), [usb("COM9")]) == "/dev/x"


class Plug:
    """A pseudo-terminal under one name, which can be unplugged and plugged in again."""

    def __init__(self, name: Path) -> None:
        self.name = name
        self.plug_in()

    def plug_in(self) -> None:
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.name.symlink_to(os.ttyname(theirs))
        self._theirs = theirs

    def send(self, data: bytes) -> None:
        os.write(self._ours, data)

    def unplug(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)
        self.name.unlink()


class Port:
    """A serial scanner in its thread, and what it has reported."""

    def __init__(self, plug: Plug) -> None:
        self.plug = plug
        self.scanner = SerialScanner(9600, lambda: [usb("COM4")])
        self.lines: list[SerialLine] = []
        self.states: list[PortState] = []
        self.found: list[object] = []
        self.scanner.line.connect(self.lines.append)
        self.scanner.state_changed.connect(lambda state, _: self.states.append(state))
        self.scanner.ports.connect(self.found.extend)


@pytest.fixture
def port(qtbot: QtBot, tmp_path: Path) -> Iterator[Port]:
    made, owner = Port(Plug(tmp_path / "scanner")), QObject()
    thread = WorkerThread("serial", made.scanner, owner)
    thread.started.connect(made.scanner.run)
    thread.start()
    yield made
    made.scanner.stop()
    assert thread.finish()


def test_a_port_is_opened_once_chosen_and_heals_itself(port: Port, qtbot: QtBot) -> None:
    def until(state: PortState) -> None:
        qtbot.waitUntil(lambda: port.states[-1:] == [state], timeout=15_000)

    port.scanner.ask_ports()
    qtbot.waitUntil(lambda: len(port.found) == 1, timeout=15_000)
    assert port.states == []
    port.scanner.use(PortIdentity(device=str(port.plug.name)))
    until(PortState.READY)
    port.plug.send(b"4006381333931\r\nC-0001")
    port.plug.send(b"23\r")
    qtbot.waitUntil(lambda: len(port.lines) == 2, timeout=15_000)
    port.plug.send(b"40063")
    qtbot.waitUntil(lambda: len(port.lines) == 3, timeout=15_000)
    port.plug.send(b"MC1")
    qtbot.wait(50)
    port.plug.unplug()
    until(PortState.LOST)
    port.plug.plug_in()
    until(PortState.READY)
    port.plug.send(CARD.encode() + b"\r")
    qtbot.waitUntil(lambda: len(port.lines) == 5, timeout=15_000)
    read_whole = [(line.text, line.whole) for line in port.lines]
    assert read_whole == [
        ("4006381333931", True), ("C-000123", True), ("40063", False), ("MC1", False), (CARD, True)
    ]  # fmt: skip
    port.scanner.use(None)
    until(PortState.NONE)
    port.plug.unplug()
