"""The logo that Google Wallet draws in a circle: a square picture, made for every design.

Google asks for at least 660 x 660 pixels with a coloured ground to the edge, and a margin of
15 percent that the circle may cut into (Google Wallet, "Brand guidelines", Logos). No picture
of a design is of that form: its icon is small, its logo wide, and it may have neither.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw

from passes.contrast import contrast_ratio
from passes.design import Design, ImageRole
from passes.drawing.fonts import Fonts, Weight
from passes.images import opened_png

SIDE = 660
_SAFE = 0.70
_LARGEST_SCALE = 6.0
_LETTER = 0.5
_FORM = 1
"""To be raised when the same design is drawn otherwise, so that its address changes."""


def logo_role(design: Design) -> ImageRole | None:
    """Which picture of a design is used: the icon, else the logo, else none."""
    return next((each for each in (ImageRole.ICON, ImageRole.LOGO) if each in design.images), None)


def logo_tag(design: Design, organization: str) -> str:
    """Names the logo: all that it is drawn from, as SHA-256 in hexadecimal."""
    role = logo_role(design)
    drawn_from = [
        _FORM,
        design.background,
        design.foreground,
        design.images[role] if role else _initial(organization),
    ]
    return hashlib.sha256(json.dumps(drawn_from).encode()).hexdigest()


def google_logo(
    design: Design, organization: str, images: Mapping[ImageRole, bytes], fonts_folder: Path
) -> bytes:
    """The logo as PNG: a picture of the design on its background, or the first letter.

    ``images`` are the design's own, fitted (``passes.images``). Raises OSError if the fonts are
    not in ``fonts_folder`` and a letter is to be drawn.
    """
    square = Image.new("RGBA", (SIDE, SIDE), design.background)
    role = logo_role(design)
    if role is not None and role in images:
        _place(square, opened_png(images[role]))
    else:
        _letter(square, _initial(organization), _ink(design), Fonts(fonts_folder))
    out = io.BytesIO()
    square.convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def _place(square: Image.Image, picture: Image.Image) -> None:
    """Draw a picture in the middle, as large as the margin allows."""
    scale = min(SIDE * _SAFE / max(picture.size), _LARGEST_SCALE)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    scaled = picture.resize(size, Image.Resampling.LANCZOS)
    square.alpha_composite(scaled, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))


def _letter(square: Image.Image, letter: str, ink: str, fonts: Fonts) -> None:
    """Draw a letter in the middle."""
    font = fonts.font_for(letter, SIDE * _LETTER, Weight.BOLD)
    ImageDraw.Draw(square).text((SIDE / 2, SIDE / 2), letter, fill=ink, font=font, anchor="mm")


def _initial(organization: str) -> str:
    """The first letter or figure of a name."""
    return next((char.upper() for char in organization if char.isalnum()), "•")


def _ink(design: Design) -> str:
    """The design's own colour of text, or what can be read on its background."""
    if contrast_ratio(design.foreground, design.background) >= 3:
        return design.foreground
    inks = ("#ffffff", "#202124")
    return max(inks, key=lambda each: contrast_ratio(each, design.background))
