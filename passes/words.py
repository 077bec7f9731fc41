"""Texts in several languages, and the few words that cards of every design share."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from pydantic import AfterValidator, StringConstraints

Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$", max_length=11),
]
"""A language by its BCP 47 tag: ``en``, ``de``, ``pt-BR``, ``zh-Hant``."""


def _known(language: str) -> str:
    """Refuse a language that no date can be written in."""
    try:
        Locale.parse(language, sep="-")
    except UnknownLocaleError:
        raise ValueError("not a language that is known here") from None
    return language


KnownLanguage = Annotated[Language, AfterValidator(_known)]

LocalText = Mapping[str, str]
"""One text by language. The first one is taken for a language that is missing."""


class FaceStatus(StrEnum):
    """How the holder of a card stands, as the card says it."""

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
"""English is taken for languages that are missing here."""

NO_END: LocalText = {"en": "Without end", "de": "Ohne Ende"}


def said(text: LocalText, language: str) -> str:
    """The text in a language, in its base language, or in the first one there is; else empty."""
    for wanted in (language, language.split("-", maxsplit=1)[0]):
        if wanted in text:
            return text[wanted]
    return next(iter(text.values()), "")


def written(day: date, language: str) -> str:
    """A day as a language writes it, not abbreviated to figures: ``31 Mar 2027``."""
    return format_date(day, "medium", locale=Locale.parse(language, sep="-"))
