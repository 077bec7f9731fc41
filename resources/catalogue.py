"""Translations: one gettext catalogue for each language, in ``resources/translations``.

Messages are written in English in the source and the templates. The ``.po`` files are read as
they are, without a build step, each when its language is first used.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

import resources

SOURCE_LANGUAGE = "en"


class Languages(Mapping[str, str]):
    """Languages with a catalogue in ``folder``: code and own name. The first is English.

    A catalogue that is put there appears by itself.
    """

    def __init__(self, folder: Path) -> None:
        self._codes = (SOURCE_LANGUAGE, *sorted(file.stem for file in folder.glob("*.po")))

    def __getitem__(self, code: str) -> str:
        """Return the own name of a language. Raises KeyError without a catalogue of it."""
        if code not in self._codes:
            raise KeyError(code)
        # Only who lists the languages needs their names.
        from babel import Locale  # noqa: PLC0415

        name = Locale.parse(code).get_display_name() or code
        return name[:1].upper() + name[1:]

    def __contains__(self, code: object) -> bool:
        """Return whether there is a catalogue of a language."""
        return code in self._codes

    def __iter__(self) -> Iterator[str]:
        """Return the codes."""
        return iter(self._codes)

    def __len__(self) -> int:
        """Return how many languages there are."""
        return len(self._codes)


LANGUAGES: Mapping[str, str] = Languages(resources.path("translations"))
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
