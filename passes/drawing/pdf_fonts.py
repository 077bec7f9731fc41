"""Fonts in a PDF that hold only the letters that are drawn.

fpdf2 reads a whole font before it embeds a part of it, which takes seconds for one with all Han
letters. Here a small TrueType font is made of the letters of each line that the PDF does not have
yet. A letter with its marks is one glyph, so that every reader gives back its text whole and in
order.
"""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fpdf import FPDF
from fpdf.fonts import TTFFont

from passes.drawing.fonts import Font
from passes.drawing.layout import Letter, Part

_TOLERANCE = 1 / 2000
"""By how much an outline may differ from the font's, in parts of the size."""

_PRIVATE = 0xE000
"""Where the letters of a small font begin; the PDF says what each of them stands for."""


_Shape = tuple[Font, tuple[Part, ...], int]
"""What a letter looks like: font, parts and width in its units."""


class PdfFonts:
    """The letters that a PDF has so far, by their shape."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self._held: dict[_Shape, tuple[TTFFont, str]] = {}

    def add(self, letters: Iterable[Letter]) -> None:
        """Embed the letters whose shape the PDF does not have yet."""
        new: dict[Font, dict[_Shape, None]] = {}
        for letter in letters:
            shape = _shape(letter)
            if shape not in self._held:
                new.setdefault(letter.font, {})[shape] = None
        for font, shapes in new.items():
            named = {f"letter{number}": shape for number, shape in enumerate(shapes)}
            embedded = self._embed(font, named)
            self._held.update((shape, (embedded, name)) for name, shape in named.items())

    def code_of(self, letter: Letter) -> tuple[TTFFont, int]:
        """Return the font in the PDF and the code of a letter, which stands for its text.

        Raises KeyError for a letter that was not added.
        """
        embedded, name = self._held[_shape(letter)]
        glyph = embedded.subset.get_glyph(
            glyph=embedded.ttfont.getGlyphID(name),
            unicode=tuple(map(ord, letter.text)),
            glyph_name=name,
            glyph_width=round(embedded.scale * letter.width),
        )
        code = embedded.subset.pick_glyph(glyph)
        if code is None:
            raise KeyError(f"{letter.text!r} in {letter.font.path.name}")
        return embedded, code

    def _embed(self, font: Font, shapes: Mapping[str, _Shape]) -> TTFFont:
        """Add a font of some letters to the PDF."""
        key = f"{font.path.stem}-{len(self._pdf.fonts)}".lower()
        # fontTools opens a file in memory as well as a path, which is all that fpdf2 declares.
        source = cast(Path, io.BytesIO(_small_font(font, shapes)))
        embedded = TTFFont(self._pdf, source, key, "")
        self._pdf.fonts[key] = embedded
        return embedded


def _shape(letter: Letter) -> _Shape:
    return letter.font, letter.parts, letter.width


def _small_font(font: Font, shapes: Mapping[str, _Shape]) -> bytes:
    """Return a TrueType font in which each letter is a glyph, marks included."""
    glyphs = {".notdef": TTGlyphPen(None).glyph(), "space": TTGlyphPen(None).glyph()}
    widths = {".notdef": 0, "space": font.units // 4}
    for name, (_, parts, width) in shapes.items():
        pen = TTGlyphPen(None)
        curves = Cu2QuPen(pen, font.units * _TOLERANCE)
        for part in parts:
            moved = TransformPen(curves, (1, 0, 0, 1, part.x, part.y))
            font.shaper.draw_glyph_with_pen(part.number, moved)
        glyphs[name] = pen.glyph()
        widths[name] = max(0, width)
    builder = FontBuilder(font.units, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    letters = {_PRIVATE + place: name for place, name in enumerate(shapes)}
    builder.setupCharacterMap({0x20: "space", **letters})
    builder.setupGlyf(glyphs)
    table = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {name: (width, getattr(table[name], "xMin", 0)) for name, width in widths.items()}
    )
    extents = font.shaper.get_font_extents("ltr")
    up, down = extents.ascender, extents.descender
    builder.setupHorizontalHeader(ascent=up, descent=down)
    name = font.path.stem
    builder.setupNameTable({"familyName": name, "fullName": name, "psName": name})
    builder.setupOS2(
        sTypoAscender=up, sTypoDescender=down, usWinAscent=max(0, up), usWinDescent=max(0, -down)
    )
    builder.setupPost()
    # The time at which it is made is left out: a card made again is the same file.
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()
