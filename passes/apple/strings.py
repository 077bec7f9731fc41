"""Texts of a pass in several languages: keys in pass.json, and a ``pass.strings`` a language.

Facts: Apple, Wallet Passes, "Creating the Source for a Pass" (a folder ``de.lproj`` with a file
``pass.strings``); String Resources (a strings file is UTF-8 or UTF-16; quotes, backslashes and
control characters are escaped). A phone in none of the languages takes one of the folders, and
which one nobody can choose (Apple Developer Forums, "Wallet pass default localization rules").
"""

import re
from collections.abc import Mapping, Sequence

from passes.errors import PassContentError
from passes.words import LocalText, said

INVISIBLE = "\u2060"
"""Word joiner: makes a text another key without being seen."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\\"\x00-\x1f\x7f\u0085\u2028\u2029]')


class Strings:
    """The translated texts of a design.

    The key of a text is the text in the first language, so that viewers which know no
    languages show it, too.
    """

    def __init__(
        self, languages: Sequence[str], texts: Sequence[LocalText], reserved: Sequence[str] = ()
    ) -> None:
        """Take all texts that may be on a card, in a fixed order.

        ``reserved`` stand in pass.json as they are, such as addresses, and become no keys.
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

    def shown(self, text: LocalText) -> str:
        """What pass.json has for a text.

        Raises:
            PassContentError: it has translations, and was not among the texts of the design.
        """
        if len(text) == 1:
            return self.plain(next(iter(text.values())))
        translations = self._translations(text)
        key = self._keys.get(translations)
        if key is not None:
            return key
        if len(set(translations)) > 1:
            raise PassContentError("", "a translated text that the design does not have")
        return self.plain(translations[0])

    def plain(self, text: str) -> str:
        """What pass.json has for a text that is the same in all languages, such as a name."""
        while text in self._taken:
            text += INVISIBLE
        return text

    def files(self) -> dict[str, bytes]:
        """The strings files by their place in the pass; none where nothing is translated."""
        if not self._keys:
            return {}
        return {
            f"{language}.lproj/pass.strings": strings_file(
                {key: translations[at] for translations, key in self._keys.items()}
            )
            for at, language in enumerate(self._languages)
        }

    def _translations(self, text: LocalText) -> tuple[str, ...]:
        """A text in each of the languages."""
        return tuple(said(text, language) for language in self._languages)


def strings_file(texts: Mapping[str, str]) -> bytes:
    """A strings file, UTF-8: a line for each key."""
    return "".join(f"{_quoted(key)} = {_quoted(text)};\n" for key, text in texts.items()).encode()


def _quoted(text: str) -> str:
    """A text in quotes, with what would end or break it escaped."""
    return f'"{_SPECIAL.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    """A character that cannot stand in quotes."""
    return _ESCAPES.get(found[0]) or f"\\U{ord(found[0]):04x}"
