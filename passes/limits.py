"""What a wallet would drop from a card without a word: refused while a design is edited."""

from collections.abc import Iterator
from dataclasses import dataclass

from passes.contrast import check_contrast
from passes.design import CardKind, Design, ImageRole, Slot, Symbology
from passes.errors import DesignError
from passes.google.face import MOST_IN_ROW, ROWS

MOST_BELOW = 4
"""Secondary and auxiliary fields together, on a store card and on a generic pass with a square
code (Wallet Developer Guide, Pass Design and Creation)."""

SURE_TITLE = 20
"""Characters of a program name that Google Wallet shows on every phone (REST, LoyaltyClass)."""

_SQUARE = (Symbology.QR, Symbology.AZTEC)
_SHOWN_ONLY_ON = {
    ImageRole.STRIP: CardKind.STORE_CARD,
    ImageRole.THUMBNAIL: CardKind.GENERIC,
}


@dataclass(frozen=True, slots=True)
class DesignHint:
    """What could be better in a design, though a card of it can be used."""

    path: str
    message: str
    suggestion: str | None = None


def check_design(design: Design) -> tuple[DesignHint, ...]:
    """Check that wallets show all of a design, and that it can be read. Returns hints.

    Raises DesignError, with its path, for the first thing that they would not show.
    """
    _check_fields(design)
    for role, kind in _SHOWN_ONLY_ON.items():
        if role in design.images and design.kind is not kind:
            message = f"Apple Wallet shows this picture only on cards of the kind {kind.value}"
            raise DesignError(f"images.{role.value}", message)
    contrast = check_contrast(design)
    return (
        *(DesignHint(each.path, each.message, each.suggestion) for each in contrast),
        *_long_titles(design),
        *_in_googles_form(design),
    )


def _check_fields(design: Design) -> None:
    """Refuse more fields below the primary one than Apple Wallet has room for."""
    if design.kind is CardKind.GENERIC and design.symbology not in _SQUARE:
        return
    below = (Slot.SECONDARY, Slot.AUXILIARY)
    places = [place for place, each in enumerate(design.fields) if each.slot in below]
    if len(places) > MOST_BELOW:
        raise DesignError(
            f"fields[{places[MOST_BELOW]}]",
            f"of secondary and auxiliary fields together, Apple Wallet shows {MOST_BELOW}",
        )


def _long_titles(design: Design) -> tuple[DesignHint, ...]:
    """Hints at titles that some phones cut."""
    return tuple(
        DesignHint(
            f"title.{language}",
            f"Google Wallet may cut a title after {SURE_TITLE} characters",
            text[:SURE_TITLE].rstrip(),
        )
        for language, text in design.title.items()
        if len(text) > SURE_TITLE
    )


def _in_googles_form(design: Design) -> Iterator[DesignHint]:
    """Hints at what Google Wallet shows elsewhere or otherwise than Apple Wallet."""
    if ImageRole.LOGO in design.images and ImageRole.ICON not in design.images:
        message = "Google Wallet shows the logo in a small circle; a square icon is seen better"
        yield DesignHint("images.icon", message)
    for slots in ROWS:
        fields = [each for slot in slots for each in design.fields if each.slot is slot]
        for field in fields[MOST_IN_ROW:]:
            message = f"Google Wallet shows {MOST_IN_ROW} side by side, this among the details"
            yield DesignHint(f"fields[{design.fields.index(field)}]", message)
