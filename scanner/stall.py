"""Limit after which a read of a live source counts as stalled. Pure."""

LONGEST = 8
"""The limit grows to at most this many times the usual one."""

FEW_FRAMES = 2
"""After so few frames a stall may only mean a slow stream."""

STEADY_FRAMES = 10
"""Number of quick frames in a row after which a source is known not to be slow."""


class StallLimit:
    """The usual limit in ``seconds``, doubled each time a source stalls right after a restart.

    So a stream with less than one frame per limit can start, and a camera that is known to be quick
    gets the usual limit again.
    """

    def __init__(self, usual_s: float) -> None:
        """Begin with ``usual_s`` seconds."""
        self._usual_s = usual_s
        self.seconds = usual_s
        self.restarted()

    def restarted(self) -> None:
        """Record that the source is opened again."""
        self._frames = 0
        self._quick_in_a_row = 0
        self._last_ns: int | None = None

    def frame(self, captured_ns: int) -> None:
        """Record a frame and its time (monotonic ns)."""
        self._frames += 1
        if self._last_ns is not None:
            quick = captured_ns - self._last_ns < self._usual_s / 2 * 1e9
            self._quick_in_a_row = self._quick_in_a_row + 1 if quick else 0
        self._last_ns = captured_ns
        if self._quick_in_a_row >= STEADY_FRAMES:
            self.seconds = self._usual_s

    def stalled(self) -> None:
        """Record that the limit was exceeded."""
        if self._frames <= FEW_FRAMES:
            self.seconds = min(self.seconds * 2, self._usual_s * LONGEST)
