"""What phones log, as far as it is kept: little of it, and without what names or lets in anybody.

Whoever sends it needs no token, so it can be anything. What phones really send tells of passes
that cannot be read and of answers of ours that they did not expect; ids of devices, tokens and
addresses are in some of it.
"""

import re
from collections.abc import Sequence

MOST_MESSAGES, MOST_CHARACTERS = 10, 300
"""How much of one request is kept."""

_ADDRESS = re.compile(r"[^\s@<>()\"']+@[^\s@<>()\"']+")
_LONG = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_WORDS = re.compile(r"[A-Z]?[a-z]+(?:[A-Z_-][a-z]*)*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\d[\d ()/.-]{5,}\d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def kept_messages(messages: Sequence[str]) -> list[str]:
    """The first messages, cleaned and shortened."""
    return [_cleaned(each) for each in messages[:MOST_MESSAGES]]


def _cleaned(message: str) -> str:
    """One line without mail addresses, telephone numbers and long secrets; ids of cards stay."""
    line = _CONTROL.sub(" ", message[: 4 * MOST_CHARACTERS])
    line = _ADDRESS.sub("<address>", line)
    parts, end = [], 0
    for uuid in _UUID.finditer(line):
        parts += [_masked(line[end : uuid.start()]), uuid[0]]
        end = uuid.end()
    parts.append(_masked(line[end:]))
    return "".join(parts)[:MOST_CHARACTERS]


def _masked(text: str) -> str:
    """A text without numbers and without what could be a token."""
    return _DIGITS.sub("<number>", _LONG.sub(_word_or_mask, text))


def _word_or_mask(found: re.Match[str]) -> str:
    """A long word stays; anything else so long may be a secret."""
    return found[0] if _WORDS.fullmatch(found[0]) else "<secret>"
