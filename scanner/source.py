"""What every source of frames has in common, and how it reports its faults."""

import time
from typing import Protocol

from scanner.picture import Image


class SourceError(Exception):
    """A source that cannot be opened or read. The message names what and where."""


class SourceLost(SourceError):
    """A source that was there and is gone: unplugged, or the stream broke off."""


class SourceEnded(Exception):
    """A source that plays once has shown its last frame."""


class PictureSkipped(SourceError):
    """One picture of a source cannot be read; the next ``read`` goes on with the others."""


class Source(Protocol):
    """Frames, one after another.

    ``live`` tells that frames come from a camera as things happen: then a picture that
    repeats itself byte for byte is a fault.
    """

    live: bool

    def due_s(self) -> float:
        """Return the ``time.monotonic`` reading at which the next frame is to be read."""
        ...

    def read(self) -> Image:
        """Return the next frame, BGR.

        Raises SourceLost, SourceEnded, or PictureSkipped (after which reading may go on).
        """
        ...

    def close(self) -> None:
        """Let go of the device or file."""
        ...


class Pace:
    """Keeps frames to their own rate: frame n is due at start + n / fps."""

    def __init__(self, fps: float) -> None:
        """Start counting at the first ``due_s``."""
        self._step_s = 1.0 / fps
        self._start_s: float | None = None
        self._shown = 0

    def due_s(self) -> float:
        """Return when the next frame is due, as a ``time.monotonic`` reading."""
        if self._start_s is None:
            self._start_s = time.monotonic()
        return self._start_s + self._shown * self._step_s

    def shown(self) -> None:
        """Count one frame."""
        self._shown += 1
