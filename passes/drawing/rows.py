"""Fields side by side, each a label above a value, as both wallets draw them."""

from collections.abc import Sequence
from dataclasses import replace

from passes.drawing.canvas import Align, Box, Canvas, TextStyle

_GAP = 14.0
_SMALLER = 0.94


def draw_row(
    canvas: Canvas,
    texts: Sequence[tuple[str, str]],
    row: Box,
    *,
    label: TextStyle,
    value: TextStyle,
) -> None:
    """Draw labels and values in a row of fields; of several, the last ends at the far side.

    Where they do not fit, all values become smaller together, down to ``value.least``, and
    then the longest are cut.
    """
    room = row.width - _GAP * (len(texts) - 1)
    style = value
    wanted = _widths(canvas, texts, label, style)
    while sum(wanted) > room and style.size * _SMALLER >= (value.least or value.size):
        style = replace(style, size=style.size * _SMALLER)
        wanted = _widths(canvas, texts, label, style)
    style = replace(style, least=None)
    widths = shared_widths(wanted, room)
    spare = (row.width - sum(widths)) / max(1, len(texts) - 1)
    left = row.left
    for number, ((name, told), width) in enumerate(zip(texts, widths, strict=True)):
        last = len(texts) > 1 and number == len(texts) - 1
        align = Align.END if last else Align.START
        canvas.text(name, (left, row.top + 14), width, label, align)
        canvas.text(told, (left, row.top + 35), width, style, align)
        left += width + spare


def _widths(
    canvas: Canvas, texts: Sequence[tuple[str, str]], label: TextStyle, value: TextStyle
) -> list[float]:
    """How wide each field is, in points."""
    return [
        max(canvas.width_of(name, label), canvas.width_of(told, value)) + 1 for name, told in texts
    ]


def shared_widths(wanted: Sequence[float], room: float) -> list[float]:
    """Give each what it wants; where that is too much, the widest give way first."""
    if sum(wanted) <= room:
        return list(wanted)
    widths = [0.0] * len(wanted)
    left, waiting = room, sorted(range(len(wanted)), key=lambda each: wanted[each])
    for count, each in enumerate(waiting):
        widths[each] = min(wanted[each], left / (len(waiting) - count))
        left -= widths[each]
    return widths
