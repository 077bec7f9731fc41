"""Which membership service a kiosk asks: one elsewhere, or one that it runs."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ServiceAddress:
    """A membership service that this kiosk does not run: its URL and an API key."""

    url: str
    key: str


@dataclass(frozen=True)
class OwnService:
    """A membership service that this kiosk runs: the command that starts it, and its data folder.

    ``scan_when_ready`` starts the scanner only when the service answers, for a demo that is played
    once.
    """

    command: list[str]
    data_dir: Path
    scan_when_ready: bool = False
