"""Decodes frames and photos: what is tried, in which order, and at what cost."""

import math
from collections.abc import Iterator

from scanner.enhance import cover, shrink
from scanner.events import Code
from scanner.formats import DEFAULT_FORMATS, STACKED, TWO_DIMENSIONAL
from scanner.held import Held, key_of
from scanner.looks import Look, Looks
from scanner.picture import Image, grey_of
from scanner.strategies import LONGEST_SIDE, STRATEGIES, plain_attempt
from scanner.voting import Voting
from scanner.zxing import Formats

MOST_STILL_PIXELS = 2_000_000
"""Photos are altered at this size at most; beyond, detail is noise and time is wasted."""

LARGEST_SIDE = 1920
"""Frames of more pixels a side are shrunk to this first."""

ROUND = 4
"""Costly looks come in rounds of four frames. On the second frame the middle is sharpened for QR
codes, which adds most; on the fourth the other costly looks take turns."""

SHARPENED_IN = 3
"""The middle is sharpened in all but one of so many rounds."""

DARK = 48
"""A frame of at most this mean brightness (0 to 255) is dark: its grain is removed instead of
sharpening its middle."""


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

    Every frame gets cheap looks, which change from frame to frame: at full size for all formats,
    light on dark, bars on their side, at half size. Most odd frames get a costly look, see
    ``ROUND``.
    A two-dimensional code that was not in the frames before ends the frame at once. Any other code
    that a look reads is covered for the looks that follow, so that a poster or a bottle in view
    hides no card. What is in view is looked for as ``Held`` says.

    A PDF417 code read in an altered picture is returned from the second frame on that reads it.
    """

    def __init__(self, formats: tuple[str, ...] = DEFAULT_FORMATS) -> None:
        """Read only ``formats``, by their zxing-cpp names. Raises ValueError for unknown ones."""
        looks = Looks(formats)
        self._looks = looks
        self._cheap: tuple[tuple[Look, ...], ...] = (
            (looks.whole,),
            (looks.light_on_dark, looks.half_size),
            (looks.solid, looks.bars_on_side),
            (looks.half_size,),
            (looks.upright, looks.bars),
            (looks.light_on_dark_quick, looks.half_size),
            (looks.upright, looks.bars, looks.bars_on_side),
            (looks.light_on_dark_quick,),
        )
        self._costly: tuple[Look, ...] = (
            looks.half_size_all_ways,
            looks.stacked_all_ways,
            looks.middle_sharpened,
            looks.middle_by_zbar,
            looks.denoised,
            looks.global_threshold,
        )
        self._held = Held()
        self._number = -1

    @property
    def plan_length(self) -> int:
        """After how many frames the looks repeat."""
        return ROUND * len(self._costly)

    def decode(self, frame: Image) -> tuple[Code, ...]:
        """Return the codes in ``frame``, BGR or grey."""
        self._number += 1
        grey = grey_of(frame)
        if max(grey.shape) > LARGEST_SIDE:
            factor = LARGEST_SIDE / max(grey.shape)
            found = self._decode(shrink(grey, factor))
            return tuple(code.scaled(1 / factor) for code in found)
        return tuple(self._decode(grey))

    def _decode(self, grey: Image) -> list[Code]:
        codes: list[Code] = []
        tried: set[Look] = set()
        for look in self._looks_at(grey):
            if look in tried:
                continue
            tried.add(look)
            found = self._read(look, grey, codes)
            codes += found
            if any(code.format in TWO_DIMENSIONAL and self._held.is_new(code) for code in found):
                break
            grey = cover(grey, [code.corners for code in found])
        self._held.end_frame(tried)
        return codes

    def _looks_at(self, grey: Image) -> Iterator[Look]:
        """Yield the looks of the present frame, the cheapest first."""
        yield from self._cheap[self._number % len(self._cheap)]
        yield from self._held.missing()
        turn, place = divmod(self._number % self.plan_length, ROUND)
        if place == 1:
            looks = self._looks
            if is_dark(grey):
                yield looks.denoised
            elif turn % SHARPENED_IN != SHARPENED_IN - 1:
                yield looks.middle_sharpened_quick
        elif place == ROUND - 1:
            yield self._costly[turn]

    def _read(self, look: Look, grey: Image, earlier: list[Code]) -> list[Code]:
        """Return what ``look`` reads and is to be believed, without ``earlier`` codes again."""
        known = {key_of(code) for code in earlier}
        altered = self._looks.alters(look)
        return [
            code
            for code in look(grey)
            if key_of(code) not in known
            and self._held.take(code, look, sure=not (altered and code.format in STACKED))
        ]


def is_dark(grey: Image) -> bool:
    """Return whether a frame was taken in a room with hardly any light."""
    return bool(grey[::8, ::8].mean() <= DARK)
