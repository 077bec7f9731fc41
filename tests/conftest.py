"""What all tests share: no display, and a real membership service over loopback."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.garbage import collect_due

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT.parent / "shared" / "scan-samples"


@pytest.fixture(autouse=True)
def _garbage_of_this_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """From the first window on, free Qt objects in this thread only, as the kiosk does."""
    if "qapp" in request.fixturenames:
        gc.disable()
    yield
    if not gc.isenabled():
        collect_due()


@dataclass(frozen=True)
class RunningService:
    """A service process of the demo club."""

    process: subprocess.Popen[str]
    url: str
    key: str
    data_dir: Path

    def deck(self) -> dict[str, str]:
        """The codes of the demo cards, by the name on the card."""
        deck = json.loads((self.data_dir / "demo-deck.json").read_text(encoding="utf-8"))
        return {card["name"]: card["code"] for card in deck["cards"]}


def start_service(data_dir: Path, *more: str) -> RunningService:
    """Start a service as a kiosk does; it stops when its standard input closes."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "serve", "--embedded", "--demo", "--port", "0",
         "--data-dir", str(data_dir), *more],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    assert said["event"] == "ready", said
    return RunningService(process, said["url"], said["key"], data_dir)


def stop_service(service: RunningService) -> None:
    """Close its standard input and wait."""
    assert service.process.stdin is not None
    assert service.process.stdout is not None
    service.process.stdin.close()
    service.process.wait(10)
    service.process.stdout.close()


@pytest.fixture(scope="session")
def demo_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One service of the demo club for all tests that only scan and search."""
    service = start_service(tmp_path_factory.mktemp("service"))
    yield service
    stop_service(service)
