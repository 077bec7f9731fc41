"""Judges a burst of keys: a code, a part of one, typed by a machine, or by a person. Pure.

======================  =====================================================================
a median gap of         is
======================  =====================================================================
at most ``MACHINE_S``   a machine's, whatever it types
at most ``WORDS_S``     a machine's: its Enter is not passed on
at most ``HASTY_S``     a scanner's where nobody types, if its text is like a code
at most ``SLOWEST_S``   a scanner's if its text is like a code and its pace was learnt, or nobody
                        types there; else its text stays in the field, without its Enter
longer                  a person's, but for the whole code of a card of ours
======================  =====================================================================

Words are typed at the pace of a slow scanner. One word of capitals counts as a scan of one there,
if it comes evenly, up to its end: its text stays too, and where nobody types it is a code.

Only the code of a card of ours is whole by itself. Of any other text a part may name somebody else,
so it is a code only from its first key to its terminator. Without one it is a code if the same text
has come twice, or if the scanner was taught to send none; a customer's number then needs a shape
that is known.
"""

from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from .code_shapes import (
    capital_word,
    code_like,
    is_number,
    may_become_code_like,
    mixed,
    names_somebody,
    own_beginning,
    own_code,
    plain_link,
    sure_beginning,
)
from .keys import MACHINE_S, Field, Keys, gap_s, is_even, texts_of, typed_text
from .scanner_profile import ScannerProfile, at_scanner_pace, is_foreign_code

WORDS_S = 0.05
"""No hand types a whole word with so short a median gap, nor two keys and Enter with gaps as short
as this."""
HASTY_S = 0.058
"""No hand types a number with so short a median gap; a late key is waited for."""
PATIENCE_S = 0.075
"""The pause after which a key alone, or a short burst, is judged."""
BURST_PATIENCE_S = 0.13
"""How long a fast burst waits for a late key."""
CODE_PATIENCE_S = 0.2
"""How long the beginning of a code of ours waits for its next key: slow scanners pause so long."""
LATE = 1.7
"""A key of a scanner whose pace was learnt is late after so many times that pace."""
RUN_GAP_S = 0.4
"""After a pause of so long, what is typed is something new."""
_SHORT = 4
_LEAST_NAME = 6
"""Numbers of customers are printed with six digits; shorter ones are typed by hand."""
_SURE_SLOW = 12
"""So many characters of a card of ours nobody types so fast: they do not stay in a field."""


class Judgement(Enum):
    """What a burst is."""

    CODE = auto()
    TYPED = auto()
    MACHINE = auto()
    """Typed by a machine into a field, such as a password manager: the text without its end."""
    DROPPED = auto()
    """Surely from a scanner, and no whole code; or typed by a machine where nothing takes text."""
    MISSED = auto()
    """Typed as a scanner types where nothing takes text, without an end: passed on, and said."""


@dataclass(frozen=True)
class End:
    """How a burst ended: by a terminator, ``pause_s`` after the key before it, or by a pause.

    ``least`` is the length of the shortest code that ends so. ``whole`` is False if a part of the
    burst was judged before. ``agreed``: the same text has come without a terminator before.
    """

    terminator: bool
    pause_s: float
    least: int
    whole: bool = True
    agreed: bool = False


def is_fast(keys: Keys) -> bool:
    """Return whether the median gap is one that no hand keeps up."""
    return gap_s(keys) <= MACHINE_S


def begins_own(keys: Keys, profile: ScannerProfile) -> int | None:
    """Return how many characters of a code of a card of ours are held; None if it is none."""
    if not keys:
        return None
    found = [own_beginning(text, profile.prefix) for text in texts_of(keys)]
    return max((each for each in found if each is not None), default=None)


def surely_begins_own(keys: Keys, profile: ScannerProfile) -> int:
    """Return how many characters of a card of ours keys surely are; 0 if they may be others."""
    return max((sure_beginning(text, profile.prefix) for text in texts_of(keys)), default=0)


