"""Decodes frames and photos: what is tried, in which order, and at what cost."""

import math
from collections.abc import Callable

import numpy as np

from scanner.enhance import enlarge, quarter_turn, sharpen_fast, shrink
from scanner.events import Code
from scanner.picture import Image, grey_of
from scanner.repeats import TWO_DIMENSIONAL
from scanner.settings import DEFAULT_FORMATS
from scanner.strategies import LONGEST_SIDE, STRATEGIES, SURE_QUALITY, plain_attempt
from scanner.voting import Voting
from scanner.zbar import read_zbar
from scanner.zxing import Formats, Placement, read_zxing

MOST_STILL_PIXELS = 2_000_000
"""Photos are altered at this size at most; beyond, detail is noise and time is wasted."""

LARGEST_SIDE = 1920
"""Frames of more pixels a side are shrunk to this first."""

Attempt = Callable[[Image], list[Code]]

ANY_WAY_UP = ("QRCode", "Aztec", "DataMatrix")
"""Formats that are read however they are turned, without being searched for that way."""

ENLARGED = 1.5
"""Reads as much as twice the size does, at half the cost."""

ROUND = 4
"""Costly attempts come in rounds of four frames. On the second frame the middle is sharpened for
QR codes, which adds most; on the fourth the other costly attempts take turns."""

TOLERATED_MISSES = 2
"""A costly attempt that reads a code is repeated until it has failed on more frames than this."""


def decode_still(image: Image, formats: tuple[str, ...] = DEFAULT_FORMATS) -> list[Code]:
    """Return every code that can be found in one photo, BGR or grey.

    Corners are in pixels of ``image``. A photo in which a plain attempt finds a code is not
    altered; one of many megapixels in which it finds none is tried again in a smaller size.
    Raises ValueError for an unknown name in ``formats``.
    """
    if 0 in image.shape:
        return []
    grey = grey_of(image)
    if max(grey.shape) > LONGEST_SIDE:
        return _decode_shrunk(grey, formats, (LONGEST_SIDE - 1) / max(grey.shape))
    wanted = Formats.of(*formats)
    voting = Voting()
    plain_attempt(grey, wanted, voting)
    if not voting.elected and grey.size > MOST_STILL_PIXELS:
        return _decode_shrunk(grey, formats, math.sqrt(MOST_STILL_PIXELS / grey.size) * 0.99)
    for strategy in STRATEGIES:
        if voting.elected:
            break
        strategy.attempt(grey, wanted, voting)
    return voting.elected


def _decode_shrunk(grey: Image, formats: tuple[str, ...], factor: float) -> list[Code]:
    """Decode a photo at ``factor`` (below 1) of its size; corners are in its own pixels."""
    found = decode_still(shrink(grey, factor), formats)
    return [code.scaled(1 / factor) for code in found]


