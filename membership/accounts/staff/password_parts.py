"""The parts that a password is made of: words, walks over the keyboard, repeats, dates, the rest.

``zxcvbn`` finds them. It counts a year or a mark behind a word for more than it is worth, and
knows no German; so words are added to its lists, and the cheapest parts are chosen here.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from math import log
from typing import Any

from membership.accounts.staff.guessed import SMALL_WORDS, common_words, usual_letters
from membership.accounts.staff.password_patterns import sayings_in, streets_in
from membership.accounts.staff.password_readings import Reading

_KNOWN, _COMMON = "known", "common"
_WORD_LEAST, _NEAR = 30, 10
"""Guesses for a word at least: of any list, and of what others know of the account."""
_UNLISTED_LEAST, _PER_LETTER = 1_000, 4
"""Guesses for a word that is in no list, and for each letter of it: attackers' lists are longer."""
_SAYING, _STREET, _SMALL = 3_000, 10_000, 4
_LONGEST_SMALL = 6
_SHORTEST_WORD = 4
_ODD_ONE_IN = 5
"""Of so many threes of letters, one may be in no word of the lists: where two words meet."""
_MOST_LOOKALIKES = 3
"""Different digits and marks that look like letters: zxcvbn tries all their meanings at once."""
_YEAR = re.compile(r"(?=((?:19|20)\d\d))")
_WORD = re.compile("[a-z]+|[\u0370-\u03ff\u0400-\u052f\u05d0-\u06ff]+")
_UNVOWELLED = re.compile("[\u05d0-\u06ff]")
_VOWELS = re.compile("[aeiouyаеиоуыэюяіїєαεηιουω]")
_CLUSTER = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}")
_PER_PART = log(2.5)
"""What one more part adds, for the orders that they can have."""


class Kind(Enum):
    """What a part is, as far as it is said why a password is refused."""

    OTHER = auto()
    SAYING = auto()
    STREET = auto()


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
    kind: Kind = Kind.OTHER


def cheapest_parts(read: Reading, known: Collection[str], *, rest: int) -> list[Part]:
    """Return the parts of a reading that take the fewest guesses, in their order.

    ``known`` are words that others know; in a ``spoken`` reading, letters that can be spoken are
    taken for a word; any other letter or digit takes ``rest`` guesses.
    """
    reading = read.text
    best: list[tuple[float, Part | None]] = [(float("inf"), None) for _ in range(len(reading) + 1)]
    best[0] = (0.0, None)
    for part in sorted(_parts(read, known, rest=rest), key=lambda each: each.end):
        cost = best[part.start][0] + log(part.guesses) + (0 if part.separates else _PER_PART)
        if cost < best[part.end][0]:
            best[part.end] = (cost, part)
    chosen, at = [], len(reading)
    while (last := best[at][1]) is not None:
        chosen.append(last)
        at = last.start
    return chosen[::-1]


def _parts(read: Reading, known: Collection[str], *, rest: int) -> Iterator[Part]:
    """Return all parts that a reading may have."""
    reading = read.text
    for at, sign in enumerate(reading):
        mark = not sign.isalnum()
        yield Part(at, at + 1, sign, 2 if mark else rest, separates=mark)
    for found in _YEAR.finditer(reading):
        yield Part(found.start(), found.start() + 4, found[1], _NEAR)
    for start, end in sayings_in(reading):
        yield Part(start, end, reading[start:end], _SAYING, kind=Kind.SAYING)
    for start, end in streets_in(reading):
        yield Part(start, end, reading[start:end], _STREET, kind=Kind.STREET)
    if not read.glued:
        yield from _small_words(reading)
    if read.spoken:
        yield from _unlisted(reading)
    for match in _matches(reading, known):
        kind = match["pattern"]
        yield Part(
            match["i"],
            match["j"] + 1,
            match["token"],
            _guesses(match),
            known=match.get("dictionary_name") == _KNOWN,
            walk=kind in {"spatial", "sequence", "repeat"},
        )


def _small_words(reading: str) -> Iterator[Part]:
    """Return the words that hold sentences together; where they stand is no choice.

    Where words are parted, only whole ones.
    """
    together = reading.isalnum()
    for start in range(len(reading)):
        for end in range(start + 2, min(start + _LONGEST_SMALL, len(reading)) + 1):
            if reading[start:end] in SMALL_WORDS and (together or _is_word(reading, start, end)):
                guesses = _SMALL if end - start > 2 else _NEAR
                yield Part(start, end, reading[start:end], guesses, separates=True)


def _is_word(reading: str, start: int, end: int) -> bool:
    """Whether no letter stands before or behind a part of a reading."""
    before, behind = reading[:start][-1:], reading[end:][:1]
    return not before.isalpha() and not behind.isalpha()


def _unlisted(reading: str) -> Iterator[Part]:
    """Return the runs of letters that can be spoken, as a word that is in no list can."""
    for start in range(len(reading)):
        for end in range(start + _SHORTEST_WORD, len(reading) + 1):
            token = reading[start:end]
            if _WORD.fullmatch(token) is None:
                break
            if _can_be_spoken(token):
                yield Part(start, end, token, max(_PER_LETTER ** len(token), _UNLISTED_LEAST))


def _can_be_spoken(token: str) -> bool:
    """Whether a run of letters has vowels, and letters that follow each other in words.

    Of other alphabets only vowels are asked for, which Hebrew and Arabic do not write.
    """
    if _UNVOWELLED.search(token):
        return True
    if token.isascii():
        usual, threes = usual_letters(), [token[at : at + 3] for at in range(len(token) - 2)]
        if sum(each not in usual for each in threes) * _ODD_ONE_IN > len(threes):
            return False
    sounds = token.replace("sch", "s").replace("ch", "c").replace("ck", "c")
    return len(_VOWELS.findall(token)) * 6 >= len(token) and _CLUSTER.search(sounds) is None


def _matches(reading: str, known: Collection[str]) -> list[dict[str, Any]]:
    """Return what zxcvbn finds in a reading, with its guesses where they are not by rank."""
    # Loaded when a password is chosen: its lists of words take a fifth of a second.
    from zxcvbn import matching, scoring  # noqa: PLC0415

    ranked = {
        **matching.RANKED_DICTIONARIES,
        _COMMON: common_words(),
        _KNOWN: dict.fromkeys(known, 1),
    }
    finders: list[Any] = [
        matching.dictionary_match,
        matching.reverse_dictionary_match,
        matching.spatial_match,
        matching.sequence_match,
        matching.date_match,
    ]
    lookalikes = {sign for signs in matching.L33T_TABLE.values() for sign in signs}
    if len(lookalikes.intersection(reading)) <= _MOST_LOOKALIKES:
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
