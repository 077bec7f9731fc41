"""Rows of a one-dimensional code that were read as a code of their own. Pure."""

import math
from collections.abc import Iterable, Sequence

from scanner.events import Code, Corner
from scanner.formats import TWO_DIMENSIONAL

SAME_ENDS = 0.05
"""Codes begin and end together within this share of their length."""

SLIVER = 0.2
"""A sliver is at most this much as high as the code beside it."""


def without_slivers(codes: Sequence[Code]) -> list[Code]:
    """Return ``codes`` without those that are a few rows of another one, read wrongly.

    A scratch or a soft edge makes a false text of two rows, of which the check digit is right once
    in ten. It begins and ends where the code itself does, and is far lower.
    """
    if len(codes) < 2:
        return list(codes)
    bars = [code for code in codes if code.format not in TWO_DIMENSIONAL]
    return [code for code in codes if not _is_sliver_of_any(code, bars)]


def _is_sliver_of_any(code: Code, bars: Iterable[Code]) -> bool:
    if code.format in TWO_DIMENSIONAL:
        return False
    return any(_is_sliver(code, other) for other in bars if other is not code)


def _is_sliver(code: Code, other: Code) -> bool:
    if other.text == code.text or _height(code) > SLIVER * _height(other):
        return False
    start, end = _ends(other)
    length = math.dist(start, end)
    if length == 0:
        return False
    across = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    places = sorted(_along(point, start, across) for point in _ends(code))
    beside = abs(_along(_middle(code), start, (-across[1], across[0])))
    slack = SAME_ENDS * length
    together = abs(places[0]) <= slack and abs(places[1] - length) <= slack
    return together and beside <= length


def _ends(code: Code) -> tuple[Corner, Corner]:
    """Return the middles of the code's first and last bar."""
    top_left, top_right, bottom_right, bottom_left = code.corners
    return _between(top_left, bottom_left), _between(top_right, bottom_right)


def _height(code: Code) -> float:
    top_left, top_right, bottom_right, bottom_left = code.corners
    return math.dist(_between(top_left, top_right), _between(bottom_left, bottom_right))


def _middle(code: Code) -> Corner:
    return _between(*_ends(code))


def _between(one: Corner, other: Corner) -> Corner:
    return ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)


def _along(point: Corner, start: Corner, across: Corner) -> float:
    """Return how far ``point`` is from ``start`` in the direction ``across``, in pixels."""
    return (point[0] - start[0]) * across[0] + (point[1] - start[1]) * across[1]
