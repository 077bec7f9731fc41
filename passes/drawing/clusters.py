"""Lines of text for drawing, in clusters: what is seen as one letter, with its marks."""

import re
import unicodedata

from passes.characters import JOINERS

ELLIPSIS = "…"
MISSING = "□"
"""Drawn for a cluster that no font has."""

_EXTENDS = frozenset({"Mn", "Mc", "Me"})
_ZWJ = JOINERS[1]
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]")
_TAGS = re.compile("[\U000e0020-\U000e007f]")
_LEADING, _MEDIAL, _TRAILING = (
    "[\u1100-\u115f\ua960-\ua97c]",
    "[\u1160-\u11a7\ud7b0-\ud7c6]",
    "[\u11a8-\u11ff\ud7cb-\ud7fb]",
)
_JAMO = re.compile(
    f"(?:{_LEADING}(?:{_LEADING}|{_MEDIAL})|{_MEDIAL}(?:{_MEDIAL}|{_TRAILING})|{_TRAILING}{_TRAILING})$"
)


def one_line(text: str) -> str:
    """Return a text as one line: white space as single spaces, without what is never seen.

    Joiners stay. A lone surrogate becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(map(_visible, text)).split())


def _visible(character: str) -> str:
    """Return a character, or what stands for it."""
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if category == "Cc" or character.isspace():
        return " "
    return "" if category == "Cf" and character not in JOINERS else character


def clusters(text: str) -> list[str]:
    """Return the clusters of a text, which together are the text.

    A cluster is a letter with its marks, a syllable of Hangul, or an emoji of several parts: a
    simple form of the extended grapheme clusters of Unicode (UAX #29).
    """
    found: list[str] = []
    for character in text:
        if found and _belongs(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _belongs(cluster: str, character: str) -> bool:
    """Whether a character continues a cluster."""
    last = cluster[-1]
    if character.isascii() or last.isspace():
        return False
    if unicodedata.category(character) in _EXTENDS or character in JOINERS:
        return True
    if _TONES.match(character) or _TAGS.match(character):
        return True
    if _FLAGS.match(character):
        return len(cluster) == 1 and bool(_FLAGS.match(last))
    if last == _ZWJ and unicodedata.category(character) in {"So", "Sk", "Sm", "Cn"}:
        return True
    return bool(_JAMO.match(last + character))


def initial(word: str) -> str:
    """Return the first letter of a word, in capitals, with its marks; empty for no letter or digit.

    A sign that joins it to the next letter (virama, combining class 9) is left out.
    """
    first = clusters(word)[0] if word else ""
    if not first[:1].isalnum():
        return ""
    return "".join(each for each in first.upper() if unicodedata.combining(each) != 9)
