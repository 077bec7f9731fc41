"""Texts in several languages as Google Wallet takes them."""

from collections.abc import Sequence
from typing import Any

from passes.words import LocalText, said


def localized(text: LocalText, languages: Sequence[str]) -> dict[str, Any]:
    """A text as ``LocalizedString``: the first language by default, the others translated.

    Translations that say the same are left out: the default is shown in their place.
    """
    first, *others = languages
    default = said(text, first)
    translated = [
        {"language": language, "value": said(text, language)}
        for language in others
        if said(text, language) != default
    ]
    return {
        "defaultValue": {"language": first, "value": default},
        **({"translatedValues": translated} if translated else {}),
    }
