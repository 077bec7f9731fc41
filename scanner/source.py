"""The protocol of sources of frames, and their errors."""

import time
from typing import Protocol

from scanner.picture import Image


class SourceError(Exception):
    """A source cannot be opened or read. The message names the source and the reason."""


class SourceLost(SourceError):
    """A source that worked is gone: unplugged, or the stream ended."""


class SourceEnded(Exception):
    """A source that plays once has shown its last frame."""


class PictureSkipped(SourceError):
    """One picture of a source cannot be read; the next ``read`` continues with the others."""


class Source(Protocol):
    """A sequence of frames.

    ``live`` frames come from a camera, which never repeats a picture byte for byte.
    """

    live: bool

    def due_s(self) -> float:
        """Return the ``time.monotonic`` reading at which the next frame is to be read."""
        ...

    def read(self) -> Image:
        """Return the next frame: BGR, uint8, shape (height, width, 3).

        Raises SourceLost, SourceEnded, or PictureSkipped, after which reading can continue.
        """
        ...

    def close(self) -> None:
        """Close the device or file."""
        ...


class Pace:
    """Paces frames: frame n is due at start + n / fps."""

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
