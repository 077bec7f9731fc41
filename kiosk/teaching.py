"""Learns how a hand scanner types from three scans. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import combinations
from statistics import median
from typing import Any

from .code_shapes import SYMBOLOGY, exact_own_code, shape_of
from .keys import KeyKind, KeyPress, gap_s, typed_text, us_text
from .scanner_profile import SLOWEST_S, End, ScannerProfile

WANTED = 3
"""Scans that are asked for."""
SILENCE_S = 0.3
"""After a pause of so long a scan is over."""
_LEAST = 4
_SENT = frozenset({KeyKind.CHARACTER, KeyKind.TERMINATOR, KeyKind.CONTROL})
_SPREAD, _SPREAD_MS = 1.8, 15.0
"""Paces of one scanner differ at most by this factor, or by so many milliseconds."""
_LEAD = re.compile(r"[^0-9A-Za-z]*")
_TRAIL = re.compile(r"[^0-9A-Za-z]*$")


class Problem(Enum):
    """Why three scans teach nothing."""

    SAME_CARD = auto()
    TOO_SLOW = auto()
    TWO_SCANNERS = auto()
    PACE = auto()
    END = auto()
    AROUND = auto()


class Layout(Enum):
    """How the layout of the computer and that of the scanner go together."""

    FITS = auto()
    CORRECTED = auto()
    """The scanner assumes a US layout, the computer has another one."""
    UNCLEAR = auto()
    UNKNOWN = auto()
    """Keys are not reported by their position."""


@dataclass(frozen=True)
class Sample:
    """One scan as it came. ``pace_ms`` is None from a serial port."""

    typed: str
    us: str
    pace_ms: float | None
    end: End


@dataclass(frozen=True)
class Lesson:
    """What three scans taught: a profile, or the problem why there is none."""

    profile: ScannerProfile | None
    layout: Layout
    computer: str = ""
    """Name of the computer's layout, if it can be recognized."""
    problem: Problem | None = None


class Recorder:
    """Collects the keys of a scan; everything that is no scan is left to the window.

    ``part_s``: when the last key of a scan came whose beginning went elsewhere. The rest of it,
    which comes at once, teaches nothing and goes nowhere.
    """

    def __init__(self, part_s: float = float("-inf")) -> None:
        self.keys: list[KeyPress[Any]] = []
        """The characters of the scan that is running."""
        self.torn = False
        """Whether the rest of such a scan has come."""
        self._part_s = part_s
        self._end: End = "none"

    @property
    def ended(self) -> bool:
        """Whether the end of the scan has come as well."""
        return self._end != "none"

    def claims(self, kind: KeyKind, at_s: float) -> bool:
        """Return whether a key belongs to a scan, which may be a shortcut otherwise."""
        if kind is KeyKind.CONTROL and self._is_part(at_s):
            return True
        return bool(self.keys) and kind in {KeyKind.CONTROL, KeyKind.FUNCTION}

    def press(self, key: KeyPress[Any]) -> bool:
        """Return whether a key is one of a scan, which is kept; a lone space presses a button."""
        if self._is_part(key.at_s) and key.kind in _SENT:
            self._part_s, self.torn = key.at_s, True
            return True
        if key.kind is KeyKind.CHARACTER and (self.keys or not key.typed.isspace()):
            self.keys.append(key)
        elif not self.keys or key.kind is KeyKind.OTHER:
            return False
        elif key.kind is KeyKind.TERMINATOR:
            self._end = "tab" if key.moves else "enter"
        elif key.kind is KeyKind.CONTROL and self._end == "none":
            self._end = "control"
        return True

    def finish(self) -> Sample | None:
        """Return the scan that is over; None if what came is too short for one."""
        keys, end = self.keys, self._end
        self.keys, self._end, self.torn = [], "none", False
        if len(keys) < _LEAST:
            return None
        return Sample(typed_text(keys), us_text(keys), max(1.0, gap_s(keys) * 1000), end)

    def _is_part(self, at_s: float) -> bool:
        return 0 <= at_s - self._part_s < SILENCE_S


