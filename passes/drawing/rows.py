"""A row of fields, each a label above a value, as both wallets draw it."""

from collections.abc import Sequence
from dataclasses import replace

from passes.drawing.canvas import Box, Canvas
from passes.drawing.fitting import Align, TextStyle

_GAP = 14.0
_SHRINK = 0.94


def draw_row(
    canvas: Canvas,
    texts: Sequence[tuple[str, str]],
    row: Box,
    *,
    label: TextStyle,
    value: TextStyle,
) -> None:
    """Draw pairs of label and value in a row; the last of several is aligned to the far side.

    If they do not fit, all values are shrunk together, down to ``value.least``, and then the
    longest are truncated.
    """
    room = row.width - _GAP * (len(texts) - 1)
    style = value
    wanted = _widths(canvas, texts, label, style)
    while sum(wanted) > room and style.size * _SHRINK >= (value.least or value.size):
        style = replace(style, size=style.size * _SHRINK)
        wanted = _widths(canvas, texts, label, style)
    style = replace(style, least=None)
    widths = distribute_widths(wanted, room)
    spare = (row.width - sum(widths)) / max(1, len(texts) - 1)
    left = row.left
    for number, ((name, text), width) in enumerate(zip(texts, widths, strict=True)):
        last = len(texts) > 1 and number == len(texts) - 1
        align = Align.END if last else Align.START
        canvas.text(name, (left, row.top + 14), width, label, align)
        canvas.text(text, (left, row.top + 35), width, style, align)
        left += width + spare


def _widths(
    canvas: Canvas, texts: Sequence[tuple[str, str]], label: TextStyle, value: TextStyle
) -> list[float]:
    """Return the width that each field needs, in points."""
    return [
        max(canvas.width_of(name, label), canvas.width_of(text, value)) + 1 for name, text in texts
    ]


def distribute_widths(wanted: Sequence[float], room: float) -> list[float]:
    """Distribute ``room`` among fields; if it is too little, the widest are reduced first."""
    if sum(wanted) <= room:
        return list(wanted)
    widths = [0.0] * len(wanted)
    left, waiting = room, sorted(range(len(wanted)), key=lambda each: wanted[each])
    for count, each in enumerate(waiting):
        widths[each] = min(wanted[each], left / (len(waiting) - count))
        left -= widths[each]
    return widths
