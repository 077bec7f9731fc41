"""Translations: one gettext catalogue for each language, in ``resources/translations``.

Messages are written in English in the source and the templates. The ``.po`` files are read as
they are, without a build step, each when its language is first used.
"""

from collections.abc import Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

import resources

SOURCE_LANGUAGE = "en"
LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
"""Languages with a complete catalogue: ISO 639-1 code and own name. The first is the default."""


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """Return the translations into ``language``; for English the messages themselves.

    Raises ValueError for a language that is not in ``LANGUAGES``.
    """
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    if language not in LANGUAGES:
        raise ValueError(f"There is no translation for {language!r}.")
    # A process that shows no translated text does not load the parser.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with resources.path(f"translations/{language}.po").open("rb") as source:
        messages = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translatable(sentence: str) -> str:
    """Return ``sentence``, which ``tools.catalogue`` finds by this call."""
    return sentence


def translated(sentence: str, language: str) -> str:
    """Return a whole sentence in ``language``, or as it is if its catalogue does not have it.

    Raises ValueError for a language that is not in ``LANGUAGES``.
    """
    # The empty message is the header of the catalogue.
    return catalogue(language).gettext(sentence) if sentence else ""
