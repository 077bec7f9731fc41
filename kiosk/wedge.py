"""Distinguishes a keyboard-wedge scanner from a person who types. Pure: the clock is passed in.

A hand scanner types a whole code at an even pace and usually ends it with Enter or Tab. So every
printable key is held until it is clear which of both it is, and a burst is judged as a whole: by
its pace, its length, where it goes, and whether it is a code of ours. Keys of a person are released
to the field they were meant for, unchanged and in order. Of a burst that a machine typed and that
is no code, the text is released and its Enter is not: nothing is sent by a scanner.

A scanner sends key positions, which the computer's layout turns into letters: on a French layout
``A`` arrives as ``Q``. So a reading has both the typed text and the text of the same keys on the
layout that scanners assume (US).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from statistics import median
from typing import Generic, TypeVar

from passes.codes.card_codes import CardCode, RotatingCode, SignedCardCode

MAX_LENGTH = 8192
"""Number of keys held at most. A longer burst is no code and is released."""

FAST_GAP_S = 0.05
"""Keys closer than this may be a scanner's; the pause after which a short burst is judged."""
MACHINE_GAP_S = 0.035
"""No hand types four keys with so short a median gap."""
BURST_PATIENCE_S = 0.13
"""How long a fast burst waits for a late key."""
CODE_PATIENCE_S = 0.2
"""How long the beginning of a code of ours waits for its next key: slow scanners pause so long."""
TRAIL_S = 0.2
"""Enter and control characters this soon after a code belong to it."""

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
    CONTROL = auto()
    """Ctrl with a letter, Alt with a digit: how scanners send control characters (C0)."""
    OTHER = auto()
    """A key that no scanner sends: an arrow, a shortcut, a repeated key."""


class Field(Enum):
    """Where a key goes if it is no scan."""

    NOWHERE = auto()
    SEARCH = auto()
    """The search box, in which nothing is sent by Enter."""
    TEXT = auto()
    PASSWORD = auto()


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
    """What to do after a key press: swallow it or not, release held keys first, use a code.

    ``unread``: what a scanner sent was no whole code, and is to be scanned again.
    """

    swallow: bool = False
    release: tuple[E_, ...] = ()
    reading: Reading | None = None
    unread: bool = False


class _Judgement(Enum):
    CODE = auto()
    TYPED = auto()
    MACHINE = auto()
    """Typed by a machine into a field, such as a password manager: the text without its end."""
    HALF_CODE = auto()
    """The beginning of a code of ours: neither a code nor a text."""


