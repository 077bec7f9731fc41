"""Texts in several languages, and the few texts that cards of every design share."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from pydantic import AfterValidator, StringConstraints

from passes.errors import PassContentError
from passes.status_words import words_by_language

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
    status: words_by_language(status.value) for status in FaceStatus
}
"""English is used for languages that are missing here (``passes.status_words``)."""

NO_END: LocalText = words_by_language("no_end")


def localize(text: LocalText, language: str) -> str:
    """Return a text in ``language``, else in its base language, else in the first there is.

    Returns an empty string if there is none.
    """
    found = text_in(text, language)
    return next(iter(text.values()), "") if found is None else found


def in_languages(
    own: LocalText | None, common: LocalText, languages: Iterable[str]
) -> dict[str, str]:
    """Return a text in each language, and in English.

    ``own`` are the words of a design, ``common`` those of every design: the design's come first,
    but those of another language only where the common ones have no such language either.
    """
    return {language: _worded(own or {}, common, language) for language in (*languages, "en")}


def _worded(own: LocalText, common: LocalText, language: str) -> str:
    """Return a text in a language."""
    for words in (own, common):
        found = text_in(words, language)
        if found is not None:
            return found
    return localize(own or common, language)


def text_in(text: LocalText, language: str) -> str | None:
    """Return a text in a language or its base language; None if it has neither."""
    parts = language.split("-")
    tags = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((text[each] for each in tags if each in text), None)


def format_day(day: date, language: str) -> str:
    """Return a day in CLDR's medium format, such as ``31 Mar 2027``."""
    return format_date(day, "medium", locale=Locale.parse(language, sep="-"))


def is_right_to_left(language: str) -> bool:
    """Whether a language is written from right to left. Raises PassContentError if unknown."""
    try:
        return Locale.parse(language, sep="-").text_direction == "rtl"
    except (UnknownLocaleError, ValueError):
        raise PassContentError("language", f"{language!r} is no language") from None
