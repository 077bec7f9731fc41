"""How long a read of a live source may take before it counts as hanging. Pure."""

LONGEST = 8
"""The limit is never lengthened to more than this many times the usual one."""

FEW_FRAMES = 2
"""A stall after so few frames may be nothing but a slow stream."""

STEADY_FRAMES = 10
"""So many quick frames in a row show that a source is not slow."""


class StallLimit:
    """The usual limit, doubled whenever a source stalls right after a restart.

    A stream of less than a frame per limit gets going so, and a camera that has shown that it
    is quick has the usual limit again.
    """

    def __init__(self, usual_s: float) -> None:
        """Begin with ``usual_s`` seconds."""
        self._usual_s = usual_s
        self.seconds = usual_s
        self.restarted()

    def restarted(self) -> None:
        """Note that the source is opened afresh."""
        self._frames = 0
        self._quick_in_a_row = 0
        self._last_ns: int | None = None

    def frame(self, captured_ns: int) -> None:
        """Note a frame and when it was captured (monotonic ns)."""
        self._frames += 1
        if self._last_ns is not None:
            quick = captured_ns - self._last_ns < self._usual_s / 2 * 1e9
            self._quick_in_a_row = self._quick_in_a_row + 1 if quick else 0
        self._last_ns = captured_ns
        if self._quick_in_a_row >= STEADY_FRAMES:
            self.seconds = self._usual_s

    def stalled(self) -> None:
        """Note that the limit ran out."""
        if self._frames <= FEW_FRAMES:
            self.seconds = min(self.seconds * 2, self._usual_s * LONGEST)
