"""Streams of keys over simulated time, played into a decoder as a window would."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kiosk.wedge import Field, KeyKind, KeyPress, Step, WedgeDecoder

CARD = "MC16G3ARP3S6HZZ4X89D554NQW021"
ROTATING = "MC36G3ARP3S6HZZ4X89D554NQW021-1795900000-12345678"
SIGNED = f"{CARD}.{'3' + '7' * 102}"
ENTER, TAB, GS, LF = "\r", "\t", "\x1d", "\n"
CONTROLS = {chr(code) for code in range(32)} - {ENTER, TAB}

Key = tuple[float, str]
"""When a key is pressed, in seconds, and what it gives."""


@dataclass
class Outcome:
    """What became of a stream: readings, keys that reached the field and when, and notices."""

    readings: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """What else the readings may be, by another layout."""
    passed: list[tuple[float, str]] = field(default_factory=list)
    unread: int = 0
    doubts: int = 0
    """How often it was asked if what was passed on was a scan; that clears a verdict as well."""

    @property
    def text(self) -> str:
        """What reached the field."""
        return "".join(key for _, key in self.passed)


def kind_of(key: str) -> KeyKind:
    if key in {ENTER, TAB}:
        return KeyKind.TERMINATOR
    return KeyKind.CONTROL if key in CONTROLS else KeyKind.CHARACTER


def play(
    keys: Iterable[Key],
    into: Field,
    decoder: WedgeDecoder[str] | None = None,
    *,
    typed_as: Mapping[int, str | int] | None = None,
) -> Outcome:
    """Press keys, judging what is held whenever its time has come.

    ``typed_as``: what the computer's layout makes of the scanner's keys.
    """
    decoder = decoder or WedgeDecoder()
    outcome = Outcome()

    def take(step: Step[str], now_s: float) -> None:
        outcome.passed += [(now_s, key) for key in step.release]
        if step.reading is not None:
            outcome.readings.append(step.reading.typed)
            outcome.others += step.reading.alternatives
        outcome.unread += step.unread
        outcome.doubts += step.doubtful

    for at_s, key in keys:
        if decoder.due_s is not None and decoder.due_s <= at_s:
            due_s = decoder.due_s
            take(decoder.expire(due_s), due_s)
        kind = kind_of(key)
        typed = key if kind is KeyKind.CHARACTER else ""
        as_typed = typed.translate(typed_as or {})
        step = decoder.press(KeyPress(kind, at_s, key, as_typed, typed, into, moves=key == TAB))
        take(step, at_s)
        if not step.swallow:
            outcome.passed.append((at_s, key))
    if decoder.due_s is not None:
        take(decoder.expire(), decoder.due_s or 0.0)
    return outcome


def at_pace(
    text: str, gap_s: float, jitter: float = 0.0, *, start_s: float = 10.0, seed: int = 1
) -> list[Key]:
    """Keys at a pace, each gap off by up to ``jitter`` of it."""
    chance, now_s, keys = random.Random(seed), start_s, []
    for key in text:
        keys.append((now_s, key))
        now_s += gap_s * (1 + jitter * chance.uniform(-1, 1))
    return keys
