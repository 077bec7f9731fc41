"""Fonts for any text: Inter where it has the letters, else the first font that has them."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont


class Weight(StrEnum):
    """How heavy letters are, as Inter's files are named."""

    REGULAR = "Regular"
    MEDIUM = "Medium"
    SEMI_BOLD = "SemiBold"
    BOLD = "Bold"


_HEAVY = (Weight.SEMI_BOLD, Weight.BOLD)
_OF_THIS_MACHINE = (
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "Arial Unicode.ttf",
    "PingFang.ttc",
    "msyh.ttc",
    "malgun.ttf",
    "Nirmala.ttc",
    "leelawui.ttf",
)
"""Fonts of Linux, macOS and Windows for writings that the product brings no font for."""

_NO_LETTER = "\U0010fffe"
_TRIED_SIZE = 24


@dataclass(frozen=True, slots=True)
class Fonts:
    """The folder with ``Inter-*.otf`` and, for Arabic and Hebrew, ``DejaVuSans*.ttf``."""

    folder: Path

    def font_for(self, text: str, size: float, weight: Weight) -> FreeTypeFont:
        """The font for a text, ``size`` pixels to the em.

        A letter that no font has is drawn as a box. Raises OSError if Inter is not there.
        """
        candidates = self._candidates(weight)
        letters = {char for char in text if not char.isspace()}
        best = min(candidates, key=lambda name: sum(not _has(name, each) for each in letters))
        return _opened(best, size)

    def _candidates(self, weight: Weight) -> tuple[str, ...]:
        """Files to try, in this order."""
        inter = str(self.folder / f"Inter-{weight.value}.otf")
        name = "DejaVuSans-Bold.ttf" if weight in _HEAVY else "DejaVuSans.ttf"
        own = self.folder / name
        others = [own.name if not own.exists() else str(own), *_OF_THIS_MACHINE]
        return (inter, *(each for each in others if _is_here(each)))


@lru_cache(maxsize=256)
def _opened(name: str, size: float) -> FreeTypeFont:
    return ImageFont.truetype(name, size)


@lru_cache(maxsize=64)
def _is_here(name: str) -> bool:
    """Whether a font is in its place or, given by name only, on this machine."""
    try:
        ImageFont.truetype(name, _TRIED_SIZE)
    except OSError:
        return False
    return True


@lru_cache(maxsize=8192)
def _has(name: str, char: str) -> bool:
    """Whether a font has a letter: whether it is drawn otherwise than one that none has."""
    if unicodedata.category(char).startswith("C") or unicodedata.combining(char):
        return True  # nothing to see by itself
    return _drawn(name, char) != _drawn(name, _NO_LETTER)


def _drawn(name: str, char: str) -> tuple[tuple[int, int], bytes]:
    """What a letter looks like: size and pixels."""
    font = _basic(name)
    mask = font.getmask(char)
    return mask.size, bytes(mask)


@lru_cache(maxsize=32)
def _basic(name: str) -> FreeTypeFont:
    """A font that is asked for single letters, without any shaping."""
    return ImageFont.truetype(name, _TRIED_SIZE, layout_engine=ImageFont.Layout.BASIC)
