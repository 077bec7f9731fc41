"""Which characters a text may have that people read: all that are shown as themselves.

Refused is what is not seen and changes what is: control characters, line and paragraph separators,
format characters such as bidirectional overrides and zero-width spaces, fillers and other
characters that fonts leave out, surrogates, private use and noncharacters. A joiner (ZWJ, ZWNJ) is
allowed where it shapes what stands around it: between letters of scripts that join, as in Persian
and Hindi, and between parts of an emoji. A variation selector is allowed behind what it varies.

Characters that are newer than this Python's tables are allowed, so that new emoji are.
"""

import re
import unicodedata

from pydantic import ValidationInfo

STORED = "stored"
"""Context in which messages are validated that were stored before: their texts are not refused."""

JOINERS = "\u200c\u200d"
"""Zero width non-joiner and zero width joiner."""

_BREAKS = "\t\n\r"
_VARIATION = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""Letters and marks without a shape (Default_Ignorable_Code_Point), and places kept for more."""
_SPECIAL = re.compile(f"{_VARIATION.pattern}|{_IGNORABLE.pattern}")
_NONCHARACTER = 0xFFFE
_NEVER_JOINED = ("LATIN", "GREEK", "CYRILLIC")
_NOT_SEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co"})


class CharacterError(ValueError):
    """A text with a character that is not allowed, or in which nothing is seen; ``code`` says."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def valid_line(text: str, info: ValidationInfo) -> str:
    """Return a line for people, unless it is ``STORED``. Raises ValueError by ``check_line``."""
    return text if info.context == STORED else check_line(text)


def valid_paragraph(text: str, info: ValidationInfo) -> str:
    """Return a text for people, as ``valid_line``."""
    return text if info.context == STORED else check_paragraph(text)


def check_line(text: str) -> str:
    """Return a text of one line, possibly empty. Raises ValueError naming the first character
    that is not allowed, with its position from 1.
    """
    return _check(text, "")


def check_paragraph(text: str) -> str:
    """Return a text that may have tabs and line breaks. Raises ValueError as ``check_line``."""
    return _check(text, _BREAKS)


def without_unseen(text: str) -> str:
    """Return a line without the characters that are not allowed, where none may be refused."""
    if is_plain(text):
        return text
    return "".join(each for index, each in enumerate(text) if _is_allowed(text, index))


def is_plain(text: str) -> bool:
    """Whether a line is allowed by a cheap test; some that are allowed are not plain."""
    return text.isprintable() and not _SPECIAL.search(text)


def _check(text: str, breaks: str) -> str:
    """Return the text. Raises ValueError."""
    if is_plain(text):
        if text and not text.isascii():
            _require_visible(text)
        return text
    for index, character in enumerate(text):
        if character not in breaks and not _is_allowed(text, index):
            message = f"U+{ord(character):04X} at position {index + 1} is not allowed"
            raise CharacterError(message, "character_not_allowed")
    if text:
        _require_visible(text)
    return text


def _is_allowed(text: str, index: int) -> bool:
    """Whether a line may have the character at a place of it."""
    character = text[index]
    if character in JOINERS:
        return _joins(text, index)
    if _VARIATION.match(character):
        return index > 0 and _is_varied(text[index - 1])
    return _is_shown(character)


def _is_shown(character: str) -> bool:
    """Whether a character is shown as itself."""
    category = unicodedata.category(character)
    if category == "Zs":
        return True
    if category in _NOT_SEEN or _IGNORABLE.match(character):
        return False
    point = ord(character)
    return point & _NONCHARACTER != _NONCHARACTER and not 0xFDD0 <= point <= 0xFDEF


def _require_visible(text: str) -> None:
    """Raise ValueError for a text in which nothing is seen: blanks, or marks without a letter."""
    for character in text:
        category = unicodedata.category(character)
        seen = category[0] not in "ZCM" or category == "Cn"
        if seen and character != "\u2800":
            return
    raise CharacterError("has no visible character", "nothing_visible")


def _is_varied(character: str) -> bool:
    """Whether a variation selector may follow: a letter, mark, digit, sign or symbol."""
    return unicodedata.category(character)[0] in "LMNPS" and not _VARIATION.match(character)


def _joins(text: str, index: int) -> bool:
    """Whether a joiner stands inside a word, or between the parts of an emoji."""
    before = text[:index]
    while before and unicodedata.category(before[-1])[0] == "M":
        before = before[:-1]
    after = text[index + 1 : index + 2]
    return bool(before) and bool(after) and _is_part(before[-1]) and _is_part(after)


def _is_part(character: str) -> bool:
    """Whether a joiner may stand beside a character."""
    category = unicodedata.category(character)
    if category in {"So", "Sk", "Sm"}:
        return ord(character) > 0xFF
    if category == "Cn":
        return _is_shown(character)  # parts of emoji that are newer than the tables
    if category[0] not in "LM" or _VARIATION.match(character) or _IGNORABLE.match(character):
        return False
    return not unicodedata.name(character, "").startswith(_NEVER_JOINED)
