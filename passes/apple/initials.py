"""Icon and logo for an organization without pictures: its initials."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

import resources
from passes.design import ImageRole
from passes.images import BOUNDS

_FONT = "fonts/Inter-Bold.otf"
_SUPERSAMPLED = 4
_MISSING_GLYPH = "\uffff"


def draw_icon(organization_name: str, ink: str, paper: str) -> bytes:
    """Return an icon as PNG, 87 x 87: initials in ``ink`` on ``paper`` (``#rrggbb``)."""
    return _drawn(_initials(organization_name), ink, paper, BOUNDS[ImageRole.ICON].height, 0)


def draw_logo(organization_name: str, ink: str, paper: str) -> bytes:
    """Return a logo as PNG, 150 x 150, for a card of the colour ``paper``: a badge in ``ink``."""
    side = BOUNDS[ImageRole.LOGO].height
    return _drawn(_initials(organization_name), paper, ink, side, side // 5)


def _initials(name: str) -> str:
    """Return the initials of the first and last word; those without a glyph are skipped."""
    starts = [word[0].upper()[0] for word in name.split() if word[0].isalnum()]
    drawable = [start for start in starts if _has_glyph(start)]
    return "".join(drawable[:1] + drawable[1:][-1:])


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size in pixels."""
    return ImageFont.truetype(str(resources.path(_FONT)), size)


def _has_glyph(character: str) -> bool:
    """Whether the font has a glyph for a character."""
    font = _font(40)
    return bytes(font.getmask(character)) != bytes(font.getmask(_MISSING_GLYPH))


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
        font = _font(large * 48 // 100 if len(initials) > 1 else large * 62 // 100)
        draw.text((large / 2, large / 2), initials, fill=ink, font=font, anchor="mm")
    else:
        edge = large // 4
        draw.ellipse((edge, edge, large - edge, large - edge), outline=ink, width=large // 12)
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
