"""Texts that fit: shrunk, then wrapped where there is room for lines, then truncated."""

from dataclasses import dataclass
from enum import Enum

from passes.drawing.clusters import ELLIPSIS, clusters, one_line
from passes.drawing.fonts import Fonts, Weight
from passes.drawing.layout import Line, lay_out, reads_right_to_left

_SHRINK = 0.94
_ROUNDING = 1e-6
_SHRUNK_BEFORE_WRAPPED = 0.8
"""How far a text of several lines is shrunk before another line is begun."""


class Align(Enum):
    """Alignment of a text, in the direction of reading."""

    START = 0.0
    MIDDLE = 0.5
    END = 1.0


@dataclass(frozen=True, slots=True)
class TextStyle:
    """Size in points, weight and colour (``#rrggbb``).

    A text that is too wide is shrunk, down to ``least`` points, and then truncated.
    """

    size: float
    colour: str
    weight: Weight = Weight.REGULAR
    least: float | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of one size, in points."""

    lines: tuple[Line, ...]
    size: float


def fit_line(text: str, room: float, style: TextStyle, fonts: Fonts, *, rtl: bool) -> Fitted:
    """Return a text as one line within ``room`` points, or no line if not a letter fits.

    ``rtl`` is the direction of a text without letters. Raises OSError without the fonts.
    """
    return fit_lines(text, room, style, fonts, rtl=rtl, most=1)


def fit_lines(
    text: str, room: float, style: TextStyle, fonts: Fonts, *, rtl: bool, most: int
) -> Fitted:
    """Return a text in at most ``most`` lines, each within ``room`` points.

    It is shrunk a little before a line is added, and truncated if it does not fit in all lines of
    the least size. Lines are broken at spaces; a word that is too long, and a text of a script
    without spaces, is broken between letters. Raises OSError without the fonts.
    """
    whole = one_line(text)
    if not whole:
        return Fitted((), style.size)
    own = reads_right_to_left(whole)
    breaker = _Breaker(whole, fonts, style.weight, rtl=rtl if own is None else own)
    least, size = style.least or style.size, style.size
    for count in range(1, most + 1):
        smallest = least if count == most else max(least, style.size * _SHRUNK_BEFORE_WRAPPED)
        size = style.size
        while True:
            lines = breaker.lines(room / size, count)
            if lines is not None:
                return Fitted(lines, size)
            if size * _SHRINK < smallest:
                break
            size *= _SHRINK
    return Fitted(breaker.truncated(room / size, most), size)


class _Breaker:
    """Breaks a text into lines; widths are in parts of the font size."""

    def __init__(self, text: str, fonts: Fonts, weight: Weight, *, rtl: bool) -> None:
        self._fonts, self._weight, self._rtl = fonts, weight, rtl
        self._parts = clusters(text)
        self._widths = self._measure(text)

    def _measure(self, text: str) -> list[float]:
        """Return the width of each cluster; a ligature's is that of its last cluster."""
        line = self._lay_out(text)
        at_end: dict[int, float] = {}
        place, width = 0, 0.0
        for letter in line.letters:
            place += len(letter.text)
            width += letter.width / letter.font.units
            at_end[place] = width
        widths, place, before = [], 0, 0.0
        for part in self._parts:
            place += len(part)
            now = at_end.get(place, before)
            widths.append(now - before)
            before = now
        return widths

    def _lay_out(self, text: str) -> Line:
        return lay_out(text, self._fonts, self._weight, self._rtl)

    def lines(self, room: float, most: int) -> tuple[Line, ...] | None:
        """Return the whole text in lines within ``room``; None if it takes more than ``most``."""
        lines: list[Line] = []
        start = 0
        while start < len(self._parts):
            if len(lines) == most:
                return None
            line, start = self._line(start, room)
            if line.width > room:
                return None
            lines.append(line)
        return tuple(lines)

    def truncated(self, room: float, most: int) -> tuple[Line, ...]:
        """Return the text in at most ``most`` lines, the last one cut; no line if none fits."""
        lines: list[Line] = []
        start = 0
        while len(lines) < most - 1 and start < len(self._parts):
            line, start = self._line(start, room)
            lines.append(line)
        last = self._cut(start, room)
        lines.extend([] if last is None else [last])
        return tuple(line for line in lines if line.width <= room)

    def _line(self, start: int, room: float) -> tuple[Line, int]:
        """Return the line from a cluster on, and where the next one begins."""
        end = self._end(start, room)
        while True:
            text = "".join(self._parts[start:end]).rstrip()
            line = self._lay_out(text)
            if line.width <= room or end == start + 1:
                break
            end -= 1  # letters at the end of a line may be wider than inside of a word
        while end < len(self._parts) and self._parts[end] == " ":
            end += 1
        return line, end

    def _end(self, start: int, room: float) -> int:
        """Return where a line ends: before the last word that does not fit, or inside it."""
        end = self._fitting(start, room)
        if end == len(self._parts) or self._parts[end] == " ":
            return end
        spaces = [place for place in range(start + 1, end) if self._parts[place] == " "]
        return spaces[-1] if spaces else max(end, start + 1)

    def _fitting(self, start: int, room: float) -> int:
        """Return the end of the clusters from ``start`` on that fit."""
        end, width = start, 0.0
        while end < len(self._parts) and width + self._widths[end] <= room + _ROUNDING:
            width += self._widths[end]
            end += 1
        return end

    def _cut(self, start: int, room: float) -> Line | None:
        """Return the rest of the text, cut with an ellipsis unless it fits; None if not even that.

        The rest is empty if the lines before took all of it.
        """
        rest = "".join(self._parts[start:])
        if not rest:
            return None
        whole = self._lay_out(rest) if self._fitting(start, room) == len(self._parts) else None
        if whole is not None and whole.width <= room:
            return whole
        for end in range(self._fitting(start, room), start - 1, -1):
            line = self._lay_out("".join(self._parts[start:end]).rstrip() + ELLIPSIS)
            if line.width <= room:
                return line
        return None
