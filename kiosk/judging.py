"""Judges a burst of keys: a code, half of one, typed by a machine, or by a person. Pure.

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
"""

from dataclasses import dataclass
from enum import Enum, auto

from .code_shapes import may_become_code_like, names_somebody, own_beginning, own_code
from .keys import Field, Keys, gap_s, texts_of, typed_text
from .scanner_profile import SLOWEST_S, ScannerProfile, is_foreign_code

MACHINE_S = 0.035
"""No hand types four keys with so short a median gap."""
WORDS_S = 0.05
"""No hand types a whole word with so short a median gap."""
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
_SHORT = 4
_SURE = 5
"""From so many characters on nothing but a card of ours begins like this."""


class Judgement(Enum):
    """What a burst is."""

    CODE = auto()
    TYPED = auto()
    MACHINE = auto()
    """Typed by a machine into a field, such as a password manager: the text without its end."""
    HALF_CODE = auto()
    """Surely from a scanner, and no whole code."""
    DROPPED = auto()
    """Typed by a machine where nothing takes text."""


def is_fast(keys: Keys) -> bool:
    """Return whether the median gap is one that no hand keeps up."""
    return gap_s(keys) <= MACHINE_S


def begins_own(keys: Keys, profile: ScannerProfile) -> int | None:
    """Return how many characters of a code of a card of ours are held; None if it is none."""
    if not keys:
        return None
    found = [own_beginning(text, profile.prefix) for text in texts_of(keys)]
    return max((each for each in found if each is not None), default=None)


def is_own(keys: Keys, profile: ScannerProfile) -> bool:
    """Return whether keys are the whole code of a card of ours."""
    return any(own_code(profile.bare(text)) is not None for text in texts_of(keys))


def belongs_to_machine(keys: Keys) -> bool:
    """Return whether the text of keys is one that hardly anybody types."""
    return any(is_foreign_code(text) for text in texts_of(keys))


def is_doubtful(run: Keys) -> bool:
    """Return whether what was typed into the search is more likely a scan of a slow scanner."""
    into_search = bool(run) and run[0].into is Field.SEARCH
    return into_search and gap_s(run) <= SLOWEST_S and belongs_to_machine(run)


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


@dataclass(frozen=True)
class End:
    """How a burst ended: by a terminator, ``pause_s`` after the key before it, or by a pause.

    ``least`` is the length of the shortest code that ends so.
    """

    terminator: bool
    pause_s: float
    least: int


def judged(held: Keys, run: Keys, end: End, profile: ScannerProfile) -> Judgement:
    """Judge the keys that are held, which are the last ones of ``run``: all since a pause."""
    if held:
        if is_own(held, profile):
            return Judgement.CODE
        if (begins_own(held, profile) or 0) >= _SURE:
            # A fast one with its Enter is whole: the service says that nobody has it.
            whole = end.terminator and is_fast(held)
            return Judgement.CODE if whole else Judgement.HALF_CODE
        if len(held) >= _SHORT and _has_variety(held):
            found = _judged_by_pace(held, run, end, profile)
            if found is not None:
                return found
    return _judged_by_end(run, end, profile)


def _judged_by_pace(held: Keys, run: Keys, end: End, profile: ScannerProfile) -> Judgement | None:
    """Judge a burst of which nothing has been released; None if its pace tells nothing."""
    into, pace_s = held[0].into, gap_s(held)
    fast, whole = pace_s <= MACHINE_S, len(held) == len(run)
    known = profile.knows(held)
    like = known or any(is_foreign_code(profile.bare(text)) for text in texts_of(held))
    named = known or any(names_somebody(profile.bare(text)) for text in texts_of(held))
    open_end = not end.terminator and profile.end == "none"
    if len(held) < (_SHORT if open_end else end.least):
        return None
    if into is Field.PASSWORD:
        return Judgement.MACHINE if fast else None
    learnt = profile.has_pace(held) and like and whole
    torn = not end.terminator and profile.taught and profile.end in {"enter", "tab"}
    if fast and into in {Field.NOWHERE, Field.SEARCH, Field.CHOICE}:
        return Judgement.HALF_CODE if torn else Judgement.CODE
    if fast:
        return Judgement.CODE if (named or learnt) and not torn else Judgement.MACHINE
    if learnt and (end.terminator or open_end):
        return Judgement.CODE
    if into is Field.NOWHERE and like and pace_s <= SLOWEST_S:
        return Judgement.HALF_CODE if torn else Judgement.CODE
    if pace_s <= HASTY_S and whole and like and (into is not Field.TEXT or known):
        return Judgement.CODE
    return None


def _judged_by_end(run: Keys, end: End, profile: ScannerProfile) -> Judgement:
    """Judge what was typed by its end: one at the pace of a scanner is not passed on."""
    if not end.terminator or len(run) < _SHORT or run[0].into is Field.SEARCH:
        return Judgement.TYPED
    pace_s = gap_s(run)
    if end.pause_s > max(2 * pace_s, PATIENCE_S) or not _has_variety(run):
        return Judgement.TYPED
    if run[0].into is Field.NOWHERE and pace_s <= SLOWEST_S:
        return Judgement.DROPPED
    if profile.has_pace(run) and any(_may_be_part(text) for text in texts_of(run)):
        return Judgement.MACHINE
    if pace_s <= WORDS_S or (pace_s <= SLOWEST_S and belongs_to_machine(run)):
        return Judgement.MACHINE
    return Judgement.TYPED


def _may_be_part(text: str) -> bool:
    """Return whether a text may be a part of a code in which there is an Enter."""
    digits = sum(character.isdecimal() for character in text)
    return text.isalnum() and may_become_code_like(text) and digits >= _SHORT


def _has_variety(keys: Keys) -> bool:
    return len({key.typed for key in keys}) > 1
