"""A hand scanner on a serial port (USB CDC, a virtual COM port), in a thread of its own.

A port is opened only after it was chosen: that raises DTR, which resets some devices. One that is
unplugged is looked for until it is back, by its USB device if that is known, since it may come back
under another name.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from threading import Event, Lock

import serial
import structlog
from PySide6.QtCore import QObject, Signal, Slot
from serial.tools.list_ports import comports
from serial.tools.list_ports_common import ListPortInfo

from .scanner_profile import PortIdentity
from .serial_lines import LineReader

log = structlog.get_logger(__name__)

_READ_S = 0.1
_RETRY_S = 0.5
_CHUNK = 4096


class PortState(Enum):
    """State of the scanner's port."""

    NONE = "none"
    OPENING = "opening"
    READY = "ready"
    LOST = "lost"


@dataclass(frozen=True)
class FoundPort:
    """A serial port of a USB device, and what its vendor calls it."""

    identity: PortIdentity
    name: str


def usb_ports(listed: Sequence[ListPortInfo]) -> list[FoundPort]:
    """Return the ports of USB devices, by name; others cannot be told apart."""
    found = []
    for port in listed:
        if port.vid is None or port.pid is None:
            continue
        made_by = " ".join(filter(None, (port.manufacturer, port.product)))
        identity = PortIdentity(
            device=port.device, vid=port.vid, pid=port.pid, serial_number=port.serial_number
        )
        number = f"{port.vid:04X}:{port.pid:04X}"
        words = " · ".join(filter(None, (port.device, made_by, number)))
        found.append(FoundPort(identity, words))
    return sorted(found, key=lambda each: each.name)


def device_of(wanted: PortIdentity, listed: Sequence[ListPortInfo]) -> str:
    """Return the name under which a device is there now; the name it had if it is not found."""
    if wanted.vid is None:
        return wanted.device
    same = [
        port
        for port in listed
        if (port.vid, port.pid) == (wanted.vid, wanted.pid)
        and wanted.serial_number in {None, port.serial_number}
    ]
    names = [port.device for port in same]
    return wanted.device if wanted.device in names or not names else names[0]


class SerialScanner(QObject):
    """Reads codes from the port that is in use, and reopens it after a failure.

    ``list_ports`` returns the ports of this PC.
    """

    line = Signal(object)
    """SerialLine."""
    state_changed = Signal(object, str)
    """PortState, and the name of the port."""
    ports = Signal(object)
    """List of FoundPort."""

    def __init__(
        self,
        baud: int,
        list_ports: Callable[[], Sequence[ListPortInfo]] = lambda: list(comports()),
    ) -> None:
        super().__init__()
        self._baud, self._list_ports = baud, list_ports
        self._lock = Lock()
        self._port: PortIdentity | None = None
        self._stop, self._wake, self._asked = Event(), Event(), Event()

    def use(self, port: PortIdentity | None) -> None:
        """Use a port from now on, or none. Thread-safe."""
        with self._lock:
            self._port = port
        self._wake.set()

    def ask_ports(self) -> None:
        """Emit ``ports`` soon. Thread-safe."""
        self._asked.set()
        self._wake.set()

    def stop(self) -> None:
        """Make ``run`` return. Thread-safe."""
        self._stop.set()
        self._wake.set()

    @Slot()
    def run(self) -> None:
        """Read codes until ``stop``."""
        shown: tuple[PortState, PortIdentity | None] | None = None
        while not self._stop.is_set():
            self._wake.clear()
            self._answer()
            port = self._wanted()
            if port is None:
                if shown is not None:
                    self.state_changed.emit(PortState.NONE, "")
                shown = None
                self._wake.wait()
                continue
            if shown != (PortState.LOST, port):
                self.state_changed.emit(PortState.OPENING, port.device)
            try:
                self._read(port)
            except Exception as error:  # noqa: BLE001 - shown, and tried again
                if shown != (PortState.LOST, port) or not isinstance(error, OSError):
                    log.warning("serial scanner", port=port.device, error=repr(error))
                self.state_changed.emit(PortState.LOST, port.device)
                shown = PortState.LOST, port
                self._wake.wait(_RETRY_S)
            else:
                shown = PortState.READY, port

    def _wanted(self) -> PortIdentity | None:
        with self._lock:
            return self._port

    def _answer(self) -> None:
        if self._asked.is_set():
            self._asked.clear()
            try:
                self.ports.emit(usb_ports(self._list_ports()))
            except Exception as error:  # noqa: BLE001 - logged; none is offered
                log.warning("serial ports cannot be listed", error=repr(error))
                self.ports.emit([])

    def _read(self, port: PortIdentity) -> None:
        """Read codes until another port is wanted. Raises OSError when the port is lost."""
        device = device_of(port, self._list_ports()) if port.vid is not None else port.device
        reader = LineReader()
        with serial.Serial(device, self._baud, timeout=_READ_S, exclusive=True) as opened:
            self.state_changed.emit(PortState.READY, device)
            try:
                while not self._stop.is_set() and self._wanted() == port:
                    data = opened.read(max(1, min(opened.in_waiting, _CHUNK)))
                    self._emit(reader.feed(data, time.monotonic()))
                    self._answer()
            finally:
                self._emit(reader.close())

    def _emit(self, lines: Sequence[object]) -> None:
        for line in lines:
            self.line.emit(line)
