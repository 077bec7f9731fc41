"""A line of text as letters: fonts by script, shaping, and directions of writing (UAX #9).

The same layout is drawn on pictures (``canvas``) and in PDFs (``pdf_text``). All lengths are in
parts of the font size, so that a line is laid out once and drawn in any size.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

import uharfbuzz as hb
from fontTools.unicodedata import script

from passes.drawing.clusters import MISSING, clusters
from passes.drawing.fonts import Font, Fonts, Weight

_TURNED = frozenset({"R", "AL", "AN"})
"""Classes of characters that are not written from left to right (UAX #9)."""

_NO_SCRIPT = frozenset({"Zyyy", "Zinh", "Zzzz"})
_DIRECTED = frozenset({"L", "R", "AL", "EN", "AN"})
_MOST_SIGNS = 64
"""Signs without a direction that are looked at, at either end of a row of them."""


class Part(NamedTuple):
    """A glyph of a font, by number, at a place in the units of the font; ``y`` is up."""

    number: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What is seen as one letter, with its marks: glyphs of one font, and its text.

    ``x`` is its place on the baseline from the start of the line, in parts of the size; ``width``
    and the places of its parts are in the font's units, from ``x``.
    """

    font: Font
    parts: tuple[Part, ...]
    width: int
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """The letters of a line in the order in which it is read, and its width."""

    letters: tuple[Letter, ...]
    width: float


@dataclass(frozen=True, slots=True)
class _Run:
    """Clusters of one font, script and direction. ``level`` is odd from right to left."""

    font: Font
    level: int
    clusters: tuple[str, ...]
    shaped: tuple[str, ...]
    """What is shaped for each cluster: itself, or the sign for a missing one."""


def reads_right_to_left(text: str) -> bool | None:
    """Whether the first letter of a text is written from right to left; None without a letter."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"R", "AL"}:
            return True
        if direction == "L":
            return False
    return None


@lru_cache(maxsize=1024)
def lay_out(text: str, fonts: Fonts, weight: Weight, right_to_left: bool = False) -> Line:
    """Return the layout of a line, whose text has no line breaks (``clusters.one_line``).

    The direction is that of its first letter, or ``right_to_left`` without one. Nothing is left
    out: a cluster that no font has is drawn as a box. Raises OSError without the fonts.
    """
    own = reads_right_to_left(text)
    base = right_to_left if own is None else own
    runs = list(_runs(text, fonts, weight, base))
    placed: dict[int, tuple[Letter, ...]] = {}
    x = 0.0
    for number in _visual_order([each.level for each in runs]):
        letters, advance = _shape(runs[number], x)
        placed[number] = letters
        x += advance
    return Line(tuple(letter for number in sorted(placed) for letter in placed[number]), x)


def _runs(text: str, fonts: Fonts, weight: Weight, base: bool) -> Iterator[_Run]:
    """Yield the runs of a text in the order in which it is read."""
    levels = _levels(text, base)
    items: list[tuple[tuple[int, int, str], Font, str, str]] = []
    written, font, place = "Zyyy", fonts.first(weight), 0
    for cluster in clusters(text):
        own = script(cluster[0])
        common = own in _NO_SCRIPT
        chosen = font if common and items and font.has(cluster) else None
        chosen = chosen or fonts.font_for(cluster, weight)
        shaped = cluster
        if chosen is None:
            chosen, shaped = fonts.first(weight), MISSING
        elif not common:
            written = own
        font = chosen
        key = (levels[place], id(chosen), written)
        items.append((key, chosen, cluster, shaped))
        place += len(cluster)
    for (level, _, _), group in groupby(items, key=lambda each: each[0]):
        same = list(group)
        run_clusters = tuple(each[2] for each in same)
        yield _Run(same[0][1], level, run_clusters, tuple(each[3] for each in same))


def _levels(text: str, right_to_left: bool) -> list[int]:
    """Return the embedding level of each character; marks and joiners have that of their letter."""
    if not right_to_left and _TURNED.isdisjoint(map(unicodedata.bidirectional, text)):
        return [0] * len(text)
    from fpdf.bidi import BidiParagraph  # noqa: PLC0415 - slow to load, and most texts need none
    from fpdf.enums import TextDirection  # noqa: PLC0415

    direction = TextDirection.RTL if right_to_left else TextDirection.LTR
    kept = list(_deciding(text))
    paragraph = BidiParagraph("".join(text[place] for place in kept), direction)
    known = {
        kept[each.character_index]: each.embedding_level
        for each in paragraph.get_characters_with_embedding_level()
    }
    levels: list[int] = []
    for place in range(len(text)):
        before = levels[-1] if levels else int(right_to_left)
        levels.append(known.get(place, before))
    return levels


def _deciding(text: str) -> Iterator[int]:
    """Yield the places of the characters whose levels are computed.

    Left out is the middle of a long row of signs, which has the level of the sign before it: fpdf2
    recurses once for each sign up to the next letter, and Python gives up at 1,000.
    """
    for directed, row in groupby(
        range(len(text)), key=lambda place: unicodedata.bidirectional(text[place]) in _DIRECTED
    ):
        places = list(row)
        if directed or len(places) <= 2 * _MOST_SIGNS:
            yield from places
        else:
            yield from places[:_MOST_SIGNS]
            yield from places[-_MOST_SIGNS:]


def _visual_order(levels: list[int]) -> list[int]:
    """Return the runs from left to right (UAX #9, rule L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end + 1
    return order


def _shape(run: _Run, left: float) -> tuple[tuple[Letter, ...], float]:
    """Return the letters of a run from ``left``, in the order in which they are read; its width."""
    rtl = run.level % 2 == 1
    buffer = hb.Buffer()
    buffer.add_str("".join(run.shaped))
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    hb.shape(run.font.shaper, buffer)
    glyphs = zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    letters: dict[int, Letter] = {}
    x = 0
    for start, group in groupby(glyphs, key=lambda each: each[0].cluster):
        parts, width = [], 0
        for info, position in group:
            parts.append(Part(info.codepoint, width + position.x_offset, position.y_offset))
            width += position.x_advance
        letters[start] = Letter(run.font, tuple(parts), width, left + x / run.font.units, "")
        x += width
    read: list[Letter] = []
    in_order = [letter for _, letter in sorted(letters.items(), key=lambda each: each[0])]
    for letter, text in zip(in_order, _texts(run, letters), strict=True):
        read.extend(_turned(letter, text) if rtl else [replace(letter, text=text)])
    return tuple(read), x / run.font.units


def _texts(run: _Run, starts: Iterable[int]) -> Iterator[str]:
    """Yield the text of each letter, whose starts are places in what is shaped."""
    texts: list[str] = []
    for cluster, drawn in zip(run.clusters, run.shaped, strict=True):
        texts.extend(cluster if cluster == drawn else [cluster])
    for start, following in pairwise([*sorted(starts), len(texts)]):
        yield "".join(texts[start:following])


def _turned(letter: Letter, text: str) -> Iterator[Letter]:
    """Yield a letter from right to left as one for each character of its text, side by side.

    Readers of PDFs turn round what stands for several characters, as a ligature does. The first
    has the glyphs, the others are blank.
    """
    step = letter.width / max(1, len(text))
    for place, character in enumerate(text or " "):
        offset = round(letter.width - step * (place + 1))
        parts = tuple(each._replace(x=each.x - offset) for each in letter.parts)
        x = letter.x + offset / letter.font.units
        yield Letter(letter.font, () if place else parts, round(step), x, character)
