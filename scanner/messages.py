"""What passes between the scanner process and its supervisor beside the public events."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What the capture thread is doing."""

    STARTING = "starting"
    OPENING = "opening"
    """Up to and with the first picture of a live source, which may take as long."""
    READING = "reading"
    """Waiting for a further picture of a live source."""
    WAITING = "waiting"
    """At the frames of a file, or before the next try to open: not a fault."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life: the capture thread's phase and for how many seconds it has been in it.

    ``decoding_s`` is how long the decoder has been at its present frame, 0 when it is not.
    """

    phase: Phase
    phase_s: float
    decoding_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The last word of a process that gives up: why, for the screen and the log."""

    detail: str
