"""Font selection: Inter if it has the glyphs of a text, else the first font that has them."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont


class Weight(StrEnum):
    """Font weight, as in the names of Inter's files."""

    REGULAR = "Regular"
    MEDIUM = "Medium"
    SEMI_BOLD = "SemiBold"
    BOLD = "Bold"


_HEAVY = (Weight.SEMI_BOLD, Weight.BOLD)
_SYSTEM_FONTS = (
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
"""Fonts of Linux, macOS and Windows for scripts that the shipped fonts do not cover."""

_MISSING_GLYPH = "\U0010fffe"
_PROBE_SIZE = 24


@dataclass(frozen=True, slots=True)
class Fonts:
    """The folder with ``Inter-*.otf`` and, for Arabic and Hebrew, ``DejaVuSans*.ttf``."""

    folder: Path

    def font_for(self, text: str, size: float, weight: Weight) -> FreeTypeFont:
        """Return the font for a text, of ``size`` pixels per em.

        A glyph that no font has is drawn as a box. Raises OSError if Inter is missing.
        """
        candidates = self._candidates(weight)
        letters = {char for char in text if not char.isspace()}
        best = min(candidates, key=lambda name: sum(not _has_glyph(name, each) for each in letters))
        return _load(best, size)

    def _candidates(self, weight: Weight) -> tuple[str, ...]:
        """Return the font files to try, in order."""
        inter = str(self.folder / f"Inter-{weight.value}.otf")
        name = "DejaVuSans-Bold.ttf" if weight in _HEAVY else "DejaVuSans.ttf"
        own = self.folder / name
        others = [own.name if not own.exists() else str(own), *_SYSTEM_FONTS]
        return (inter, *(each for each in others if _is_available(each)))


@lru_cache(maxsize=256)
def _load(name: str, size: float) -> FreeTypeFont:
    return ImageFont.truetype(name, size)


@lru_cache(maxsize=64)
def _is_available(name: str) -> bool:
    """Whether a font can be loaded: by its path, or by its name from the system."""
    try:
        ImageFont.truetype(name, _PROBE_SIZE)
    except OSError:
        return False
    return True


@lru_cache(maxsize=8192)
def _has_glyph(name: str, char: str) -> bool:
    """Whether a font has a glyph: it is drawn differently from a character that no font has."""
    if unicodedata.category(char).startswith("C") or unicodedata.combining(char):
        return True  # invisible by itself
    return _bitmap(name, char) != _bitmap(name, _MISSING_GLYPH)


def _bitmap(name: str, char: str) -> tuple[tuple[int, int], bytes]:
    """Return size and pixels of a glyph."""
    font = _unshaped(name)
    mask = font.getmask(char)
    return mask.size, bytes(mask)


@lru_cache(maxsize=32)
def _unshaped(name: str) -> FreeTypeFont:
    """Return a font for single glyphs, without text shaping."""
    return ImageFont.truetype(name, _PROBE_SIZE, layout_engine=ImageFont.Layout.BASIC)
