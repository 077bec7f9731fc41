"""Strategies for reading a photo in which a plain attempt finds nothing.

They are ordered by gain for cost, measured on some 1,500 damaged pictures: soft, small, noisy,
badly lit, turned, bent. Each names its kind, by which ``Voting`` knows independent readings.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from scanner.enhance import (
    denoise,
    enlarge,
    level_light,
    refocus,
    sharpen,
    shrink,
    spread_contrast,
    threshold,
    turn,
    turned_size,
)
from scanner.formats import WEAK
from scanner.picture import Image
from scanner.voting import Voting
from scanner.zbar import read_zbar
from scanner.zxing import WHOLE, Formats, Placement, read_zxing

MOST_PIXELS = 8_000_000
"""Pictures are not enlarged beyond this."""

MOST_REFOCUSED = 3_000_000
"""As MOST_PIXELS, for an alteration that takes longer."""

LONGEST_SIDE = 32_000
"""Nor so that a side becomes longer: decoders and OpenCV have limits of their own."""

MOST_TURNED = 2 * MOST_PIXELS
"""A long strip, turned, would be mostly white; beyond so many pixels it is not turned."""

LEAST_FACTOR = 1.3
"""Enlarging by less changes nothing."""

SURE_QUALITY = 12
"""So many scan lines of an unaltered picture are enough to believe zbar's linear readers."""