def learn(samples: Sequence[Sample], before: ScannerProfile) -> Lesson:
    """Return what ``WANTED`` scans teach; what they do not tell stays as in ``before``."""
    layout = _layout(samples)
    us_layout = layout is Layout.CORRECTED
    texts = [sample.us if us_layout else sample.typed for sample in samples]
    problem = _problem(samples, texts)
    around = _around(texts) if problem is None else None
    if problem is None and around is None:
        problem = Problem.AROUND
    if problem is not None or around is None:
        return Lesson(None, layout, _computer(samples), problem)
    paces = [sample.pace_ms for sample in samples if sample.pace_ms is not None]
    profile = before.model_copy(
        update={
            "taught": True,
            "pace_ms": round(median(paces), 1) if paces else None,
            "prefix": around.prefix,
            "suffix": around.suffix,
            "symbology": around.symbology,
            "end": samples[0].end,
            "us_layout": us_layout,
        }
    )
    for text in texts:
        shape = shape_of(profile.bare(text))
        if exact_own_code(profile.bare(text)) is None:
            profile = profile.with_this_shape(shape)
    return Lesson(profile, layout, _computer(samples))


@dataclass(frozen=True)
class _Around:
    prefix: str
    suffix: str
    symbology: bool


def _problem(samples: Sequence[Sample], texts: Sequence[str]) -> Problem | None:
    if len(set(texts)) < len(texts):
        return Problem.SAME_CARD
    paces = [sample.pace_ms for sample in samples if sample.pace_ms is not None]
    if paces and len(paces) < len(samples):
        return Problem.TWO_SCANNERS
    if paces and median(paces) > 1000 * SLOWEST_S:
        return Problem.TOO_SLOW
    if any(_differ(one, other) for one, other in combinations(paces, 2)):
        return Problem.PACE
    return Problem.END if len({sample.end for sample in samples}) > 1 else None


def _differ(one: float, other: float) -> bool:
    slow, fast = max(one, other), min(one, other)
    return slow > _SPREAD * fast and slow - fast > _SPREAD_MS


def _around(texts: Sequence[str]) -> _Around | None:
    """Return what is around all codes; None if it differs.

    Around a card of ours it is certain; around others only signs that are no letter or digit are.
    """
    found = [_own_around(text) or _signs_around(text) for text in texts]
    own = [each for each in (_own_around(text) for text in texts) if each is not None]
    if not own:
        return found[0] if len(set(found)) == 1 else None
    first = own[0]
    matches = all(
        text.startswith(first.prefix)
        and text.endswith(first.suffix)
        and bool(SYMBOLOGY.match(text.removeprefix(first.prefix))) is first.symbology
        for text in texts
    )
    return first if matches and len(set(own)) == 1 else None


def _own_around(text: str) -> _Around | None:
    """Return what is around the code of a card of ours in a text; None if there is none."""
    for start in (found.start() for found in re.finditer("MC[1-3]", text)):
        for stop in range(len(text), start, -1):
            if exact_own_code(text[start:stop]) is not None:
                return _parted(text[:start], text[stop:])
    return None


def _signs_around(text: str) -> _Around:
    symbology = SYMBOLOGY.match(text)
    bare = text[symbology.end() if symbology else 0 :]
    lead, trail = _LEAD.match(bare), _TRAIL.search(bare)
    prefix, suffix = lead[0] if lead else "", trail[0] if trail else ""
    return _Around(prefix, suffix, symbology is not None)


def _parted(prefix: str, suffix: str) -> _Around:
    symbology = re.search(SYMBOLOGY.pattern + "$", prefix)
    return _Around(prefix[: symbology.start()] if symbology else prefix, suffix, bool(symbology))


def _layout(samples: Sequence[Sample]) -> Layout:
    if any(sample.pace_ms is None for sample in samples):
        return Layout.FITS
    if not all(sample.us for sample in samples):
        return Layout.UNKNOWN
    if all(sample.typed == sample.us for sample in samples):
        return Layout.FITS
    typed_own = [_own_around(sample.typed) is not None for sample in samples]
    us_own = [_own_around(sample.us) is not None for sample in samples]
    if typed_own != us_own:
        return Layout.CORRECTED if sum(us_own) > sum(typed_own) else Layout.FITS
    return Layout.UNCLEAR


def _computer(samples: Sequence[Sample]) -> str:
    """Return the name of the computer's layout, recognized by a key that only it has there."""
    pairs = {
        (us.lower(), typed.lower())
        for sample in samples
        if len(sample.us) == len(sample.typed)
        for us, typed in zip(sample.us, sample.typed, strict=True)
    }
    if pairs & {("y", "z"), ("z", "y")}:
        return "QWERTZ"
    if pairs & {("q", "a"), ("a", "q"), ("w", "z"), ("z", "w")}:
        return "AZERTY"
    return ""
