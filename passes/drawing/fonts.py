"""The shipped fonts, and which of them has the letters of a text.

Inter comes first, then a font of Noto for each script, then one for Chinese, Japanese and Korean
each, and last one with symbols. Only these are used, so that a card looks the same everywhere. How
the files are made: ``tools/fallback_fonts.py``.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import uharfbuzz as hb


class Weight(StrEnum):
    """Font weight, as in the names of Inter's files."""

    REGULAR = "Regular"
    MEDIUM = "Medium"
    SEMI_BOLD = "SemiBold"
    BOLD = "Bold"


EMBOLDENED = {Weight.MEDIUM: 0.01, Weight.SEMI_BOLD: 0.02, Weight.BOLD: 0.03}
"""By how much the strokes of fonts with one weight are thickened, in parts of the size."""

_NOTO_SANS = (
    "Arabic", "Hebrew", "Devanagari", "Bengali", "Thai", "Tamil", "Telugu", "Gujarati",
    "Kannada", "Malayalam", "Gurmukhi", "Oriya", "Sinhala", "Khmer", "Lao", "Myanmar",
    "Georgian", "Armenian", "Ethiopic", "Syriac", "Thaana", "NKo", "Tifinagh", "Mongolian",
    "Cherokee", "CanadianAboriginal", "Javanese",
)  # fmt: skip

SCRIPTS = (
    *(f"NotoSans{each}-Regular.ttf" for each in _NOTO_SANS),
    "NotoSerifTibetan-Regular.ttf",
)

CJK = ("DroidSansFallback.ttf", "NotoSansKR-Hangul.otf", "NotoSansCJK-Supplement.otf")
"""Han and kana, then Hangul, then Han beyond the first plane."""

SYMBOLS = "DejaVuSans-Rest.ttf"


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """A font file of one weight. ``bold`` is by how much its strokes are thickened when drawn.

    ``shaper`` is not changed after it is made, so that threads may share it.
    """

    path: Path
    units: int
    bold: float
    shaper: hb.Font

    def has(self, cluster: str) -> bool:
        """Whether the font has all letters of a cluster, marks included."""
        return _has(self, cluster)


@dataclass(frozen=True, slots=True)
class Fonts:
    """The folder with ``Inter-*.otf`` and the folder ``scripts``."""

    folder: Path

    def first(self, weight: Weight) -> Font:
        """Return Inter. Raises OSError if it is missing."""
        return load(self.folder / f"Inter-{weight.value}.otf", 0.0)

    def font_for(self, cluster: str, weight: Weight) -> Font | None:
        """Return the first font that has a cluster; None if no font has it."""
        return _font_for(self, cluster, weight)


@lru_cache(maxsize=16)
def _other_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of all fonts but Inter, in the order in which they are asked."""
    return tuple(folder / "scripts" / name for name in (*SCRIPTS, *CJK, SYMBOLS))


@lru_cache(maxsize=256)
def load(path: Path, bold: float) -> Font:
    """Return a font of a file. Raises OSError if the file cannot be read."""
    with path.open("rb"):  # the library's own error for a missing file does not name it
        face = hb.Face(hb.Blob.from_file_path(path))
    shaper = hb.Font(face)
    if bold:
        shaper.synthetic_bold = (bold, bold, True)
    return Font(path, face.upem, bold, shaper)


@lru_cache(maxsize=8192)
def _font_for(fonts: Fonts, cluster: str, weight: Weight) -> Font | None:
    """Return the first font that has a cluster, of which a text in Han letters asks 30."""
    inter = fonts.first(weight)
    if inter.has(cluster):
        return inter
    for path in _other_files(fonts.folder):
        font = load(path, EMBOLDENED.get(weight, 0.0))
        if font.has(cluster):
            return font
    return None


@lru_cache(maxsize=16384)
def _has(font: Font, cluster: str) -> bool:
    """Whether no letter of a cluster is shaped to the glyph for missing letters, number 0."""
    if len(cluster) == 1:
        return font.shaper.get_nominal_glyph(ord(cluster)) is not None
    if font.shaper.get_nominal_glyph(ord(cluster[0])) is None:
        return False
    buffer = hb.Buffer()
    buffer.add_str(cluster)
    buffer.guess_segment_properties()
    hb.shape(font.shaper, buffer)
    return all(each.codepoint for each in buffer.glyph_infos)
