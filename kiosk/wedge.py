"""Distinguishes a keyboard-wedge scanner from a person who types. Pure: the clock is passed in.

A hand scanner types a whole code at an even pace and usually ends it with Enter or Tab. So every
printable key is held until it is clear which of both it is, and a burst is judged as a whole: by
its pace, its length, where it goes, what is known of the scanner, and whether it is a code of ours.
Keys of a person are released to the field they were meant for, unchanged and in order. Of a burst
that a machine typed and that is no code, the text is released and its Enter is not: nothing is sent
by a scanner. How a burst is judged: ``kiosk.judging``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic

from .code_shapes import may_become_code_like, own_code
from .judging import (
    CODE_PATIENCE_S,
    LATE,
    PATIENCE_S,
    RUN_GAP_S,
    WORDS_S,
    End,
    Judgement,
    begins_own,
    belongs_to_machine,
    is_doubtful,
    is_fast,
    is_own,
    judged,
    patience,
    surely_begins_own,
)
from .keys import (
    E_,
    Field,
    KeyKind,
    KeyPress,
    Keys,
    Reading,
    gap_s,
    texts_of,
    typed_text,
    us_character,
    us_text,
)
from .runs import Run
from .scanner_profile import SLOWEST_S, ScannerProfile, at_scanner_pace

__all__ = [
    "Field",
    "KeyKind",
    "KeyPress",
    "Reading",
    "Step",
    "WedgeDecoder",
    "us_character",
]

MAX_LENGTH = 8192
"""Number of keys held at most. A longer burst is no code and is released."""

TRAIL_S = CODE_PATIENCE_S
"""Enter and control characters this soon after a code belong to it."""
FUNCTION_S = 0.06
"""Esc or Backspace this soon after a key of a fast burst belongs to it."""
_LEAST_FUNCTION_S = 0.02
_LOOKED_AT = 256
"""So many of the last keys tell how long to wait; no code of ours is longer."""
_DOUBTED = 6
_SEEN = 3
"""So many cards of ours at one pace, and it is the scanner's."""


@dataclass(frozen=True)
class Step(Generic[E_]):
    """What to do after a key press: swallow it or not, release held keys first, use a code.

    ``unread``: what a scanner sent was no whole code, and is to be scanned again. ``kept``: its
    text stays in the field it went to, and only its Enter was not passed on; without ``unread`` it
    is a password's. ``doubtful``: passed
    on, ``with_enter`` or as it stands, but hardly typed by a hand.
    """

    swallow: bool = False
    release: tuple[E_, ...] = ()
    reading: Reading | None = None
    unread: bool = False
    kept: bool = False
    doubtful: bool = False
    with_enter: bool = False


