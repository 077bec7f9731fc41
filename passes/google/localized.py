"""Texts in several languages as ``LocalizedString`` (Google Wallet API reference)."""

from collections.abc import Sequence
from typing import Any

from passes.words import LocalText, localize


def localized(text: LocalText, languages: Sequence[str]) -> dict[str, Any]:
    """Return a text as JSON of a ``LocalizedString``; the first language is the default.

    Translations equal to the default are left out, as the default is shown in their place.
    """
    first, *others = languages
    default = localize(text, first)
    translated = [
        {"language": language, "value": localize(text, language)}
        for language in others
        if localize(text, language) != default
    ]
    return {
        "defaultValue": {"language": first, "value": default},
        **({"translatedValues": translated} if translated else {}),
    }
