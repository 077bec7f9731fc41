"""A card as the wallets draw it, as a picture of a phone's width in its own pixels.

The wallets' own fonts may not be passed on, so Inter stands in for them.
"""

import io
from collections.abc import Mapping
from typing import Literal

from babel import Locale, UnknownLocaleError
from PIL import Image

import resources
from passes.apple.initials import drawn_logo
from passes.card import CardFace
from passes.design import ImageRole
from passes.drawing.fonts import Fonts
from passes.errors import ImageError, PassContentError
from passes.google.logo import google_logo
from passes.images import opened_png
from passes.preview.apple_card import AppleCard
from passes.preview.google_card import GoogleCard

Wallet = Literal["apple", "google"]


def preview_png(
    face: CardFace, images: Mapping[ImageRole, bytes], wallet: Wallet, language: str
) -> bytes:
    """Draw the front of a card: PNG, 1125 pixels wide for Apple and 1082 for Google.

    ``images`` are fitted pictures (``passes.images``). In a language that is read from right to
    left the card is mirrored, as phones do.

    Raises:
        PassContentError: the code is too long to be drawn, or the language is none.
        ImageError: a picture is no PNG.
    """
    pictures = {role: _opened(role, data) for role, data in images.items()}
    fonts = Fonts(resources.path("fonts"))
    mirrored = _right_to_left(language)
    design, organization = face.design, face.facts.organization
    if wallet == "apple":
        if ImageRole.LOGO not in pictures:
            badge = drawn_logo(organization, design.foreground, design.background)
            pictures[ImageRole.LOGO] = opened_png(badge)
        drawn = AppleCard(face, pictures, language).draw(fonts, mirrored=mirrored)
    else:
        logo = opened_png(google_logo(design, organization, images, fonts.folder))
        drawn = GoogleCard(face, logo, pictures, language).draw(fonts, mirrored=mirrored)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def _opened(role: ImageRole, data: bytes) -> Image.Image:
    """A picture, decoded. Raises ImageError."""
    try:
        return opened_png(data)
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageError(f"images.{role.value}", "the picture is no PNG") from error


def _right_to_left(language: str) -> bool:
    """Whether a language is read from right to left. Raises PassContentError."""
    try:
        return Locale.parse(language, sep="-").text_direction == "rtl"
    except (UnknownLocaleError, ValueError):
        raise PassContentError("language", f"{language!r} is no language") from None
