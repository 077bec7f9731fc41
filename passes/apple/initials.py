"""Icon and logo of an organization that has none: its initials."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

import resources
from passes.design import ImageRole
from passes.images import SPACES

_FONT = "fonts/Inter-Bold.otf"
_SUPERSAMPLED = 4
_NOT_IN_ANY_FONT = "\uffff"


def drawn_icon(organization_name: str, ink: str, paper: str) -> bytes:
    """An icon, PNG of the largest size. Colours as ``#rrggbb``."""
    return _drawn(_initials(organization_name), ink, paper, SPACES[ImageRole.ICON].height, 0)


def drawn_logo(organization_name: str, ink: str, paper: str) -> bytes:
    """A logo to stand on a card of the colour ``paper``: a badge of the colour ``ink``."""
    side = SPACES[ImageRole.LOGO].height
    return _drawn(_initials(organization_name), paper, ink, side, side // 5)


def _initials(name: str) -> str:
    """The first letters of the first and the last word that the font can draw."""
    starts = [word[0].upper()[0] for word in name.split() if word[0].isalnum()]
    drawable = [start for start in starts if _has_glyph(start)]
    return "".join(drawable[:1] + drawable[1:][-1:])


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The font, ``size`` in pixels."""
    return ImageFont.truetype(str(resources.path(_FONT)), size)


def _has_glyph(character: str) -> bool:
    """Whether the font draws a character as itself."""
    font = _font(40)
    return bytes(font.getmask(character)) != bytes(font.getmask(_NOT_IN_ANY_FONT))


@lru_cache(maxsize=64)
def _drawn(initials: str, ink: str, paper: str, side: int, radius: int) -> bytes:
    """A square of ``side`` pixels with initials, or with a ring where there are none."""
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
