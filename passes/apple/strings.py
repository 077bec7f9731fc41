"""Localization of a pass: keys in pass.json, and a ``pass.strings`` file for each language.

Source: Apple, Wallet Passes, "Creating the Source for a Pass" (a folder ``de.lproj`` with a file
``pass.strings``); String Resources (a strings file is UTF-8 or UTF-16; quotes, backslashes and
control characters are escaped). A phone in another language uses one of the folders, which cannot
be chosen (Apple Developer Forums, "Wallet pass default localization rules").
"""

import re
from collections.abc import Mapping, Sequence

from passes.errors import PassContentError
from passes.words import LocalText, localize

INVISIBLE = "\u2060"
"""Word joiner: makes a key different without being visible."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\\"\x00-\x1f\x7f\u0085\u2028\u2029]')


class Strings:
    """The translated texts of a design.

    The key of a text is the text in the first language, so that viewers without localization show
    a readable text.
    """

    def __init__(
        self, languages: Sequence[str], texts: Sequence[LocalText], reserved: Sequence[str] = ()
    ) -> None:
        """Assign keys to all texts that may be on a card, given in a fixed order.

        ``reserved`` are literals of pass.json, such as URLs, which must not equal a key.
        """
        self._languages = tuple(languages)
        self._keys: dict[tuple[str, ...], str] = {}
        taken = set(reserved)
        for text in texts:
            translations = self._translations(text)
            if len(set(translations)) == 1 or translations in self._keys:
                continue
            key = translations[0]
            while key in taken:
                key += INVISIBLE
            taken.add(key)
            self._keys[translations] = key
        self._taken = frozenset(self._keys.values())

    def text_key(self, text: LocalText) -> str:
        """Return the key of a translated text, or the text itself if it has no translations.

        Raises:
            PassContentError: it has translations, and is not among the texts of the design.
        """
        if len(text) == 1:
            return self.literal(next(iter(text.values())))
        translations = self._translations(text)
        key = self._keys.get(translations)
        if key is not None:
            return key
        if len(set(translations)) > 1:
            raise PassContentError("", "a translated text that the design does not have")
        return self.literal(translations[0])

    def literal(self, text: str) -> str:
        """Return a text that is never translated, such as a name, altered if it equals a key."""
        while text in self._taken:
            text += INVISIBLE
        return text

    def files(self) -> dict[str, bytes]:
        """Return the strings files by their path in the pass; none if nothing is translated."""
        if not self._keys:
            return {}
        return {
            f"{language}.lproj/pass.strings": strings_file(
                {key: translations[at] for translations, key in self._keys.items()}
            )
            for at, language in enumerate(self._languages)
        }

    def _translations(self, text: LocalText) -> tuple[str, ...]:
        """Return a text in each of the languages."""
        return tuple(localize(text, language) for language in self._languages)


def strings_file(texts: Mapping[str, str]) -> bytes:
    """Return a strings file in UTF-8, with a line for each key."""
    return "".join(f"{_quoted(key)} = {_quoted(text)};\n" for key, text in texts.items()).encode()


def _quoted(text: str) -> str:
    """Return a text in quotes, with special characters escaped."""
    return f'"{_SPECIAL.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    """Return the escape of a special character."""
    return _ESCAPES.get(found[0]) or f"\\U{ord(found[0]):04x}"
