"""What came before the keys that are held: the run that they belong to, and torn scans. Pure."""

from dataclasses import dataclass
from typing import Generic, Self

from .judging import HASTY_S, RUN_GAP_S, Judgement
from .keys import E_, MACHINE_S, Field, KeyPress, Keys, gap_s, texts_of, typed_text

_MOST_KEYS = 256
_LEAST_KEYS = 3
_PART_S, _REST_S = 0.5, 1.0
"""So soon after any key, and after a burst of a machine without an end, no other burst is whole."""
_TORN_S = 0.5
"""So soon after a part that was read or dropped, keys at its pace are the rest of it."""
_PACES = (0.5, 1.7)
"""How far the pace of the rest may be from that of the part before, as factors."""
_ALONE = 2.3
_AGREE_S = 15.0
"""A text that comes twice in this time without a terminator is whole."""
_NEVER_S = float("-inf")


@dataclass(frozen=True)
class TornScan:
    """A part of a scan that was read or dropped: its pace, and when its last key came.

    ``small``: whether it has small letters.
    """

    pace_s: float
    last_s: float
    small: bool

    @classmethod
    def of(cls, keys: Keys) -> Self:
        """Return the part of a scan that keys are."""
        return cls(gap_s(keys), keys[-1].at_s, _small(typed_text(keys)))

    def may_go_on(self, at_s: float) -> bool:
        """Return whether a key at ``at_s`` may be the first one of its rest."""
        return 0 <= at_s - self.last_s < _TORN_S

    def goes_on(self, held: Keys, end_s: float | None) -> bool:
        """Return whether keys, and the terminator at ``end_s``, are the rest of it."""
        if not held or not self.may_go_on(held[0].at_s):
            return False
        alone = len(held) == 1 and end_s is not None
        pace_s = end_s - held[0].at_s if alone and end_s is not None else gap_s(held)
        low, high = (factor * self.pace_s for factor in _PACES)
        if alone:  # a control character may come between it and the terminator
            high = _ALONE * self.pace_s
        if not (low <= pace_s <= high or pace_s <= MACHINE_S):
            return False
        return any(_of_a_code(text) and (self.small or not _small(text)) for text in texts_of(held))


class Run(Generic[E_]):
    """All keys since a pause, whatever became of them.

    ``whole``: whether no part of it was judged before. ``last_s``: when its last key came.
    """

    def __init__(self) -> None:
        self.keys: list[KeyPress[E_]] = []
        self.last_s = _NEVER_S
        self.whole = True
        self.doubted = False
        """Whether it was asked already if this is a scan."""
        self._part_until_s = _NEVER_S
        self._torn: TornScan | None = None
        self._unended = ("", _NEVER_S)

    def go_to(self, at_s: float) -> None:
        """Begin a new run if the pause before a key at ``at_s`` is long enough."""
        if not 0 <= at_s - self.last_s < RUN_GAP_S:
            self.keys, self.doubted = [], False
            until_s = max(self.last_s + _PART_S, self._part_until_s)
            self.whole = not self.last_s <= at_s < until_s

    def add(self, key: KeyPress[E_]) -> None:
        """Add a key."""
        if len(self.keys) < _MOST_KEYS:
            self.keys.append(key)
        self.last_s = key.at_s

    def may_be_rest(self, held: Keys) -> bool:
        """Return whether keys may be the rest of a scan whose first part was read or dropped."""
        return bool(held) and self._torn is not None and self._torn.may_go_on(held[0].at_s)

    def is_rest(self, held: Keys, end_s: float | None) -> bool:
        """Return whether keys, and the terminator at ``end_s``, are the rest of such a scan."""
        return self._torn is not None and self._torn.goes_on(held, end_s)

    def agrees(self, held: Keys) -> bool:
        """Return whether the same text has come shortly before, without a terminator as well."""
        text, at_s = self._unended
        return bool(held) and typed_text(held) == text and 0 <= held[0].at_s - at_s < _AGREE_S

    def end(self) -> None:
        """Begin a new run: a terminator has ended this one."""
        self.keys, self.whole, self.last_s = [], True, _NEVER_S
        self._part_until_s, self._torn, self._unended = _NEVER_S, None, ("", _NEVER_S)

    def pause(self, held: Keys, judgement: Judgement, *, rest: bool, open_ended: bool) -> None:
        """Keep what was judged after a pause. ``open_ended``: the scanner sends no terminator."""
        dropped = judgement is Judgement.DROPPED
        alone = dropped and self.whole and held[0].into is Field.NOWHERE
        self._unended = (typed_text(held), held[-1].at_s) if alone else ("", _NEVER_S)
        if judgement is Judgement.CODE:
            self.keys = []
        if rest and self._torn is not None:
            self._torn = TornScan(self._torn.pace_s, held[-1].at_s, self._torn.small)
        elif dropped or judgement is Judgement.CODE:
            self._torn = TornScan.of(held)
        machine = (len(held) >= _LEAST_KEYS and gap_s(held) <= HASTY_S) or dropped
        if machine and not open_ended:
            self._part_until_s = held[-1].at_s + _REST_S
        self.whole = False

    def tear(self, at_s: float) -> None:
        """Take what came up to ``at_s`` for a part of a scan that was passed on unjudged.

        No burst soon after it is whole: it may be the rest.
        """
        self.whole, self.last_s = False, at_s
        self._part_until_s = at_s + _REST_S

    def break_off(self) -> None:
        """Begin a new run after a key that no scanner sends; what comes at once is none whole."""
        self.whole = self.whole and not self.keys
        self.keys = []


def _small(text: str) -> bool:
    return any(character.islower() for character in text)


def _of_a_code(text: str) -> bool:
    return text.isascii() and not any(character.isspace() for character in text)
