"""Messages between the scanner process and its supervisor, beside the public events."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What the capture thread is doing."""

    STARTING = "starting"
    OPENING = "opening"
    """Until the first picture of a live source, which may take as long as opening."""
    READING = "reading"
    """Waiting for a further picture of a live source."""
    WAITING = "waiting"
    """Between frames of a file, or before the next attempt to open; no failure."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The capture thread's phase, and for how many seconds it has been in it.

    ``decoding_s`` is the time spent on the present frame so far, 0 while none is decoded.
    """

    phase: Phase
    phase_s: float
    decoding_s: float


@dataclass(frozen=True, slots=True)
class LookFor:
    """For the scanner process: the formats to look for from the next frame on."""

    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeStill:
    """For the scanner process: send the next frame in its full size as well."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The process ends because of an error: a detail for the screen and the log."""

    detail: str