class WedgeDecoder(Generic[E_]):
    """Decodes a sequence of key presses.

    ``prefix`` and ``suffix`` are what the scanner is set to send around each code; they are
    removed. ``min_length``: the shortest code that a terminator ends. ``min_length_open``: the
    shortest code from a scanner that sends no terminator, ended by a pause.
    """

    def __init__(
        self, *, prefix: str = "", suffix: str = "", min_length: int = 4, min_length_open: int = 8
    ) -> None:
        self._prefix, self._suffix = prefix, suffix
        self._min_length, self._min_length_open = min_length, min_length_open
        self._held: list[KeyPress[E_]] = []
        self._shapes: set[str] = set()
        self._code_at_s = self._last_s = float("-inf")

    @property
    def due_s(self) -> float | None:
        """When to call ``expire``, in seconds of the clock; None while no key is held."""
        return self._last_s + self.patience_s if self._held else None

    @property
    def patience_s(self) -> float:
        """How long after the last key the burst is judged, in seconds."""
        if _begins_code(self._held):
            return CODE_PATIENCE_S
        fast = len(self._held) >= self._min_length and _is_fast(self._held)
        return BURST_PATIENCE_S if fast else FAST_GAP_S

    @property
    def held_text(self) -> str:
        """The text that is held."""
        return "".join(key.typed for key in self._held)

    def takes_control(self, at_s: float) -> bool:
        """Return whether a control character now belongs to a scan, and is no shortcut."""
        if self._held and not self._too_late(at_s):
            return len(self._held) >= 2 and (_is_fast(self._held) or _begins_code(self._held))
        return 0 <= at_s - self._code_at_s < TRAIL_S

    def press(self, key: KeyPress[E_]) -> Step[E_]:
        """Handle a key press."""
        before = self.expire(key.at_s) if self._too_late(key.at_s) else Step[E_]()
        ends = key.kind in {KeyKind.TERMINATOR, KeyKind.CONTROL}
        if ends and not self._held and 0 <= key.at_s - self._code_at_s < TRAIL_S:
            self._code_at_s = key.at_s
            return _joined(before, Step(swallow=True))
        if key.kind is KeyKind.CHARACTER and len(self._held) < MAX_LENGTH:
            if self._held and self._held[0].into is not key.into:
                before = _joined(before, self._end(None))
            self._held.append(key)
            self._last_s = key.at_s
            return _joined(before, Step(swallow=True))
        if key.kind is KeyKind.CONTROL and self.takes_control(key.at_s):
            self._last_s = key.at_s
            return _joined(before, Step(swallow=True))
        if key.kind is KeyKind.TERMINATOR:
            return _joined(before, self._end(key))
        held = self._release()
        return _joined(before, Step(swallow=bool(held), release=(*held, key.event) if held else ()))

    def expire(self, now_s: float | None = None) -> Step[E_]:
        """Decide on held keys if none came in time. Without ``now_s`` the time has passed."""
        if not self._held or (now_s is not None and not self._too_late(now_s)):
            return Step()
        return self._end(None)

    def _end(self, end: KeyPress[E_] | None) -> Step[E_]:
        """Judge what is held. ``end`` is the terminator that came, None after a pause."""
        judgement = self._judge(end)
        if judgement is _Judgement.CODE:
            self._code_at_s = end.at_s if end is not None else self._last_s
            return Step(swallow=True, reading=self._take())
        if judgement is _Judgement.HALF_CODE:
            self._code_at_s = end.at_s if end is not None else self._last_s
            self._held = []
            return Step(swallow=True, unread=True)
        secret = bool(self._held) and self._held[0].into is Field.PASSWORD
        held = self._release()
        if judgement is _Judgement.MACHINE:
            if end is not None:
                self._code_at_s = end.at_s
            return Step(swallow=True, release=held, unread=end is not None and not secret)
        if end is None:
            return Step(release=held)
        return Step(swallow=bool(held), release=(*held, end.event) if held else ())

    def _judge(self, end: KeyPress[E_] | None) -> _Judgement:
        held = self._held
        if not held:
            return _Judgement.TYPED
        texts = [self._bare(text) for text in _texts(held)]
        if any(_is_code(text) for text in texts):
            return _Judgement.CODE
        if _begins_code(held) and len(held) >= _SURE:
            # A fast one with its Enter is whole: the service says that nobody has it.
            whole = end is not None and _is_fast(held)
            return _Judgement.CODE if whole else _Judgement.HALF_CODE
        least = self._min_length if end is not None else self._min_length_open
        if len(held) >= self._min_length and _is_fast(held) and _has_variety(held):
            into = held[0].into
            known = any(_shape(text) in self._shapes or _names(text) for text in texts)
            if len(held) < least:
                return _Judgement.TYPED
            if into in {Field.NOWHERE, Field.SEARCH} or (into is Field.TEXT and known):
                return _Judgement.CODE
            return _Judgement.MACHINE
        return _Judgement.TYPED

    def _too_late(self, now_s: float) -> bool:
        if not self._held:
            return False
        gap = now_s - self._last_s
        return gap >= self.patience_s or gap < 0

    def _take(self) -> Reading:
        keys, self._held = self._held, []
        typed, us = self._bare("".join(key.typed for key in keys)), self._bare(_us_text(keys))
        if keys[0].into is not Field.TEXT:
            self._shapes.add(_shape(typed))
        return Reading(typed, us)

    def _release(self) -> tuple[E_, ...]:
        keys, self._held = self._held, []
        return tuple(key.event for key in keys)

    def _bare(self, text: str) -> str:
        """Return a text without the prefix and suffix of the scanner."""
        bare = text.removeprefix(self._prefix)
        return bare.removesuffix(self._suffix) if self._suffix else bare


def _joined(before: Step[E_], after: Step[E_]) -> Step[E_]:
    """Return two steps as one; what was held before comes first."""
    return Step(
        swallow=after.swallow,
        release=(*before.release, *after.release),
        reading=before.reading or after.reading,
        unread=before.unread or after.unread,
    )


_ALPHABET = "0-9A-HJKMNP-TV-Z"
_BEGINNING = re.compile(rf"M(C([12]([0-7][{_ALPHABET}]{{0,25}}[.{_ALPHABET}-]*)?)?)?")
_NUMBER = re.compile(r"[A-Z]{1,3}-[0-9]{6,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SURE = 5
"""From so many characters on nothing but a card of ours begins like this."""


def _texts(keys: Sequence[KeyPress[E_]]) -> tuple[str, ...]:
    """Return the text as typed, and as a US layout has it if that is known."""
    us = _us_text(keys)
    typed = "".join(key.typed for key in keys)
    return (typed, us) if us and us != typed else (typed,)


def _is_code(text: str) -> bool:
    """Return whether a text is the whole code of a card of ours."""
    return any(kind.parse(text) is not None for kind in (CardCode, SignedCardCode, RotatingCode))


def _names(text: str) -> bool:
    """Return whether a text is a customer's number or id, which our cards may carry too."""
    return bool(_NUMBER.fullmatch(text) or _UUID.fullmatch(text))


def _begins_code(keys: Sequence[KeyPress[E_]]) -> bool:
    """Return whether a code of a card of ours begins like this."""
    return bool(keys) and any(_BEGINNING.fullmatch(text) for text in _texts(keys))


def _is_fast(keys: Sequence[KeyPress[E_]]) -> bool:
    """Return whether the median gap is one that no hand keeps up."""
    gaps = [later.at_s - earlier.at_s for earlier, later in pairwise(keys)]
    return bool(gaps) and median(gaps) <= MACHINE_GAP_S


def _has_variety(keys: Sequence[KeyPress[E_]]) -> bool:
    return len({key.typed for key in keys}) > 1


def _shape(text: str) -> str:
    """Return the shape of a code: ``A`` for each letter and ``9`` for each digit."""
    return "".join("9" if c.isdecimal() else "A" if c.isalpha() else c for c in text)


def _us_text(keys: Sequence[KeyPress[E_]]) -> str:
    """Return the text of the US layout; empty unless the position of every key is known."""
    parts = [key.us for key in keys]
    return "".join(parts) if all(parts) else ""
