"""A card as the wallets draw it, as a picture of a phone's width in its own pixels.

The wallets' own fonts may not be passed on, so Inter stands in for them.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from babel import Locale, UnknownLocaleError

from passes.card import CardFace
from passes.design import ImageRole
from passes.drawing.apple_card import AppleCard
from passes.drawing.fonts import Fonts
from passes.drawing.google_card import GoogleCard
from passes.errors import ImageError
from passes.images import opened_png

Wallet = Literal["apple", "google"]


def preview_png(
    face: CardFace,
    images: Mapping[ImageRole, bytes],
    wallet: Wallet,
    language: str,
    *,
    fonts: Path,
) -> bytes:
    """Draw the front of a card: PNG, 1125 pixels wide for Apple and 1082 for Google.

    ``images`` are fitted pictures (``passes.images``). In a language that is read from right to
    left the card is mirrored, as phones do. ``fonts`` is a folder with ``Inter-*.otf``.

    Raises:
        PassContentError: the code is too long to be drawn.
        ImageError: a picture is no PNG.
        OSError: Inter is not in ``fonts``.
    """
    pictures = {}
    for role, data in images.items():
        try:
            pictures[role] = opened_png(data)
        except (OSError, SyntaxError, ValueError) as error:
            raise ImageError(f"images.{role.value}", "the picture is no PNG") from error
    form: type[AppleCard | GoogleCard] = AppleCard if wallet == "apple" else GoogleCard
    card = form(face, pictures, language)
    out = io.BytesIO()
    card.draw(Fonts(fonts), mirrored=_right_to_left(language)).save(out, "PNG")
    return out.getvalue()


def _right_to_left(language: str) -> bool:
    """Whether a language is read from right to left; an unknown one is not."""
    try:
        return Locale.parse(language, sep="-").text_direction == "rtl"
    except (UnknownLocaleError, ValueError):
        return False