class WedgeDecoder(Generic[E_]):
    """Decodes a sequence of key presses.

    ``profile``: what is known of the scanner; without one, ``prefix`` and ``suffix`` are what it is
    set to send around each code, which is removed. ``min_length``: the shortest code that a
    terminator ends. ``min_length_open``: the shortest code that a pause ends, unless the scanner is
    known to send no terminator. ``learnt`` is called with a profile that a scan has changed.
    """

    def __init__(
        self,
        *,
        prefix: str = "",
        suffix: str = "",
        profile: ScannerProfile | None = None,
        min_length: int = 4,
        min_length_open: int = 8,
        learnt: Callable[[ScannerProfile], object] = lambda _: None,
    ) -> None:
        self.profile = profile or ScannerProfile(prefix=prefix, suffix=suffix)
        self._min_length, self._min_length_open = min_length, min_length_open
        self._learnt = learnt
        self._held: list[KeyPress[E_]] = []
        self._run: Run[E_] = Run()
        self._seen_s: list[float] = []
        self._patience = (0, PATIENCE_S)
        """For how many keys it was found out, and how long it is."""
        never = float("-inf")
        self._last_s = self._scan_at_s = never
        self._scan_pace_s = 0.0
        self._trail = (never, never)
        """From when and until when terminators and control characters belong to what came."""
        self._control_after = 0
        """After how many of the held keys a control character came last; it may be the end."""
        self._moves_on = False
        """Whether Tab does not: after an address, a password manager moves on."""

    @property
    def due_s(self) -> float | None:
        """When to call ``expire``, in seconds of the clock; None while no key is held."""
        return self._last_s + self.patience_s if self._held else None

    @property
    def patience_s(self) -> float:
        """How long after the last key the burst is judged, in seconds."""
        if self._patience[0] != len(self._held):
            least = CODE_PATIENCE_S if self._run.may_be_rest(self._held) else 0.0
            last = self._held[-_LOOKED_AT:]
            self._patience = len(self._held), max(least, patience(last, self.profile))
        return self._patience[1]

    @property
    def held_s(self) -> float:
        """When the last key came that is held, in seconds of the clock; -inf if none is."""
        return self._last_s if self._held else float("-inf")

    @property
    def held_text(self) -> str:
        """The text that is held."""
        return typed_text(self._held)

    @property
    def in_a_scan(self) -> bool:
        """Whether what is held comes as fast as no hand types, or is surely a card of ours."""
        own = begins_own(self._held, self.profile) or 0
        return own >= _SEEN or (len(self._held) >= _SEEN and is_fast(self._held))

    def takes_control(self, at_s: float) -> bool:
        """Return whether a control character now belongs to a scan, and is no shortcut."""
        if self._held and not self._too_late(at_s):
            begins = begins_own(self._held, self.profile) is not None
            if len(self._held) >= 2 and (is_fast(self._held) or begins):
                return True
            rest = not self._run.whole and at_s - self._last_s <= WORDS_S
            if rest or self._run.may_be_rest(self._held):
                return True
        run, pause_s = self._run.keys, at_s - self._run.last_s
        if len(run) >= _SEEN and 0 <= pause_s < RUN_GAP_S:
            pace_s = gap_s(run)
            if pace_s <= WORDS_S or (at_scanner_pace(run) and belongs_to_machine(run)):
                return True
            late_s = max(SLOWEST_S, min(LATE * pace_s, TRAIL_S))
            if pause_s <= late_s and (at_scanner_pace(run) or self.profile.has_pace(run)):
                return any(may_become_code_like(text) for text in texts_of(run))
        return self._in_trail(at_s)

    def takes_function(self, at_s: float) -> bool:
        """Return whether Esc, Backspace or another such key belongs to a scan."""
        if self._held:
            fast = len(self._held) >= _SEEN and is_fast(self._held)
            return fast and 0 <= at_s - self._last_s < FUNCTION_S
        # One that comes later than the scanner's next key would is a person's.
        late_s = max(_LEAST_FUNCTION_S, 2 * self._scan_pace_s)
        return 0 <= at_s - self._scan_at_s < min(FUNCTION_S, late_s)

    def press(self, key: KeyPress[E_]) -> Step[E_]:
        """Handle a key press."""
        before = self.expire(key.at_s) if self._too_late(key.at_s) else Step[E_]()
        self._run.go_to(key.at_s)
        ends = key.kind in {KeyKind.TERMINATOR, KeyKind.CONTROL}
        if ends and not self._held and self._trails(key):
            self._trail, self._scan_at_s = (key.at_s, key.at_s + TRAIL_S), key.at_s
            return _joined(before, Step(swallow=True))
        if key.kind is KeyKind.CHARACTER and len(self._held) < MAX_LENGTH:
            return _joined(before, self._hold(key))
        taken = (key.kind is KeyKind.CONTROL and self.takes_control(key.at_s)) or (
            key.kind is KeyKind.FUNCTION and self.takes_function(key.at_s)
        )
        if taken:
            self._last_s = self._run.last_s = key.at_s
            self._control_after = len(self._held)
            return _joined(before, Step(swallow=True))
        if key.kind is KeyKind.TERMINATOR:
            return _joined(before, self._end(key))
        return _joined(before, self._pass_on(key))

    def expire(self, now_s: float | None = None) -> Step[E_]:
        """Decide on held keys if none came in time. Without ``now_s`` the time has passed."""
        if not self._held or (now_s is not None and not self._too_late(now_s)):
            return Step()
        return self._end(None)

    def release(self) -> Step[E_]:
        """Release what is held at once, unjudged: the next input is no key, such as a click.

        What comes next may be the rest of a scan, and is none whole.
        """
        if self._held:
            self._run.tear(self._last_s)
        return Step(release=self._take())

    def follow(self, keys: Keys, *, ended: bool) -> None:
        """Judge what comes next as what follows ``keys``, which were recorded.

        Unless their terminator has come (``ended``), it may be the rest of the same scan.
        """
        if not keys:
            return
        at_s = keys[-1].at_s
        if ended:
            self._trail = (at_s, at_s + TRAIL_S)
            return
        self._run.go_to(keys[0].at_s)
        for key in keys:
            self._run.add(key)
        self._run.tear(at_s)

    def _hold(self, key: KeyPress[E_]) -> Step[E_]:
        before = Step[E_]()
        if self._held and self._held[0].into is not key.into and not self.in_a_scan:
            before = self._end(None)
            self._run.break_off()
        self._held.append(key)
        self._run.add(key)
        self._last_s = key.at_s
        return _joined(before, Step(swallow=True))

    def _end(self, end: KeyPress[E_] | None) -> Step[E_]:
        """Judge what is held. ``end`` is the terminator that came, None after a pause."""
        held, run = tuple(self._held), tuple(self._run.keys)
        judged_s = end.at_s if end is not None else self._last_s + self.patience_s
        ended = end is not None or self._control_after == len(held)
        ended_s = self._last_s if end is None else end.at_s
        rest = self._run.is_rest(held, ended_s if ended else None) and not is_own(
            held, self.profile
        )
        pause_s = end.at_s - self._run.last_s if end is not None else None
        judgement = self._judged(held, run, pause_s, rest=rest, ended=ended)
        if ended:
            self._run.end()
        else:
            self._run.pause(held, judgement, rest=rest, open_ended=self.profile.end == "none")
        keys = self._take()
        moves_on = "@" in typed_text(run)
        if judgement is Judgement.MACHINE and end is not None and end.moves and moves_on:
            # After an address a password manager moves on to the password.
            judgement = Judgement.TYPED
        if judgement is Judgement.TYPED:
            doubts, passed = self._doubts(run, pause_s), self._passed(keys, end)
            sent = doubts and end is not None and not end.moves
            return replace(passed, doubtful=doubts, with_enter=sent)
        if judgement is Judgement.MISSED:
            return Step(swallow=True, release=keys, unread=True)
        secret = judgement is Judgement.MACHINE and run[0].into is Field.PASSWORD and not ended
        self._follow(run or held, end, judged_s, secret=secret)
        self._moves_on = moves_on
        if judgement is Judgement.CODE:
            self._learn(held)
            reading = self.profile.reading(typed_text(held), us_text(held))
            return Step(swallow=True, reading=reading)
        if judgement is Judgement.DROPPED:
            return Step(swallow=True, unread=True)
        return self._kept(keys, run, end)

    def _doubts(self, run: Keys, pause_s: float | None) -> bool:
        """Return whether to ask if what is passed on was a scan: at its Enter, else once."""
        again = pause_s is None and (self._run.doubted or len(run) < _DOUBTED)
        doubtful = not again and is_doubtful(run, pause_s, self.profile)
        self._run.doubted = self._run.doubted or doubtful
        return doubtful

    def _judged(
        self, held: Keys, run: Keys, pause_s: float | None, *, rest: bool, ended: bool
    ) -> Judgement:
        if rest:
            secret = held[0].into is Field.PASSWORD
            return Judgement.MACHINE if secret else Judgement.DROPPED
        least = self._min_length if ended else self._min_length_open
        agreed = self.profile.end in {None, "none"} and not ended and self._run.agrees(held)
        how = End(ended, pause_s or 0.0, least, self._run.whole, agreed)
        return judged(held, run, how, self.profile)

    def _follow(
        self, run: Keys, end: KeyPress[E_] | None, judged_s: float, *, secret: bool
    ) -> None:
        """Take what terminators and control characters follow for a part of what was judged."""
        if secret:
            return
        at_s = end.at_s if end is not None else self._last_s
        self._scan_at_s, self._scan_pace_s = at_s, gap_s(run)
        self._trail = (at_s, judged_s + TRAIL_S)

    def _kept(self, keys: tuple[E_, ...], run: Keys, end: KeyPress[E_] | None) -> Step[E_]:
        """Leave what a machine typed in its field, without its end, and say so."""
        ours = surely_begins_own(run, self.profile)
        secret = run[0].into is Field.PASSWORD and is_fast(run) and not ours
        address = end is None and "@" in typed_text(run)
        said = not secret and not address
        kept = said or (end is not None and belongs_to_machine(run))
        return Step(swallow=True, release=keys, unread=said, kept=kept)

    def _pass_on(self, key: KeyPress[E_]) -> Step[E_]:
        """Release what is held, and then a key that belongs to no burst."""
        if key.kind is KeyKind.CHARACTER:
            self._run.whole = False
        else:
            self._run.break_off()
        return self._passed(self._take(), key)

    def _passed(self, keys: tuple[E_, ...], key: KeyPress[E_] | None) -> Step[E_]:
        if key is None:
            return Step(release=keys)
        return Step(swallow=bool(keys), release=(*keys, key.event) if keys else ())

    def _too_late(self, now_s: float) -> bool:
        if not self._held:
            return False
        gap = now_s - self._last_s
        return gap >= self.patience_s or gap < 0

    def _trails(self, key: KeyPress[E_]) -> bool:
        return self._in_trail(key.at_s) and not (key.moves and self._moves_on)

    def _in_trail(self, at_s: float) -> bool:
        return self._trail[0] <= at_s < self._trail[1]

    def _learn(self, keys: tuple[KeyPress[E_], ...]) -> None:
        """Learn the shape of a code that was scanned where nobody types, and the pace of ours."""
        profile = self.profile
        own = any(own_code(profile.bare(text)) for text in texts_of(keys))
        if own and not profile.taught and (pace_s := gap_s(keys)) <= SLOWEST_S:
            self._seen_s = [*self._seen_s, pace_s][-_SEEN:]
            slowest, fastest = max(self._seen_s), min(self._seen_s)
            if (
                len(self._seen_s) == _SEEN
                and slowest <= 1.5 * fastest
                and not profile.has_pace(keys)
            ):
                profile = profile.model_copy(update={"pace_ms": round(pace_s * 1000, 1)})
        if not own and keys[0].into is not Field.TEXT:
            profile = profile.with_shape(keys)
        if profile != self.profile:
            self.profile = profile
            self._learnt(profile)

    def _take(self) -> tuple[E_, ...]:
        keys, self._held, self._control_after = self._held, [], 0
        self._patience = (0, PATIENCE_S)
        return tuple(key.event for key in keys)


def _joined(before: Step[E_], after: Step[E_]) -> Step[E_]:
    """Return two steps as one; what was held before comes first."""
    return Step(
        swallow=after.swallow,
        release=(*before.release, *after.release),
        reading=before.reading or after.reading,
        unread=before.unread or after.unread,
        kept=before.kept or after.kept,
        doubtful=before.doubtful or after.doubtful,
        with_enter=before.with_enter or after.with_enter,
    )