Altered = tuple[Image, Placement]
Work = Callable[[Image], Image]


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to read a picture: how it is altered first, and which decoder reads it then.

    ``alter`` returns None if the alteration makes no sense for a picture.
    """

    kind: str
    alter: Callable[[Image], Altered | None]
    zbar: bool = False
    global_threshold: bool = False

    def attempt(self, image: Image, formats: Formats, voting: Voting) -> None:
        """Alter ``image``, grey, and vote for the codes that are read in it."""
        altered = self.alter(image)
        if altered is None:
            return
        picture, placement = altered
        if self.zbar:
            for read in read_zbar(picture, formats, placement):
                voting.vote(self.kind, read.code)
            return
        for code in read_zxing(
            picture,
            formats,
            thorough=True,
            global_threshold=self.global_threshold,
            placement=placement,
        ):
            voting.vote(self.kind, code)


def plain_attempt(image: Image, formats: Formats, voting: Voting) -> None:
    """Read the picture as it is: with two thresholds, and with both decoders."""
    for code in read_zxing(image, formats, thorough=True, small_variants=True):
        if code.format in WEAK:
            voting.vote("plain", code)
        else:
            voting.elect(code)
    for code in read_zxing(image, formats, thorough=True, global_threshold=True):
        voting.vote("global threshold", code)
    for read in read_zbar(image, formats):
        if read.quality >= SURE_QUALITY and read.code.format not in WEAK:
            voting.elect(read.code)
        else:
            voting.vote("zbar", read.code)


def _same(work: Work) -> Callable[[Image], Altered]:
    """Alter without moving pixels."""
    return lambda image: (work(image), WHOLE)


def _allowed(factor: float, image: Image, most_pixels: int) -> float:
    """Return ``factor``, or less where the enlarged picture would be too large."""
    by_side = (LONGEST_SIDE - 1) / float(max(image.shape))
    return min(factor, math.sqrt(most_pixels / image.size), by_side)


def _larger(factor: float, *works: Work) -> Callable[[Image], Altered | None]:
    """Enlarge as far as ``MOST_PIXELS`` and ``LONGEST_SIDE`` let, then do the ``works``."""

    def alter(image: Image) -> Altered | None:
        allowed = _allowed(factor, image, MOST_PIXELS)
        if allowed < LEAST_FACTOR:
            return None
        larger = enlarge(image, allowed)
        for work in works:
            larger = work(larger)
        return larger, Placement.scaled(allowed)

    return alter


def _smaller(factor: float) -> Callable[[Image], Altered | None]:
    def alter(image: Image) -> Altered | None:
        if min(image.shape) * factor < 20:
            return None
        return shrink(image, factor), Placement.scaled(factor)

    return alter


def _turned(degrees: float, larger: int = 1) -> Callable[[Image], Altered | None]:
    """Turn, unless the picture, afterwards enlarged ``larger`` times, would be too large."""

    def alter(image: Image) -> Altered | None:
        width, height = (side * larger for side in turned_size(image, degrees))
        if width * height > MOST_TURNED or max(width, height) > LONGEST_SIDE:
            return None
        return turn(image, degrees)

    return alter


def _turned_larger(degrees: float) -> Callable[[Image], Altered | None]:
    """Turn, enlarge twice and sharpen."""

    turned_alone = _turned(degrees, larger=2)

    def alter(image: Image) -> Altered | None:
        if image.size * 8 > MOST_PIXELS or (altered := turned_alone(image)) is None:
            return None
        turned, placement = altered
        larger = sharpen(enlarge(turned, 2), 3, 2)
        half = Placement(
            placement.xx / 2, placement.xy / 2, placement.x0,
            placement.yx / 2, placement.yy / 2, placement.y0,
        )  # fmt: skip
        return larger, half

    return alter


def _refocused(sigma: float, noise: float) -> Callable[[Image], Altered]:
    """Refocus by ``sigma`` pixels of the original, enlarged twice where it is small enough."""

    def alter(image: Image) -> Altered:
        factor = _allowed(2.0, image, MOST_REFOCUSED)
        if factor < LEAST_FACTOR:
            return refocus(image, sigma, noise), WHOLE
        sharp = refocus(enlarge(image, factor), sigma * factor, noise)
        return sharp, Placement.scaled(factor)

    return alter


def _soft(image: Image) -> Image:
    return sharpen(image, 1.5, -1)


def _very_sharp(image: Image) -> Image:
    return sharpen(image, 6, 4)


def _strategies() -> Iterator[Strategy]:
    yield Strategy("sharp", _larger(3, partial(sharpen, sigma=5, amount=2)))
    yield Strategy("denoised", _larger(2, partial(denoise, side=5)))
    yield Strategy("zbar", _larger(2), zbar=True)
    yield Strategy("turned 22", _turned(22))
    yield Strategy("sharp", _larger(2, partial(sharpen, sigma=6, amount=3)))
    yield Strategy("turned -22", _turned(-22))
    yield Strategy("contrast", _larger(2, spread_contrast))
    yield Strategy("turned 45", _turned(45))
    yield Strategy("large", _larger(2))
    yield Strategy("zbar", _smaller(0.5), zbar=True)
    yield Strategy("small", _smaller(0.5))
    yield Strategy("level", _larger(2, level_light), global_threshold=True)
    yield Strategy("zbar", _larger(2, partial(sharpen, sigma=3, amount=2)), zbar=True)
    yield Strategy("soft", _same(_soft))
    yield Strategy("denoised", _same(lambda image: sharpen(denoise(image, 5), 3, 2)))
    yield Strategy("threshold", _larger(2, partial(threshold, share=0.05, offset=5)))
    yield Strategy("zbar turned", _turned(30), zbar=True)
    yield Strategy("zbar turned", _turned(-30), zbar=True)
    for degrees in (-30, -15, 15, 30, 45):
        yield Strategy(f"turned {degrees}", _turned_larger(degrees))
    yield Strategy("sharp", _larger(4, partial(sharpen, sigma=6, amount=2)))
    yield Strategy("small", _smaller(0.33))
    yield Strategy("refocused 3", _refocused(3, 0.002))
    yield Strategy("refocused 2", _refocused(2, 0.003))
    yield Strategy("sharp", _larger(2, partial(sharpen, sigma=2, amount=-1), _very_sharp))


STRATEGIES = tuple(_strategies())
