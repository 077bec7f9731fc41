"""Decides which codes in view are new scans. Pure: the clock is passed in.

A card held still is one scan. It counts again once it was out of view for ``away_after_s`` and, if
frames are numbered, for at least ``AWAY_FRAMES`` frames. Shorter gaps in which a held card is not
read do not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.events import Code
from scanner.formats import AGREEING_BARS, agreeing

AGREE_WITHIN_S = 0.6
"""Frames with the same one-dimensional code agree if they are at most this far apart.

Frames between them may be lost to motion blur, so they need not be consecutive.
"""

AGREE_WITHIN_FRAMES = 12
"""As AGREE_WITHIN_S for slow cameras: numbered frames this close agree whatever their times."""

AWAY_FRAMES = 2
"""A code has left only if it is missing from this many numbered frames."""


@dataclass(slots=True)
class _Seen:
    """State of a code in view. Times are seconds of the caller's clock."""

    last_s: float
    last_frame: int | None
    frames: int
    admitted_s: float | None


class RepeatFilter:
    """Tracks the codes in view by format and text.

    ``away_after_s``: seconds without being read after which a code has left. ``again_after_s``: if
    set, a code held in view counts again after so many seconds. ``agree_frames``: number of frames
    that must read a one-dimensional code before it counts; one of a weak format needs more.
    """

    def __init__(
        self,
        away_after_s: float = 1.0,
        again_after_s: float | None = None,
        agree_frames: int = AGREEING_BARS,
    ) -> None:
        """Raise ValueError for a time that is not above zero or a count below one."""
        if away_after_s <= 0 or (again_after_s is not None and again_after_s <= 0):
            raise ValueError("away_after_s and again_after_s must be above 0")
        if agree_frames < 1:
            raise ValueError(f"agree_frames must be at least 1, not {agree_frames}")
        self._away_after_s = away_after_s
        self._again_after_s = again_after_s
        self._agree_frames = agree_frames
        self._seen: dict[tuple[str, str, bytes], _Seen] = {}
        self._now_s: float | None = None

    def admit(
        self, codes: Iterable[Code], now_s: float, frame_number: int | None = None
    ) -> list[Code]:
        """Return those of one frame's ``codes`` that are new scans at ``now_s``, in order.

        ``frame_number`` counts all frames, including those that are not passed here because they
        have no codes; with it, cameras below about two frames a second work too. A number that is
        not above the last one means that the camera was restarted.
        """
        if self._now_s is not None and now_s < self._now_s:
            self._shift_by(now_s - self._now_s)
        self._now_s = now_s
        self._drop_departed(now_s, frame_number)
        unique = {code.key: code for code in codes}
        return [
            code for key, code in unique.items() if self._counts(key, code, now_s, frame_number)
        ]

    def forget(self, code: Code | None = None) -> None:
        """Let ``code``, or every code in view, count as a new scan."""
        if code is not None:
            self._seen.pop(code.key, None)
            return
        self._seen.clear()
        self._now_s = None

    def _shift_by(self, step_s: float) -> None:
        """Adjust all times to a clock that was set back by ``-step_s``."""
        for seen in self._seen.values():
            seen.last_s += step_s
            if seen.admitted_s is not None:
                seen.admitted_s += step_s

    def _drop_departed(self, now_s: float, frame_number: int | None) -> None:
        for key, seen in list(self._seen.items()):
            confirmed = seen.admitted_s is not None
            patience_s = self._away_after_s
            if not confirmed:
                patience_s = min(patience_s, AGREE_WITHIN_S)
            passed = _frames_between(seen.last_frame, frame_number)
            patient_frames = AWAY_FRAMES if confirmed else AGREE_WITHIN_FRAMES
            gone = passed is None or passed > patient_frames
            if gone and now_s - seen.last_s >= patience_s:
                del self._seen[key]

    def _counts(
        self, key: tuple[str, str, bytes], code: Code, now_s: float, frame_number: int | None
    ) -> bool:
        seen = self._seen.setdefault(key, _Seen(now_s, frame_number, 0, None))
        seen.last_s = now_s
        seen.last_frame = frame_number
        seen.frames += 1
        needed = agreeing(code.format, self._agree_frames)
        if seen.admitted_s is None:
            due = seen.frames >= needed
        else:
            due = self._again_after_s is not None and now_s - seen.admitted_s >= self._again_after_s
        if due:
            seen.admitted_s = now_s
        return due


def _frames_between(last: int | None, now: int | None) -> int | None:
    """Return how many frames ``now`` is after ``last``, or None if that is not known."""
    return now - last if last is not None and now is not None and now > last else None
