"""Cuts what a serial scanner sends into codes. Pure: the clock is passed in."""

from dataclasses import dataclass

from .code_shapes import names_somebody, own_beginning, own_code
from .scanner_profile import End, ScannerProfile

SILENCE_S = 0.2
"""After a pause of so long, what has come is all of a code."""
MOST_BYTES = 8192
_ENDS: dict[int, End] = {
    ord("\r"): "enter",
    ord("\n"): "enter",
    ord("\t"): "tab",
    0x03: "control",
    0x04: "control",
}
"""CR, LF, HT, ETX and EOT end a code."""
_LEAST_OPEN = 4


@dataclass(frozen=True)
class SerialLine:
    """What came up to an end. ``whole`` is False if it is surely only a part of a code.

    Whether a text that a pause ended is whole, only the scanner's ``profile`` tells: a part of a
    number names somebody else.
    """

    text: str
    end: End
    whole: bool = True

    def is_code(self, profile: ScannerProfile) -> bool:
        """Return whether it is to be taken for a code; otherwise it is to be scanned again."""
        if self.end != "none" or own_code(profile.bare(self.text)) is not None:
            return self.whole
        by_port = profile.taught and profile.pace_ms is None
        unended = by_port and profile.end == "none"
        torn = by_port and not unended
        named = names_somebody(profile.bare(self.text)) and not unended
        return self.whole and not torn and not named


class LineReader:
    """Collects bytes. Control characters that end no code are left out."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._last_s = float("-inf")
        self._too_long = False
        self._ends_lines = False
        """Whether this scanner has sent an end before."""

    def feed(self, data: bytes, now_s: float) -> list[SerialLine]:
        """Return the codes that end in ``data``."""
        lines = self.expire(now_s)
        for byte in data:
            if byte in _ENDS:
                lines += self._line(_ENDS[byte])
                self._ends_lines = True
            elif byte >= 0x20 and byte != 0x7F:
                self._bytes.append(byte)
                if len(self._bytes) > MOST_BYTES:
                    self._bytes.clear()
                    self._too_long = True
        if data:
            self._last_s = now_s
        return lines

    def expire(self, now_s: float) -> list[SerialLine]:
        """Return what has come without an end, if the pause after it is long enough."""
        return self._line("none") if now_s - self._last_s >= SILENCE_S else []

    def close(self) -> list[SerialLine]:
        """Return what is left when the port is gone: a part of a code, if it is anything."""
        left = [SerialLine(line.text, line.end, whole=False) for line in self._line("none")]
        self._ends_lines = False
        return left

    def _line(self, end: End) -> list[SerialLine]:
        raw, too_long = bytes(self._bytes), self._too_long
        self._bytes.clear()
        self._too_long = False
        text = _decoded(raw).strip()
        if too_long:
            return [SerialLine("", end, whole=False)]
        if not text:
            return []
        return [SerialLine(text, end, whole=end != "none" or self._whole(text))]

    def _whole(self, text: str) -> bool:
        """Return whether a text that a pause ended is more than the beginning of a code."""
        if own_code(text) is not None:
            return True
        begins = own_beginning(text) is not None
        return len(text) >= _LEAST_OPEN and not begins and not self._ends_lines


def _decoded(raw: bytes) -> str:
    """Return bytes as text: UTF-8, else the Windows code page that older scanners send."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
