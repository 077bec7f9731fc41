"""The parts that a password is made of: words, walks over the keyboard, repeats, dates, the rest.

``zxcvbn`` finds them. It counts a year or a mark behind a word for more than it is worth, and
knows no German; so words are added to its lists, and the cheapest parts are chosen here.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import log
from typing import Any

from membership.accounts.staff.guessed import common_words

_KNOWN, _COMMON = "known", "common"
_WORD_LEAST, _NEAR = 30, 10
"""Guesses for a word at least: of any list, and of what others know of the account."""
_UNLISTED_LEAST, _PER_LETTER = 1_000, 4
"""Guesses for a word that is in no list, and for each letter of it: attackers' lists are longer."""
_SHORTEST_WORD = 4
_MOST_LOOKALIKES = 3
"""Different digits and marks that look like letters: zxcvbn tries all their meanings at once."""
_LOOKALIKES = frozenset("4@8({[<3691!|70$5+%2")
_YEAR = re.compile(r"(?=((?:19|20)\d\d))")
_VOWELS = re.compile(r"[aeiouy]")
_CLUSTER = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}")
_PER_PART = log(2.5)
"""What one more part adds, for the orders that they can have."""


@dataclass(frozen=True)
class Part:
    """A part of a password, from ``start`` to before ``end``, and the guesses that it takes."""

    start: int
    end: int
    token: str
    guesses: int
    known: bool = False
    walk: bool = False
    separates: bool = False


def cheapest_parts(reading: str, told: Collection[str], *, spoken: bool, rest: int) -> list[Part]:
    """Return the parts of a reading that take the fewest guesses, in their order.

    ``told`` are words that others know; with ``spoken``, letters that can be spoken are taken for
    a word; any other letter or digit takes ``rest`` guesses.
    """
    best: list[tuple[float, Part | None]] = [(float("inf"), None) for _ in range(len(reading) + 1)]
    best[0] = (0.0, None)
    for part in sorted(_parts(reading, told, spoken=spoken, rest=rest), key=lambda each: each.end):
        cost = best[part.start][0] + log(part.guesses) + (0 if part.separates else _PER_PART)
        if cost < best[part.end][0]:
            best[part.end] = (cost, part)
    chosen, at = [], len(reading)
    while (last := best[at][1]) is not None:
        chosen.append(last)
        at = last.start
    return chosen[::-1]


def _parts(reading: str, told: Collection[str], *, spoken: bool, rest: int) -> Iterator[Part]:
    """Return all parts that a reading may have."""
    for at, sign in enumerate(reading):
        mark = not sign.isalnum()
        yield Part(at, at + 1, sign, 2 if mark else rest, separates=mark)
    for found in _YEAR.finditer(reading):
        yield Part(found.start(), found.start() + 4, found[1], _NEAR)
    if spoken:
        yield from _unlisted(reading)
    for match in _matches(reading, told):
        kind = match["pattern"]
        yield Part(
            match["i"],
            match["j"] + 1,
            match["token"],
            _guesses(match),
            known=match.get("dictionary_name") == _KNOWN,
            walk=kind in {"spatial", "sequence", "repeat"},
        )


def _unlisted(reading: str) -> Iterator[Part]:
    """Return the runs of letters that can be spoken, as a word that is in no list can."""
    for start in range(len(reading)):
        for end in range(start + _SHORTEST_WORD, len(reading) + 1):
            token = reading[start:end]
            if not token.isalpha() or not token.isascii():
                break
            if _can_be_spoken(token):
                yield Part(start, end, token, max(_PER_LETTER ** len(token), _UNLISTED_LEAST))


def _can_be_spoken(token: str) -> bool:
    """Whether a run of letters has vowels, and not too many consonants together."""
    sounds = token.replace("sch", "s").replace("ch", "c").replace("ck", "c")
    return len(_VOWELS.findall(token)) * 6 >= len(token) and _CLUSTER.search(sounds) is None


def _matches(reading: str, told: Collection[str]) -> list[dict[str, Any]]:
    """Return what zxcvbn finds in a reading, with its guesses where they are not by rank."""
    # Loaded when a password is chosen: its lists of words take a fifth of a second.
    from zxcvbn import matching, scoring  # noqa: PLC0415

    ranked = {
        **matching.RANKED_DICTIONARIES,
        _COMMON: common_words(),
        _KNOWN: dict.fromkeys(told, 1),
    }
    finders: list[Any] = [
        matching.dictionary_match,
        matching.reverse_dictionary_match,
        matching.spatial_match,
        matching.sequence_match,
        matching.date_match,
    ]
    if len(_LOOKALIKES.intersection(reading)) <= _MOST_LOOKALIKES:
        finders += [matching.l33t_match, matching.repeat_match]
    found = [match for finder in finders for match in finder(reading, _ranked_dictionaries=ranked)]
    for match in found:
        if match["pattern"] != "dictionary":
            match["guesses"] = scoring.estimate_guesses(match, reading)
    return found


def _guesses(match: dict[str, Any]) -> int:
    """Return the guesses for a part that zxcvbn found."""
    if match["pattern"] == "dictionary":
        if match["dictionary_name"] == _KNOWN:
            return _NEAR
        turned = (1 + bool(match["l33t"])) * (1 + bool(match["reversed"]))
        return max(_WORD_LEAST, int(match["rank"])) * turned
    if match["pattern"] == "date":
        return _UNLISTED_LEAST
    return max(_NEAR, int(match["guesses"]))
