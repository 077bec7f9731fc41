"""How a password is read before it is estimated: each way in which it may have been made.

Pure.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from membership.accounts.staff.guessed import common_words, without_marks
from membership.accounts.staff.key_layouts import meant, typed_elsewhere
from membership.accounts.staff.password_patterns import (
    repeated_part,
    with_spoken_digits,
    without_measures,
)

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
_SAID_AGAIN = re.compile(r"(.{4,}?)\1+")
_LOOKALIKES = frozenset([*_LEET, "1", "!", "|"])
_PER_LOOK, _MOST_LOOKS = 3, 6
"""Guesses for each sign that may stand for a letter, and of how many: whoever replaces six letters
replaces all of their kind.
"""
_USUAL_MARKS, _PER_MARK = 2, 10
"""Different marks between words, and guesses for each further one."""
_FEWEST_LETTERS, _LONGEST_FRONT, _LONGEST_EDGE = 3, 5, 8
_OWN_DIGITS = 2
"""Digits that a word may end with by itself, as ``bayer04`` does."""


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
    joined = [run_together(without_edges(form)) for form in (plain, measured)] if parted else []
    leets = [
        without_marks(form.translate(table))
        for table in _LEETS
        for form in (text, _without(_TAIL, text))
    ]
    leets += _disguised_words(text)
    few = sum(not sign.isalpha() for sign in without_edges(plain)) * 4 <= len(plain)
    read = dict.fromkeys(as_typed, True)
    for form in (*leets, *(without_edges(leet) for leet in leets)):
        read.setdefault(form, few and not parted)
    looked = sum(sign in _LOOKALIKES for sign in without_edges(plain))
    looks = _PER_LOOK ** min(looked, _MOST_LOOKS)
    disguised = frozenset(read).difference(as_typed)
    before, spoken = tuple(read), with_spoken_digits(plain)
    joined += [*elsewhere, *(without_edges(form) for form in elsewhere)]
    for form in (*joined, *(run_together(each) for each in (*leets, spoken) if parted)):
        read.setdefault(form, False)
    glued = frozenset(read) - set(before) if parted else frozenset[str]()
    for form, may in read.items():
        if form:
            factor = more_marks if form in glued else looks if form in disguised else 1
            yield Reading(form, spoken=may, glued=form in glued, factor=factor)


def _disguised_words(text: str) -> Iterator[str]:
    """Yield the common words that a text may be with letters as digits and marks, and more around.

    Which of the signs at its ends stand for a letter, and which are a year or a mark, cannot be
    seen (``3t01l32027``), so each number of them is tried; digits may also be the word's own.
    """
    front = min(len(text) - len(_FRONT.sub("", text)), _LONGEST_FRONT)
    back = min(len(text) - len(_TAIL.sub("", text)), _LONGEST_EDGE)
    words = common_words()
    for first, last in product(range(front + 1), range(back + 1)):
        core = text[first : len(text) - last]
        begins = len(core) - len(_FRONT.sub("", core))
        for table in _LEETS:
            for own, ends in (
                (0, 0),
                (begins, 0),
                *((0, own) for own in range(1, _OWN_DIGITS + 1)),
            ):
                until = len(core) - ends
                meant_by = core[:own] + core[own:until].translate(table) + core[until:]
                if (word := without_marks(meant_by)) in words:
                    yield word


def said_once(text: str, most: int) -> str:
    """Return the first ``most`` signs of a text, with what it says twice or more at once said once.

    What it repeats from its first letter to its last goes first, wherever it is cut.
    """
    core = without_edges(text)
    part = repeated_part(core)
    return _SAID_AGAIN.sub(r"\1", (text if part == core else part)[:most])


def run_together(text: str) -> str:
    """Return a text without blanks and marks."""
    return _MARKS.sub("", text)


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