def is_own(keys: Keys, profile: ScannerProfile) -> bool:
    """Return whether keys are the whole code of a card of ours."""
    return any(own_code(profile.bare(text)) is not None for text in texts_of(keys))


def belongs_to_machine(keys: Keys) -> bool:
    """Return whether the text of keys is one that hardly anybody types."""
    secret = bool(keys) and keys[0].into is Field.PASSWORD
    return any(
        (code_like(text) and not plain_link(text))
        or (names_somebody(text) and len(text) >= _LEAST_NAME)
        or own_code(text) is not None
        or (mixed(text) and not secret)
        for text in texts_of(keys)
    )


def is_even_word(keys: Keys, pause_s: float | None, profile: ScannerProfile) -> bool:
    """Return whether keys are one word of capitals, typed as evenly as a scanner does.

    ``pause_s``: the gap before its terminator, if one came. People type words at the pace of a slow
    scanner too, but hardly ever in capitals, without a blank, and evenly to their end.
    """
    word = at_scanner_pace(keys) and is_even(keys, pause_s)
    return word and any(capital_word(profile.bare(text)) for text in texts_of(keys))


def is_doubtful(run: Keys, pause_s: float | None, profile: ScannerProfile) -> bool:
    """Return whether what was typed is more likely a scan of a slow scanner.

    ``pause_s``: the gap before its terminator, if one came.
    """
    if not run or run[0].into is Field.PASSWORD:
        return False
    machine = at_scanner_pace(run) and belongs_to_machine(run)
    return machine or is_own(run, profile) or is_even_word(run, pause_s, profile)


def patience(held: Keys, profile: ScannerProfile) -> float:
    """Return how long after the last key a burst is judged, in seconds."""
    if not held:
        return PATIENCE_S
    into = held[0].into
    nowhere = into is Field.NOWHERE and not typed_text(held).isspace()
    if nowhere or begins_own(held, profile) is not None or is_own(held, profile):
        return CODE_PATIENCE_S
    if into is not Field.PASSWORD and profile.pace_ms is not None:
        texts = texts_of(held)
        if profile.may_know(held) or any(may_become_code_like(text) for text in texts):
            return min(CODE_PATIENCE_S, max(BURST_PATIENCE_S, LATE * profile.pace_ms / 1000))
    hasty = len(held) >= _SHORT - 1 and gap_s(held) <= HASTY_S
    return BURST_PATIENCE_S if hasty else PATIENCE_S


def judged(held: Keys, run: Keys, end: End, profile: ScannerProfile) -> Judgement:
    """Judge the keys that are held, which are the last ones of ``run``: all since a pause."""
    if held:
        if is_own(held, profile):
            return Judgement.CODE
        found = _half_of_ours(held, end, profile)
        if found is None and len(held) >= _SHORT:
            found = _judged_by_pace(held, end, profile)
        if found is not None:
            return found
    if end.terminator:
        return _judged_by_end(run, end, profile)
    slow = len(held) >= _SHORT and at_scanner_pace(held) and _has_variety(held)
    return Judgement.MISSED if slow and held[0].into is Field.NOWHERE else Judgement.TYPED


def _half_of_ours(held: Keys, end: End, profile: ScannerProfile) -> Judgement | None:
    """Return what the beginning of a card of ours is: what a person may type is never dropped."""
    begins, into = surely_begins_own(held, profile), held[0].into
    other = end.terminator and end.whole and profile.knows(held)
    if not begins or not at_scanner_pace(held) or other:
        return None
    if into is Field.PASSWORD:
        return Judgement.MACHINE
    if is_fast(held) or into is Field.NOWHERE or begins >= _SURE_SLOW:
        return Judgement.DROPPED
    return Judgement.MACHINE


