"""Icon and logo for an organization without pictures: its initials."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw

import resources
from passes.design import ImageRole
from passes.drawing.clusters import initial, one_line
from passes.drawing.fitting import TextStyle
from passes.drawing.fonts import Fonts, Weight
from passes.drawing.painting import paint_in_middle
from passes.images import BOUNDS

_SUPERSAMPLED = 4
_APART = "\u200c"
"""Between initials, so that those of scripts that join are not joined (zero width non-joiner)."""


def draw_icon(organization_name: str, ink: str, paper: str) -> bytes:
    """Return an icon as PNG, 87 x 87: initials in ``ink`` on ``paper`` (``#rrggbb``)."""
    return _drawn(_initials(organization_name), ink, paper, BOUNDS[ImageRole.ICON].height, 0)


def draw_logo(organization_name: str, ink: str, paper: str) -> bytes:
    """Return a logo as PNG, 150 x 150, for a card of the colour ``paper``: a badge in ``ink``."""
    side = BOUNDS[ImageRole.LOGO].height
    return _drawn(_initials(organization_name), paper, ink, side, side // 5)


def _initials(name: str) -> str:
    """Return the initials of the first and last word, with their marks."""
    starts = [start for word in one_line(name).split(" ") if (start := initial(word))]
    return _APART.join(starts[:1] + starts[1:][-1:])


@lru_cache(maxsize=64)
def _drawn(initials: str, ink: str, paper: str, side: int, radius: int) -> bytes:
    """Return a square PNG of ``side`` pixels with the initials, or a ring if there are none."""
    large = side * _SUPERSAMPLED
    image = Image.new("RGBA", (large, large), (0, 0, 0, 0) if radius else paper)
    draw = ImageDraw.Draw(image)
    if radius:
        corner = radius * _SUPERSAMPLED
        draw.rounded_rectangle((0, 0, large - 1, large - 1), corner, fill=paper)
    if initials:
        share = 48 if _APART in initials else 62
        style = TextStyle(large * share // 100, ink, Weight.BOLD, least=large * 20 // 100)
        paint_in_middle(image, initials, style, Fonts(resources.path("fonts")))
    else:
        edge = large // 4
        draw.ellipse((edge, edge, large - edge, large - edge), outline=ink, width=large // 12)
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
