"""Services of the demo club, started as a kiosk starts its own."""

import json
from dataclasses import dataclass
from pathlib import Path

import main
from tests.forkserver import ForkedProcess


@dataclass(frozen=True)
class RunningService:
    """A service process of the demo club."""

    process: ForkedProcess
    url: str
    key: str
    data_dir: Path

    def deck(self) -> dict[str, str]:
        """The codes of the demo cards, by the name on the card."""
        return deck_in(self.data_dir)


def deck_in(data_dir: Path) -> dict[str, str]:
    """The codes of the demo cards in a data folder, by the name on the card."""
    deck = json.loads((data_dir / "demo-deck.json").read_text(encoding="utf-8"))
    return {card["name"]: card["code"] for card in deck["cards"]}


def start_service(data_dir: Path) -> RunningService:
    """Start a service; it stops when its standard input closes.

    A new folder gets the demo club, which takes a second: copy one with ``demo_data``.
    """
    process = ForkedProcess(
        main.run, "serve", "--embedded", "--demo", "--port", "0", "--data-dir", data_dir
    )
    event = json.loads(process.stdout.readline())
    assert event["event"] == "ready", event
    return RunningService(process, event["url"], event["key"], data_dir)


def stop_service(service: RunningService) -> None:
    """Close its standard input and wait."""
    service.process.communicate(timeout=60)


def make_demo_club(folder: Path) -> None:
    """Fill a folder with the demo club, as the first start of a service does."""
    stop_service(start_service(folder))
