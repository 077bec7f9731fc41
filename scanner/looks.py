"""The ways in which the frames of a live source are looked at, each for a code of another kind."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from scanner.enhance import denoise, enlarge, quarter_turn, sharpen_fast, shrink
from scanner.events import Code
from scanner.formats import TWO_DIMENSIONAL
from scanner.picture import Image, as_image
from scanner.strategies import SURE_QUALITY
from scanner.zbar import read_zbar
from scanner.zxing import Formats, Placement, read_zxing

Look = Callable[[Image], list[Code]]
"""Returns the codes that it reads in a grey frame, with corners in pixels of the frame."""

ANY_WAY_UP = ("QRCode", "Aztec", "DataMatrix")
"""Formats that are read however they are turned, without being searched for that way."""

ENLARGED = 1.5
"""Reads as much as twice the size does, at half the cost."""

ROWS = 3
"""Of a one-dimensional code every third row is enough: its bars are many rows long."""

GRAIN = 5
"""Side in pixels of the median that removes the grain of a camera in the dark."""


class Looks:
    """All looks for one choice of formats. A look for formats that are not wanted reads nothing."""

    def __init__(self, formats: tuple[str, ...]) -> None:
        """Read only ``formats``, by their zxing-cpp names. Raises ValueError for unknown ones."""
        self._formats = Formats.of(*formats)
        self._quick = _those(formats, lambda name: name == "QRCode")
        self._any_way_up = _those(formats, lambda name: name in ANY_WAY_UP)
        self._solid = _those(formats, lambda name: name in TWO_DIMENSIONAL)
        self._stacked = _those(
            formats, lambda name: name in TWO_DIMENSIONAL and name not in ANY_WAY_UP
        )
        self._bars = _those(formats, lambda name: name not in TWO_DIMENSIONAL)
        self._unaltered = {self.whole, self.solid, self.upright}

    def alters(self, look: Look) -> bool:
        """Return whether ``look`` reads something else than the pixels of the frame."""
        return look not in self._unaltered

    def whole(self, grey: Image) -> list[Code]:
        """Read the frame as it is, for all formats."""
        return read_zxing(grey, self._formats)

    def solid(self, grey: Image) -> list[Code]:
        """Read the frame as it is, for two-dimensional formats."""
        return _read(grey, self._solid)

    def upright(self, grey: Image) -> list[Code]:
        """As ``solid`` without formats like PDF417, which cost most."""
        return _read(grey, self._any_way_up)

    def light_on_dark(self, grey: Image) -> list[Code]:
        """Read the frame inverted, for cards on phones in dark mode."""
        return _read(as_image(cv2.bitwise_not(grey)), self._any_way_up)

    def light_on_dark_quick(self, grey: Image) -> list[Code]:
        """As ``light_on_dark`` for QR codes only."""
        return _read(as_image(cv2.bitwise_not(grey)), self._quick)

    def stacked_all_ways(self, grey: Image) -> list[Code]:
        """Read the frame for formats like PDF417, also on its side and light on dark."""
        if self._stacked is None:
            return []
        upright = read_zxing(grey, self._stacked, turned=True)
        # The decoder's own search for inverted codes leaves these formats out.
        inverted = as_image(cv2.bitwise_not(grey))
        return upright or read_zxing(inverted, self._stacked, turned=True)

    def bars(self, grey: Image) -> list[Code]:
        """Read every third row of the frame, for one-dimensional formats."""
        if self._bars is None:
            return []
        rows = np.ascontiguousarray(grey[::ROWS])
        return read_zxing(rows, self._bars, placement=Placement(yy=ROWS))

    def bars_on_side(self, grey: Image) -> list[Code]:
        """Read every third column of the frame, for one-dimensional formats on their side."""
        if self._bars is None:
            return []
        columns, placement = quarter_turn(np.ascontiguousarray(grey[:, ::ROWS]))
        placement = replace(placement, xx=placement.xx * ROWS, xy=placement.xy * ROWS)
        return read_zxing(columns, self._bars, placement=placement)

    def half_size(self, grey: Image) -> list[Code]:
        """Read the frame at half its size, for large codes, soft or grainy ones."""
        return read_zxing(shrink(grey, 0.5), self._formats, placement=Placement.scaled(0.5))

    def half_size_all_ways(self, grey: Image) -> list[Code]:
        """As ``half_size``, also turned, inverted and smaller."""
        half = shrink(grey, 0.5)
        return read_zxing(half, self._formats, thorough=True, placement=Placement.scaled(0.5))

    def denoised(self, grey: Image) -> list[Code]:
        """Read the frame without its grain, for two-dimensional codes where it is hardly lit."""
        if self._solid is None:
            return []
        return read_zxing(denoise(grey, GRAIN), self._solid, invert=True)

    def global_threshold(self, grey: Image) -> list[Code]:
        """Read the frame with one threshold for all of it."""
        return read_zxing(grey, self._formats, global_threshold=True)

    def middle_sharpened_quick(self, grey: Image) -> list[Code]:
        """Read the middle, enlarged and sharpened, for small QR codes out of focus."""
        return [] if self._quick is None else _middle_sharpened(grey, self._quick)

    def middle_sharpened(self, grey: Image) -> list[Code]:
        """As ``middle_sharpened_quick`` for all formats."""
        return _middle_sharpened(grey, self._formats)

    def middle_by_zbar(self, grey: Image) -> list[Code]:
        """Read the middle by the second decoder, which takes longest."""
        middle, left, top = middle_of(grey, 0.5)
        reads = read_zbar(middle, self._formats, Placement.scaled(1, left, top))
        return [
            read.code
            for read in reads
            if read.code.format in TWO_DIMENSIONAL or read.quality >= SURE_QUALITY
        ]


def middle_of(grey: Image, high: float = 0.75) -> tuple[Image, int, int]:
    """Return the middle of a frame, half as wide and ``high`` times as high, and its origin."""
    height, width = grey.shape
    left, top = width // 4, round(height * (1 - high) / 2)
    return np.ascontiguousarray(grey[top : height - top, left : width - left]), left, top


def _those(formats: tuple[str, ...], wanted: Callable[[str], bool]) -> Formats | None:
    names = tuple(name for name in formats if wanted(name))
    return Formats.of(*names) if names else None


def _read(grey: Image, formats: Formats | None) -> list[Code]:
    return [] if formats is None else read_zxing(grey, formats)


def _middle_sharpened(grey: Image, formats: Formats) -> list[Code]:
    middle, left, top = middle_of(grey)
    # Sharpened first: the smaller picture takes half the time, and no code less is read.
    larger = enlarge(sharpen_fast(middle, 5, 2.5), ENLARGED)
    return read_zxing(larger, formats, placement=Placement.scaled(ENLARGED, left, top))
