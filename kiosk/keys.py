"""Key presses as a hand scanner or a person makes them, and the texts they give. Pure.

A scanner sends key positions, which the computer's layout turns into letters: on a French layout
``A`` arrives as ``Q``. So keys have both the typed text and the text of the same keys on the layout
that scanners assume (US).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from statistics import median
from typing import Any, Generic, TypeVar

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
_US_KEYS = {
    first + offset: (plain, shifted)
    for first, plains, shifteds in _ROWS
    for offset, (plain, shifted) in enumerate(zip(plains, shifteds, strict=True))
}

MACHINE_S = 0.035
"""No hand types four keys with so short a median gap, in seconds."""
_EVEN = (0.57, 1.7)
"""How far the gaps of a scanner are from their median, as factors."""


def us_character(position: int, *, shift: bool) -> str:
    """Return what the key at ``position`` (PC scan code, set 1) types on a US layout, or ``""``."""
    plain, shifted = _US_KEYS.get(position, ("", ""))
    return shifted if shift else plain


class KeyKind(Enum):
    """Kind of a key press."""

    CHARACTER = auto()
    TERMINATOR = auto()
    CONTROL = auto()
    """Ctrl with a letter, Alt with a digit: how scanners send control characters (C0)."""
    FUNCTION = auto()
    """Esc, Backspace, an arrow, F1: how some scanners send a few of them."""
    OTHER = auto()
    """A key that no scanner sends: a shortcut, a repeated key."""


class Field(Enum):
    """Where a key goes if it is no scan."""

    NOWHERE = auto()
    SEARCH = auto()
    """The search box, in which nothing is sent by Enter."""
    TEXT = auto()
    PASSWORD = auto()
    CHOICE = auto()
    """A list or a choice, in which letters select."""


E_ = TypeVar("E_")


@dataclass(frozen=True)
class KeyPress(Generic[E_]):
    """A key press at ``at_s`` seconds. ``event`` is what the caller gets back on release."""

    kind: KeyKind
    at_s: float
    event: E_
    typed: str = ""
    us: str = ""
    into: Field = Field.NOWHERE
    moves: bool = False
    """Whether it is Tab, which moves the focus and sends nothing."""


Keys = Sequence[KeyPress[Any]]


@dataclass(frozen=True)
class Reading:
    """A scanned code: as the layout typed it, and as a US layout would have."""

    typed: str
    us: str

    @property
    def alternatives(self) -> tuple[str, ...]:
        """The text of the US layout, if it differs."""
        return (self.us,) if self.us and self.us != self.typed else ()


def typed_text(keys: Keys) -> str:
    """Return the text as the layout typed it."""
    return "".join(key.typed for key in keys)


def us_text(keys: Keys) -> str:
    """Return the text of the US layout; empty unless the position of every key is known."""
    parts = [key.us for key in keys]
    return "".join(parts) if all(parts) else ""


def texts_of(keys: Keys) -> tuple[str, ...]:
    """Return the text as typed, and as a US layout has it if that is known and differs."""
    typed, us = typed_text(keys), us_text(keys)
    return (typed, us) if us and us != typed else (typed,)


def gap_s(keys: Keys) -> float:
    """Return the median gap between keys in seconds; infinite for less than two keys."""
    gaps = _gaps_s(keys)
    return median(gaps) if gaps else float("inf")


def is_even(keys: Keys, pause_s: float | None) -> bool:
    """Return whether keys come as evenly as a scanner sends them.

    All gaps but one, which may be that of a late key, are near their median. ``pause_s`` is the gap
    before the terminator, in seconds, if one came.
    """
    gaps = sorted(_gaps_s(keys) + ([] if pause_s is None else [pause_s]))
    low, high = (factor * median(gaps) for factor in _EVEN) if gaps else (0.0, 0.0)
    return all(low <= gap <= high for gap in gaps[:-1])


def _gaps_s(keys: Keys) -> list[float]:
    return [later.at_s - earlier.at_s for earlier, later in pairwise(keys)]
