"""Pictures that are made of others, or of a name, where a design has none of its own."""

import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw

from passes.design import ImageRole
from passes.drawing.canvas import fitting_inside
from passes.drawing.fonts import Fonts, Weight
from passes.images import SPACES, Picture, opened_png

GOOGLE_SIDE = 660
"""Pixels a side of a program logo (Google Wallet, Brand guidelines)."""

_MARGIN = 0.15
"""Of a program logo on each side, which the circle that Google cuts out of it may take."""


@lru_cache(maxsize=64)
def drawn_icon(name: str, background: str, foreground: str, fonts: Path) -> Picture:
    """The first letter of a name on a square: an icon for a design that has none.

    Raises OSError if Inter is not in the folder ``fonts``.
    """
    space = SPACES[ImageRole.ICON]
    large = Image.new("RGB", (space.width * 4, space.height * 4), background)
    letter = next((each for each in name.upper() if each.isalnum()), "•")[0]
    font = Fonts(fonts).font_for(letter, large.width * 0.58, Weight.SEMI_BOLD)
    left, top, right, bottom = font.getbbox(letter, anchor="ls")
    place = ((large.width - left - right) / 2, (large.height - top - bottom) / 2)
    ImageDraw.Draw(large).text(place, letter, foreground, font, anchor="ls")
    return _picture(large.resize((space.width, space.height), Image.Resampling.LANCZOS))


def program_logo(images: Mapping[ImageRole, bytes], background: str) -> Picture | None:
    """The logo for Google Wallet: a full square of the card's colour with the picture inside.

    Taken is the logo where it is about square, else the icon; None if there is neither.
    Raises OSError or SyntaxError for bytes that are no PNG.
    """
    pictures = {role: opened_png(data) for role, data in images.items()}
    square = squarest(pictures)
    return None if square is None else _picture(in_circle(square, background, GOOGLE_SIDE))


def squarest(pictures: Mapping[ImageRole, Image.Image]) -> Image.Image | None:
    """The picture that suits a circle best: the logo if it is hardly wider than high, or the
    icon; the logo if there is no icon.
    """
    logo, icon = pictures.get(ImageRole.LOGO), pictures.get(ImageRole.ICON)
    if logo is not None and (icon is None or logo.width <= logo.height * 1.25):
        return logo
    return icon


def in_circle(picture: Image.Image, background: str, side: int) -> Image.Image:
    """A picture on a square of ``side`` pixels, with a margin so that a circle cuts little off.

    A picture that is square and has no transparency of its own fills it.
    """
    square = Image.new("RGBA", (side, side), background)
    opaque = picture.getchannel("A").getextrema()[0] == 255
    if opaque and picture.width == picture.height:
        return picture.resize((side, side), Image.Resampling.LANCZOS).convert("RGB")
    room = side - 2 * round(side * _MARGIN)
    size = fitting_inside(picture.size, (room, room))
    scaled = picture.resize(size, Image.Resampling.LANCZOS)
    square.alpha_composite(scaled, ((side - size[0]) // 2, (side - size[1]) // 2))
    return square.convert("RGB")


def _picture(image: Image.Image) -> Picture:
    """A picture as PNG."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), image.width, image.height)
