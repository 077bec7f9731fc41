"""State of camera and service, in words for the top bar and the panels. Pure."""

from dataclasses import dataclass
from enum import Enum

from scanner.events import SourceChanged, SourceState

from .texts import Texts


class Health(Enum):
    """Health of a part; the value is the name of its colour in a ``Theme``."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Status:
    """A state in one word, and a sentence that explains it."""

    health: Health
    word: str
    sentence: str


def camera_status(changed: SourceChanged, texts: Texts) -> Status:
    """Return the state of the camera in words. The scanner's own detail is left to support."""
    say = texts.say
    good, warn, bad = Health.GOOD, Health.WARN, Health.BAD
    health, word, sentence = {
        SourceState.OPENING: (warn, say("Camera …"), say("The camera is being opened.")),
        SourceState.RUNNING: (good, say("Camera"), ""),
        SourceState.LOST: (
            bad,
            say("No camera"),
            say("The camera is not there. Is it plugged in?"),
        ),
        SourceState.STALLED: (bad, say("Camera hangs"), say("The camera hangs. Restarting it.")),
        SourceState.FROZEN: (
            bad,
            say("Camera frozen"),
            say("The camera repeats one picture. Restarting it."),
        ),
        SourceState.CRASHED: (bad, say("Camera …"), say("The scanner failed. Restarting it.")),
        SourceState.ENDED: (warn, say("Camera ended"), say("The recording is over.")),
    }[changed.state]
    return Status(health, word, sentence)
