"""The logo of a design for Google Wallet, which draws it in a circle.

Google requires at least 660 x 660 pixels, a background to the edges, and a margin of 15 percent
that the circle may cut off (Google Wallet, "Brand guidelines", Logos). A design has no such
picture: its icon is small, its logo wide, and it may have neither.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from passes.contrast import contrast_ratio
from passes.design import Design, ImageRole
from passes.drawing.clusters import clusters, initial, one_line
from passes.drawing.fitting import TextStyle
from passes.drawing.fonts import Fonts, Weight
from passes.drawing.painting import paint_in_middle
from passes.images import decode_png

SIDE = 660
_SAFE = 0.70
_LARGEST_SCALE = 6.0
_LETTER = 0.5
_VERSION = 1
"""Incremented when the drawing of logos changes, so that their URLs change."""


def logo_role(design: Design) -> ImageRole | None:
    """Return which picture of a design is used: the icon, else the logo, else None."""
    return next((each for each in (ImageRole.ICON, ImageRole.LOGO) if each in design.images), None)


def logo_tag(design: Design, organization: str) -> str:
    """Return the SHA-256, in hexadecimal, of all that the logo is drawn from."""
    role = logo_role(design)
    drawn_from = [
        _VERSION,
        design.background,
        design.foreground,
        design.images[role] if role else _initial(organization),
    ]
    return hashlib.sha256(json.dumps(drawn_from).encode()).hexdigest()


def google_logo(
    design: Design, organization: str, images: Mapping[ImageRole, bytes], fonts_folder: Path
) -> bytes:
    """Return the logo as PNG, 660 x 660: a picture of the design, or the organization's initial.

    ``images`` are fitted pictures (``passes.images``). Raises OSError if an initial is to be drawn
    and the fonts are not in ``fonts_folder``.
    """
    square = Image.new("RGBA", (SIDE, SIDE), design.background)
    role = logo_role(design)
    if role is not None and role in images:
        _draw_picture(square, decode_png(images[role]))
    else:
        _draw_letter(square, _initial(organization), _text_colour(design), Fonts(fonts_folder))
    out = io.BytesIO()
    square.convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_picture(square: Image.Image, picture: Image.Image) -> None:
    """Draw a picture in the centre, as large as the margin allows."""
    scale = min(SIDE * _SAFE / max(picture.size), _LARGEST_SCALE)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    scaled = picture.resize(size, Image.Resampling.LANCZOS)
    square.alpha_composite(scaled, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))


def _draw_letter(square: Image.Image, letter: str, ink: str, fonts: Fonts) -> None:
    """Draw a letter in the centre."""
    paint_in_middle(square, letter, TextStyle(SIDE * _LETTER, ink, Weight.BOLD), fonts)


def _initial(organization: str) -> str:
    """Return the first letter or digit of a name, with its marks."""
    parts = clusters(one_line(organization))
    return next((letter for each in parts if (letter := initial(each))), "•")


def _text_colour(design: Design) -> str:
    """Return the design's foreground colour, or a readable one."""
    if contrast_ratio(design.foreground, design.background) >= 3:
        return design.foreground
    inks = ("#ffffff", "#202124")
    return max(inks, key=lambda each: contrast_ratio(each, design.background))