def _judged_by_pace(held: Keys, end: End, profile: ScannerProfile) -> Judgement | None:
    """Judge a burst by its pace; None if that tells nothing."""
    into, pace_s = held[0].into, gap_s(held)
    fast, various = pace_s <= MACHINE_S, _has_variety(held)
    if into is Field.PASSWORD:
        return Judgement.MACHINE if fast else None
    known = profile.knows(held)
    like = known or any(is_foreign_code(profile.bare(text)) for text in texts_of(held))
    named = known or any(names_somebody(profile.bare(text)) for text in texts_of(held))
    # An id or a link has its length; of a number a part is one too.
    number = any(is_number(profile.bare(text)) for text in texts_of(held))
    unended = end.agreed or (profile.end == "none" and (known or not number))
    ended = end.terminator or unended
    long_enough = len(held) >= (_SHORT if unended and not end.terminator else end.least)
    complete = ended and end.whole and various and long_enough
    learnt = profile.has_pace(held) and like and (fast or known or len(held) >= _LEAST_NAME)
    if fast:
        anywhere = into is not Field.TEXT or named or learnt
        return Judgement.CODE if complete and anywhere else _of_machine(held, end, profile)
    if complete and learnt:
        return Judgement.CODE
    if (
        into is Field.NOWHERE
        and at_scanner_pace(held)
        and (like or is_even_word(held, None, profile))
    ):
        return Judgement.CODE if complete else Judgement.DROPPED
    if complete and pace_s <= HASTY_S and like and (into is not Field.TEXT or known):
        return Judgement.CODE
    return None


def _of_machine(held: Keys, end: End, profile: ScannerProfile) -> Judgement:
    """Return what a fast burst is that is no code, by where it goes."""
    into = held[0].into
    torn = not end.terminator and profile.taught and profile.end in {"enter", "tab"}
    if into is Field.TEXT or (into is Field.SEARCH and not torn):
        return Judgement.MACHINE
    # A key that is held down may be one that nobody knows to be repeated.
    return Judgement.DROPPED if end.terminator or _has_variety(held) else Judgement.MACHINE


def _judged_by_end(run: Keys, end: End, profile: ScannerProfile) -> Judgement:
    """Judge what was typed by its Enter: one at the pace of a scanner is not passed on."""
    if not run or end.pause_s >= RUN_GAP_S:
        return Judgement.TYPED
    into, pace_s = run[0].into, gap_s(run)
    stays = Judgement.DROPPED if into in {Field.NOWHERE, Field.CHOICE} else Judgement.MACHINE
    if len(run) < _SHORT:
        gaps = [later.at_s - earlier.at_s for earlier, later in pairwise(run)]
        more = bool(gaps) or not end.whole
        return stays if more and max(0.0, *gaps, end.pause_s) <= WORDS_S else Judgement.TYPED
    if pace_s <= WORDS_S:
        return stays
    if into is Field.SEARCH:
        return Judgement.TYPED
    slow = at_scanner_pace(run)
    ours = is_own(run, profile) or (slow and surely_begins_own(run, profile))
    if ours or (slow and belongs_to_machine(run)):
        return _stays(into)
    # Where a control character was the end, no pause before it is known.
    word = is_even_word(run, end.pause_s or None, profile)
    if end.pause_s > max(2 * pace_s, PATIENCE_S) and not (word and profile.has_pace(run)):
        return Judgement.TYPED
    if into is Field.NOWHERE and slow and _has_variety(run):
        return Judgement.DROPPED
    part = profile.has_pace(run) and any(_may_be_part(text) for text in texts_of(run))
    return _stays(into) if part or word else Judgement.TYPED


def _stays(into: Field) -> Judgement:
    return Judgement.DROPPED if into is Field.NOWHERE else Judgement.MACHINE


def _may_be_part(text: str) -> bool:
    """Return whether a text may be a part of a code in which there is an Enter."""
    digits = sum(character.isdecimal() for character in text)
    return text.isalnum() and may_become_code_like(text) and digits >= _SHORT


def _has_variety(keys: Keys) -> bool:
    return len({key.typed for key in keys}) > 1
