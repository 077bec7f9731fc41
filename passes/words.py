"""Texts in several languages, and the few texts that cards of every design share."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from pydantic import AfterValidator, StringConstraints

from passes.errors import PassContentError

Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$", max_length=11),
]
"""A language as a BCP 47 tag: ``en``, ``de``, ``pt-BR``, ``zh-Hant``."""


def _known(language: str) -> str:
    """Refuse a language for which CLDR has no date formats."""
    try:
        Locale.parse(language, sep="-")
    except UnknownLocaleError:
        raise ValueError("not a language that is known here") from None
    return language


KnownLanguage = Annotated[Language, AfterValidator(_known)]

LocalText = Mapping[str, str]
"""A text by language. The first one is used for a language that is missing."""


class FaceStatus(StrEnum):
    """The status of a card's holder, as shown on the card."""

    ACTIVE = "active"
    EXPIRED = "expired"
    NOT_YET_STARTED = "not_yet_started"
    NO_MEMBERSHIP = "no_membership"
    BLOCKED = "blocked"
    REVOKED = "revoked"


STATUS_WORDS: Mapping[FaceStatus, LocalText] = {
    FaceStatus.ACTIVE: {"en": "Active", "de": "Aktiv"},
    FaceStatus.EXPIRED: {"en": "Expired", "de": "Abgelaufen"},
    FaceStatus.NOT_YET_STARTED: {"en": "Not yet started", "de": "Beginnt noch"},
    FaceStatus.NO_MEMBERSHIP: {"en": "No membership", "de": "Keine Mitgliedschaft"},
    FaceStatus.BLOCKED: {"en": "Please ask at the desk", "de": "Bitte am Empfang melden"},
    FaceStatus.REVOKED: {"en": "No longer valid", "de": "Nicht mehr gültig"},
}
"""English is used for languages that are missing here."""

NO_END: LocalText = {"en": "Without end", "de": "Ohne Ende"}


def localize(text: LocalText, language: str) -> str:
    """Return a text in ``language``, else in its base language, else in the first there is.

    Returns an empty string if there is none.
    """
    for wanted in (language, language.split("-", maxsplit=1)[0]):
        if wanted in text:
            return text[wanted]
    return next(iter(text.values()), "")


def format_day(day: date, language: str) -> str:
    """Return a day in CLDR's medium format, such as ``31 Mar 2027``."""
    return format_date(day, "medium", locale=Locale.parse(language, sep="-"))


def is_right_to_left(language: str) -> bool:
    """Whether a language is written from right to left. Raises PassContentError if unknown."""
    try:
        return Locale.parse(language, sep="-").text_direction == "rtl"
    except (UnknownLocaleError, ValueError):
        raise PassContentError("language", f"{language!r} is no language") from None
