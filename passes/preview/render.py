"""Preview of a card as a wallet draws it, as wide as a phone's screen in its pixels.

The wallets' own fonts may not be redistributed; Inter replaces them.
"""

import io
from collections.abc import Mapping
from typing import Literal

from PIL import Image

import resources
from passes.apple.initials import draw_logo
from passes.card import CardFace
from passes.design import ImageRole
from passes.drawing.fonts import Fonts
from passes.errors import ImageError
from passes.google.logo import google_logo
from passes.images import decode_png
from passes.preview.apple_card import AppleCard
from passes.preview.google_card import GoogleCard
from passes.words import is_right_to_left

Wallet = Literal["apple", "google"]


def preview_png(
    face: CardFace, images: Mapping[ImageRole, bytes], wallet: Wallet, language: str
) -> bytes:
    """Return the front of a card as PNG, 1125 pixels wide for Apple and 1082 for Google.

    ``images`` are fitted pictures (``passes.images``). For a right-to-left language the card is
    mirrored, as on a phone.

    Raises:
        PassContentError: the code is too long, or the language is unknown.
        ImageError: a picture is not a PNG.
    """
    pictures = {role: _decoded(role, data) for role, data in images.items()}
    fonts = Fonts(resources.path("fonts"))
    mirrored = is_right_to_left(language)
    design, organization = face.design, face.facts.organization
    if wallet == "apple":
        if ImageRole.LOGO not in pictures:
            badge = draw_logo(organization, design.foreground, design.background)
            pictures[ImageRole.LOGO] = decode_png(badge)
        drawn = AppleCard(face, pictures, language).draw(fonts, mirrored=mirrored)
    else:
        logo = decode_png(google_logo(design, organization, images, fonts.folder))
        drawn = GoogleCard(face, logo, pictures, language).draw(fonts, mirrored=mirrored)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def _decoded(role: ImageRole, data: bytes) -> Image.Image:
    """Decode a picture. Raises ImageError."""
    try:
        return decode_png(data)
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageError(f"images.{role.value}", "the picture is no PNG") from error
