"""Distinguishes a keyboard-wedge scanner from a person who types. Pure: the clock is passed in.

A hand scanner types a whole code within milliseconds and usually ends it with Enter or Tab. So
every printable key is held until the next one shows which of both it is: keys that are too slow
for a scanner are released to the text field they were meant for, unchanged and in order.

A scanner sends key positions, which the computer's layout turns into letters: on a French layout
``A`` arrives as ``Q``. So a reading has both the typed text and the text of the same keys on the
layout that scanners assume (US).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

MAX_LENGTH = 8192
"""Number of keys held at most. A longer burst is no code and is released."""

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


def us_character(position: int, *, shift: bool) -> str:
    """Return what the key at ``position`` (PC scan code, set 1) types on a US layout, or ``""``."""
    plain, shifted = _US_KEYS.get(position, ("", ""))
    return shifted if shift else plain


class KeyKind(Enum):
    """Kind of a key press."""

    CHARACTER = auto()
    TERMINATOR = auto()
    OTHER = auto()
    """A key that no scanner sends: an arrow, a shortcut, a repeated key."""


E_ = TypeVar("E_")


@dataclass(frozen=True)
class KeyPress(Generic[E_]):
    """A key press at ``at_s`` seconds. ``event`` is what the caller gets back on release."""

    kind: KeyKind
    at_s: float
    event: E_
    typed: str = ""
    us: str = ""


@dataclass(frozen=True)
class Reading:
    """A scanned code: as the layout typed it, and as a US layout would have."""

    typed: str
    us: str

    @property
    def alternatives(self) -> tuple[str, ...]:
        """The text of the US layout, if it differs."""
        return (self.us,) if self.us and self.us != self.typed else ()


@dataclass(frozen=True)
class Step(Generic[E_]):
    """What to do after a key press: swallow it or not, release held keys first, use a code."""

    swallow: bool = False
    release: tuple[E_, ...] = ()
    reading: Reading | None = None


class WedgeDecoder(Generic[E_]):
    """Decodes a sequence of key presses.

    ``max_gap_s``: keys further apart than this were typed by hand. ``min_length``: the shortest
    code that a terminator ends. ``min_length_open``: the shortest code from a scanner that sends
    no terminator, ended by a pause; no hand types so many keys so fast.
    """

    def __init__(
        self, *, max_gap_s: float = 0.05, min_length: int = 4, min_length_open: int = 8
    ) -> None:
        self._max_gap_s = max_gap_s
        self._min_length = min_length
        self._min_length_open = min_length_open
        self._held: list[KeyPress[E_]] = []

    @property
    def due_s(self) -> float | None:
        """When to call ``expire``, in seconds of the clock; None while no key is held."""
        return self._held[-1].at_s + self._max_gap_s if self._held else None

    def press(self, key: KeyPress[E_]) -> Step[E_]:
        """Handle a key press."""
        before = self.expire(key.at_s) if self._too_late(key.at_s) else Step[E_]()
        if key.kind is KeyKind.CHARACTER and len(self._held) < MAX_LENGTH:
            self._held.append(key)
            return Step(swallow=True, release=before.release, reading=before.reading)
        if key.kind is KeyKind.TERMINATOR and len(self._held) >= self._min_length:
            return Step(swallow=True, release=before.release, reading=self._take())
        held = self._release()
        if not held:
            return Step(release=before.release, reading=before.reading)
        return Step(swallow=True, release=(*before.release, *held, key.event))

    def expire(self, now_s: float | None = None) -> Step[E_]:
        """Decide on held keys if none came in time. Without ``now_s`` the time has passed."""
        if not self._held or (now_s is not None and not self._too_late(now_s)):
            return Step()
        if len(self._held) >= self._min_length_open and self._has_variety():
            return Step(reading=self._take())
        return Step(release=self._release())

    def _too_late(self, now_s: float) -> bool:
        if not self._held:
            return False
        gap = now_s - self._held[-1].at_s
        return gap >= self._max_gap_s or gap < 0

    def _has_variety(self) -> bool:
        return len({key.typed for key in self._held}) > 1

    def _take(self) -> Reading:
        keys, self._held = self._held, []
        return Reading("".join(key.typed for key in keys), _us_text(keys))

    def _release(self) -> tuple[E_, ...]:
        keys, self._held = self._held, []
        return tuple(key.event for key in keys)


def _us_text(keys: Sequence[KeyPress[E_]]) -> str:
    """Return the text of the US layout; empty unless the position of every key is known."""
    parts = [key.us for key in keys]
    return "".join(parts) if all(parts) else ""
