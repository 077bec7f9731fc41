"""Limits of the wallets, checked when a design is edited: they drop silently what exceeds them."""

from collections.abc import Iterator
from dataclasses import dataclass

from passes.contrast import check_contrast
from passes.design import CardKind, Design, ImageRole, Shows, Slot, Symbology
from passes.errors import DesignError
from passes.google.face import MAX_FIELDS_IN_ROW, ROWS
from passes.words import STATUS_WORDS, FaceStatus, text_in

MAX_BELOW_PRIMARY = 4
"""Most secondary and auxiliary fields together, on a store card and on a generic pass with a square
code (Apple, Wallet Developer Guide, "Pass Design and Creation")."""

SAFE_TITLE_LENGTH = 20
"""Characters of a program name that Google Wallet shows on every phone (Google Wallet API,
"LoyaltyClass")."""

_SQUARE = (Symbology.QR, Symbology.AZTEC)
_SHOWN_ONLY_ON = {
    ImageRole.STRIP: CardKind.STORE_CARD,
    ImageRole.THUMBNAIL: CardKind.GENERIC,
}


@dataclass(frozen=True, slots=True)
class DesignHint:
    """A possible improvement of a design that is usable as it is.

    ``path`` names the place, such as ``fields[2]``; ``suggestion`` is a value for it, or None.
    """

    path: str
    message: str
    suggestion: str | None = None


def check_design(design: Design) -> tuple[DesignHint, ...]:
    """Check that both wallets show all of a design legibly. Returns hints for improvements.

    Raises DesignError, with its path, for the first part that they would not show.
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
        *_google_hints(design),
        *_missing_words(design),
    )


def _check_fields(design: Design) -> None:
    """Raise DesignError for more fields below the primary one than Apple Wallet shows."""
    if design.kind is CardKind.GENERIC and design.symbology not in _SQUARE:
        return
    below = (Slot.SECONDARY, Slot.AUXILIARY)
    indexes = [index for index, each in enumerate(design.fields) if each.slot in below]
    if len(indexes) > MAX_BELOW_PRIMARY:
        raise DesignError(
            f"fields[{indexes[MAX_BELOW_PRIMARY]}]",
            f"of secondary and auxiliary fields together, Apple Wallet shows {MAX_BELOW_PRIMARY}",
        )


def _long_titles(design: Design) -> tuple[DesignHint, ...]:
    """Hints at titles that Google Wallet truncates on some phones."""
    return tuple(
        DesignHint(
            f"title.{language}",
            f"Google Wallet may cut a title after {SAFE_TITLE_LENGTH} characters",
            text[:SAFE_TITLE_LENGTH].rstrip(),
        )
        for language, text in design.title.items()
        if len(text) > SAFE_TITLE_LENGTH
    )


def _google_hints(design: Design) -> Iterator[DesignHint]:
    """Hints at parts that Google Wallet shows differently from Apple Wallet."""
    if ImageRole.LOGO in design.images and ImageRole.ICON not in design.images:
        message = "Google Wallet shows the logo in a small circle; a square icon is seen better"
        yield DesignHint("images.icon", message)
    for slots in ROWS:
        fields = [each for slot in slots for each in design.fields if each.slot is slot]
        for field in fields[MAX_FIELDS_IN_ROW:]:
            message = (
                f"Google Wallet shows {MAX_FIELDS_IN_ROW} side by side, this among the details"
            )
            yield DesignHint(f"fields[{design.fields.index(field)}]", message)


def _missing_words(design: Design) -> Iterator[DesignHint]:
    """Hints at languages in which a shown status would be English."""
    if not any(each.shows is Shows.STATUS for each in design.fields):
        return
    for language in design.languages:
        missing = [
            status.value
            for status in FaceStatus
            if all(
                text_in(words, language) is None
                for words in (design.status_words.get(status, {}), STATUS_WORDS[status])
            )
        ]
        if missing:
            message = f"the words of a status ({', '.join(missing)}) are not known in {language}"
            yield DesignHint(f"status_words.{missing[0]}.{language}", message)