class LiveDecoder:
    """Decodes the frames of a live source within a few milliseconds each.

    Every frame gets a cheap attempt for all formats: at full size on even frames, at half size
    (and full size for QR codes) on odd ones. Odd frames in which it finds nothing get one costly
    attempt each, see ``ROUND``. One that reads a code is repeated on the next frames, so that a
    one-dimensional code is confirmed at once, and a card that only it can read does not seem to
    leave and return.
    """

    def __init__(self, formats: tuple[str, ...] = DEFAULT_FORMATS) -> None:
        """Read only ``formats``, by their zxing-cpp names. Raises ValueError for unknown ones."""
        self._formats = Formats.of(*formats)
        self._quick = Formats.of("QRCode") if "QRCode" in formats else None
        solid = tuple(name for name in formats if name in TWO_DIMENSIONAL)
        self._solid = Formats.of(*solid) if solid else None
        upright = tuple(name for name in formats if name not in ANY_WAY_UP)
        self._upright = Formats.of(*upright) if upright else None
        self._costly: tuple[Attempt, ...] = (
            self._half_size_all_ways,
            self._middle_sharpened_for_all,
            self._middle_by_zbar,
            self._inverted,
            self._global_threshold,
            self._turned,
        )
        self._number = -1
        self._repeated: Attempt | None = None
        self._misses = 0

    @property
    def plan_length(self) -> int:
        """After how many frames without a code the costly attempts repeat."""
        return ROUND * len(self._costly)

    def decode(self, frame: Image) -> tuple[Code, ...]:
        """Return the codes in ``frame``, BGR or grey."""
        self._number += 1
        grey = grey_of(frame)
        if max(grey.shape) > LARGEST_SIDE:
            factor = LARGEST_SIDE / max(grey.shape)
            found = self._attempt(shrink(grey, factor))
            return tuple(code.scaled(1 / factor) for code in found)
        return tuple(self._attempt(grey))

    def _attempt(self, grey: Image) -> list[Code]:
        codes = self._cheap_attempt(grey)
        if not codes and self._repeated is not None:
            return self._costly_attempt(self._repeated, grey)
        turn, place = divmod(self._number % self.plan_length, ROUND)
        if not codes and place == 1 and self._quick is not None:
            codes = self._middle_sharpened(grey, self._quick)
        elif not codes and place == ROUND - 1:
            codes = self._costly_attempt(self._costly[turn], grey)
        return codes

    def _costly_attempt(self, attempt: Attempt, grey: Image) -> list[Code]:
        """Make ``attempt``, and mark it to be repeated while it reads a code."""
        codes = attempt(grey)
        self._misses = 0 if codes else self._misses + 1
        if codes:
            self._repeated = attempt
        elif self._misses > TOLERATED_MISSES:
            self._repeated = None
        return codes

    def _cheap_attempt(self, grey: Image) -> list[Code]:
        if self._number % 2 == 0:
            return read_zxing(grey, self._formats)
        if self._quick is not None and (codes := read_zxing(grey, self._quick)):
            return codes
        return read_zxing(shrink(grey, 0.5), self._formats, placement=Placement.scaled(0.5))

    def _half_size_all_ways(self, grey: Image) -> list[Code]:
        half = shrink(grey, 0.5)
        return read_zxing(half, self._formats, thorough=True, placement=Placement.scaled(0.5))

    def _middle_sharpened_for_all(self, grey: Image) -> list[Code]:
        return self._middle_sharpened(grey, self._formats)

    def _middle_sharpened(self, grey: Image, formats: Formats) -> list[Code]:
        """Read the middle, enlarged and sharpened, for small codes out of focus."""
        middle, left, top = middle_of(grey)
        larger = sharpen_fast(enlarge(middle, ENLARGED), 7, 2)
        return read_zxing(larger, formats, placement=Placement.scaled(ENLARGED, left, top))

    def _middle_by_zbar(self, grey: Image) -> list[Code]:
        middle, left, top = middle_of(grey)
        reads = read_zbar(middle, self._formats, Placement.scaled(1, left, top))
        return [
            read.code
            for read in reads
            if read.code.format in TWO_DIMENSIONAL or read.quality >= SURE_QUALITY
        ]

    def _inverted(self, grey: Image) -> list[Code]:
        return [] if self._solid is None else read_zxing(255 - grey, self._solid)

    def _global_threshold(self, grey: Image) -> list[Code]:
        return read_zxing(grey, self._formats, global_threshold=True)

    def _turned(self, grey: Image) -> list[Code]:
        """Read a frame turned on its side, for formats that the cheap attempt reads one way."""
        if self._upright is None:
            return []
        turned, placement = quarter_turn(grey)
        return read_zxing(turned, self._upright, placement=placement)


def middle_of(grey: Image) -> tuple[Image, int, int]:
    """Return the middle of a frame, half as wide and three quarters as high, and its origin."""
    height, width = grey.shape
    left, top = width // 4, height // 8
    return np.ascontiguousarray(grey[top : height - top, left : width - left]), left, top
