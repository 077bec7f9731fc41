"""Cleans messages that phones log, so that they can be stored: few, short, without secrets.

The route needs no token, so a message can be anything. Real ones report passes that cannot be read
and unexpected responses of this service; some hold ids of devices, tokens and addresses.
"""

import re
from collections.abc import Sequence

MOST_MESSAGES, MOST_CHARACTERS = 10, 300
"""The most that is logged of one request."""

_ADDRESS = re.compile(r"[^\s@<>()\"']+@[^\s@<>()\"']+")
_LONG = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_WORDS = re.compile(r"[A-Z]?[a-z]+(?:[A-Z_-][a-z]*)*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\d[\d ()/.-]{5,}\d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def clean_messages(messages: Sequence[str]) -> list[str]:
    """The first messages of a request, cleaned and shortened."""
    return [_cleaned(each) for each in messages[:MOST_MESSAGES]]


def _cleaned(message: str) -> str:
    """One line without mail addresses, phone numbers and long secrets; card ids stay."""
    line = _CONTROL.sub(" ", message[: 4 * MOST_CHARACTERS])
    line = _ADDRESS.sub("<address>", line)
    parts, end = [], 0
    for uuid in _UUID.finditer(line):
        parts += [_masked(line[end : uuid.start()]), uuid[0]]
        end = uuid.end()
    parts.append(_masked(line[end:]))
    return "".join(parts)[:MOST_CHARACTERS]


def _masked(text: str) -> str:
    """A text with numbers and possible tokens masked."""
    return _DIGITS.sub("<number>", _LONG.sub(_word_or_mask, text))


def _word_or_mask(found: re.Match[str]) -> str:
    """The word itself, or a mask for anything else of that length."""
    return found[0] if _WORDS.fullmatch(found[0]) else "<secret>"
