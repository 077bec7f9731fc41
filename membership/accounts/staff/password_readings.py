"""How a password is read before it is estimated: each way in which it may have been made.

Pure.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from membership.accounts.staff.guessed import without_marks
from membership.accounts.staff.key_layouts import meant, typed_elsewhere
from membership.accounts.staff.password_patterns import with_spoken_digits, without_measures

_LEET = {
    **{"4": "a", "@": "a", "3": "e", "€": "e", "0": "o", "$": "s", "5": "s", "7": "t", "+": "t"},
    **{"8": "b", "9": "g", "6": "g", "2": "z"},
}
_LEETS = tuple(str.maketrans(_LEET | {"1": one, "!": one, "|": one}) for one in "il")
_QWERTZ = str.maketrans('yzüöä+#-ß!"§$%&/()=', "zy[;']\\/-1234567890")
"""A German keyboard's letters and shifted digits as those of an American one."""
_US_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_FRONT = re.compile(r"^[\W\d_]+")
_TAIL = re.compile(r"[\W\d_]+$")
_MARKS = re.compile(r"[\W_]")
_WORD = re.compile(r"\S*[^\W\d_]\S*")
_LAST_DIGITS = tuple(re.compile(rf"(?<=\w)\d{{{many}}}(?!\w)") for many in (1, 2))
"""Digits at the end of a word that are what they are, as in ``bayer04``."""
_LOOKALIKES = frozenset([*_LEET, "1", "!", "|"])
_PER_LOOK = 3
"""Guesses for each sign that may stand for a letter."""
_USUAL_MARKS, _PER_MARK = 2, 10
"""Different marks between words, and guesses for each further one."""
_FEWEST_LETTERS, _LONGEST_FRONT, _LONGEST_EDGE = 3, 5, 8


class Reading(NamedTuple):
    """A way to read a password. ``glued``: of what its maker had parted, by blanks or marks.

    ``factor`` are the guesses for how it was parted.
    """

    text: str
    spoken: bool
    glued: bool
    factor: int = 1


def readings(text: str) -> Iterator[Reading]:
    """Return the ways in which a password, in small letters, may have been made from words.

    As it is; without what stands before and behind its letters, such as a year, a measure and a
    mark; with digits and marks read as the letters that they look or sound like; as typed on other
    keyboards, and in another alphabet; and without the marks that part its letters or words. With
    each: whether its letters may be words that are in no list, which those of several words run
    together are not, and whether there may be small words anywhere.
    """
    plain = without_marks(text)
    walked = (text.translate(_QWERTZ), text.translate(_US_SHIFTED))
    elsewhere = [without_marks(form) for form in (*typed_elsewhere(text), *meant(text))]
    measured = without_marks(without_measures(text))
    as_typed = [plain, *walked, measured, with_spoken_digits(plain)]
    as_typed += [without_edges(form) for form in as_typed]
    parts = set(_MARKS.findall(without_edges(plain)))
    parted = len(parts) > 0
    more_marks = _PER_MARK ** max(0, len(parts) - _USUAL_MARKS)
    joined = [_MARKS.sub("", without_edges(form)) for form in (plain, measured)] if parted else []
    leets = [
        without_marks(form.translate(table))
        for table in _LEETS
        for form in (text, _without(_TAIL, text), *_trimmed(text))
    ]
    leets += [
        without_marks(_translated_but(last, text, table))
        for table in _LEETS
        for last in _LAST_DIGITS
        if last.search(text)
    ]
    few = sum(not sign.isalpha() for sign in without_edges(plain)) * 4 <= len(plain)
    read = dict.fromkeys(as_typed, True)
    for form in (*leets, *(without_edges(leet) for leet in leets)):
        read.setdefault(form, few and not parted)
    looks = _PER_LOOK ** sum(sign in _LOOKALIKES for sign in without_edges(plain))
    disguised = frozenset(read).difference(as_typed)
    before, spoken = tuple(read), with_spoken_digits(plain)
    joined += [*elsewhere, *(without_edges(form) for form in elsewhere)]
    for form in (*joined, *(_MARKS.sub("", each) for each in (*leets, spoken) if parted)):
        read.setdefault(form, False)
    glued = frozenset(read) - set(before) if parted else frozenset[str]()
    for form, may in read.items():
        if form:
            factor = more_marks if form in glued else looks if form in disguised else 1
            yield Reading(form, spoken=may, glued=form in glued, factor=factor)


def _trimmed(text: str) -> Iterator[str]:
    """Yield a text without each number of the digits and marks at its ends.

    Which of them stand for a letter of the word between them, and which are a year or a mark
    around it, cannot be seen: ``3t01l32027`` is ``3t01l3`` and a year.
    """
    front = len(text) - len(_FRONT.sub("", text))
    back = len(text) - len(_TAIL.sub("", text))
    for first in range(min(front, _LONGEST_FRONT) + 1):
        for last in range(min(back, _LONGEST_EDGE) + 1):
            core = text[first : len(text) - last]
            if any(sign.isalpha() for sign in core):
                yield core


def _translated_but(kept: re.Pattern[str], text: str, table: Mapping[int, str]) -> str:
    """Return a text with the words translated that have letters, but what ``kept`` finds."""

    def word(found: re.Match[str]) -> str:
        translated = found[0].translate(table)  # of the same length: one sign for each
        for last in kept.finditer(found[0]):
            translated = translated[: last.start()] + last[0] + translated[last.end() :]
        return translated

    return _WORD.sub(word, text)


def without_edges(text: str) -> str:
    """Return a text from its first letter to its last one.

    All of it, if there would be few letters, or more digits and marks go than are put around words.
    """
    return _without(_EDGES, text)


def _without(edges: re.Pattern[str], text: str) -> str:
    """Return a text without its edges, if mostly letters stay and few signs go."""
    core = edges.sub("", text)
    letters = sum(sign.isalpha() for sign in core)
    before = text.find(core)
    few = max(before, len(text) - len(core) - before) <= _LONGEST_EDGE
    return core if few and letters >= max(_FEWEST_LETTERS, len(core) / 2) else text
