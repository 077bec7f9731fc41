"""The list of members of a large club at the desk: opening it, scrolling and typing.

``python -m bench.members [--customers N] [--json FILE]``. A real service with a club of that size,
and a real window in a process of its own. A timer that fires all the time measures the longest
moment in which the window does not react, while the list is scrolled from its first row to its
last and searches are typed letter by letter. Beside each stands the processor time of the window's
thread, to which other programs on the machine do not add.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.desk import percentile
from bench.figures import Metric, save
from bench.member_club import fill
from bench.services import club_of, service
from membership.base.settings import ServiceSettings

OPEN_MS, GAP_MS = 300.0, 50.0
"""The bars: at most."""

CUSTOMERS = 100_000
_OPENINGS, _STEPS = 20, 200
_BEAT_MS, _STEP_MS, _KEY_MS = 2, 16, 80
_WAIT_S = 60
_SEARCHES = ("mar", "okafor", "c-0500", "301000", "xyzzy")
_PASSWORD = "four quiet herons"


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds: by the clock, and of the processor by the window's thread."""

    wall: float
    cpu: float


class Desk:
    """A desk in a window of its own, signed in, with what a hand does at it."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        from PySide6.QtCore import QTimer  # noqa: PLC0415

        from kiosk.app import Kiosk, ServiceAddress  # noqa: PLC0415
        from kiosk.application import prepare_application  # noqa: PLC0415
        from kiosk.logs import configure_logging  # noqa: PLC0415
        from kiosk.settings import KioskSettings  # noqa: PLC0415
        from scanner.settings import ScannerSettings  # noqa: PLC0415

        configure_logging(folder)
        self._application = prepare_application()
        self.kiosk = Kiosk(
            KioskSettings(mute=True), ScannerSettings(source=str(folder)), ServiceAddress(url, key)
        )
        self.panel, self.pages = self.kiosk.management.panel, self.kiosk.management.pages
        self.page = self.pages.members.page
        self.table, self.model = self.page.table, self.page.table.members
        self._beats: list[tuple[float, float]] = []
        self._beat = QTimer()
        self._beat.timeout.connect(lambda: self._beats.append(_now()))

    def start(self) -> None:
        """Open the window, and make the first account."""
        self.kiosk.start()
        self.kiosk.window.resize(1280, 800)
        self.kiosk.management.open_home()
        sign_in = self.panel.sign_in
        sign_in.ask(first=True)
        sign_in.name.setText("Greta Sommer")
        sign_in.email.setText("greta@club.example")
        sign_in.password.setText(_PASSWORD)
        sign_in.submit.click()
        self.wait_until(lambda: self.panel.page is self.page)
        self.wait_until(lambda: self.model.complete and self.model.row(0) is not None)

    def open(self) -> Taken:
        """Go to another page and back; returns what it takes until the first rows are painted."""
        rail = self.kiosk.window.rail.buttons
        rail["plans"].click()
        self.wait_until(lambda: self.panel.page is self.pages.plans.page)
        self.wait(_STEP_MS * 6)
        began = _now()
        rail["members"].click()
        self.wait_until(lambda: self.panel.page is self.page and self.model.row(0) is not None)
        self.table.viewport().repaint()
        return _between(began, _now())

    def scroll(self) -> None:
        """Scroll from the first row to the last."""
        self.wait_until(lambda: self.model.complete)
        bar = self.table.verticalScrollBar()
        for step in range(_STEPS + 1):
            bar.setValue(bar.maximum() * step // _STEPS)
            self.wait(_STEP_MS)
        self.wait_until(lambda: self.model.row(self.model.total - 1) is not None)

    def search(self) -> None:
        """Type searches letter by letter."""
        for words in _SEARCHES:
            for end in range(1, len(words) + 1):
                self.page.search.setText(words[:end])
                self.wait(_KEY_MS)
            self.wait(_KEY_MS * 5)
            self.page.search.clear()
            self.wait(_KEY_MS * 5)

    def longest(self, act: Callable[[], None]) -> Taken:
        """Return the longest pause between two beats, by each measure, while ``act`` runs."""
        self._beats.clear()
        self._beat.start(_BEAT_MS)
        act()
        self.wait(_BEAT_MS * 4)
        self._beat.stop()
        pauses = [_between(before, after) for before, after in pairwise(self._beats)]
        return Taken(max(each.wall for each in pauses), max(each.cpu for each in pauses))

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Process events until something is true. Raises RuntimeError after a minute."""
        end = time.monotonic() + _WAIT_S
        while not true():
            if time.monotonic() > end:
                raise RuntimeError("the desk did not get there")
            self._application.processEvents()
            time.sleep(0.0005)

    def wait(self, milliseconds: float) -> None:
        """Process events for some time."""
        end = time.monotonic() + milliseconds / 1000
        self.wait_until(lambda: time.monotonic() >= end)


def _now() -> tuple[float, float]:
    return time.monotonic(), time.thread_time()


def _between(before: tuple[float, float], after: tuple[float, float]) -> Taken:
    return Taken((after[0] - before[0]) * 1000, (after[1] - before[1]) * 1000)


def run_desk(url: str, key: str, folder: Path) -> None:
    """The child: open the list, scroll and type in it, and print what that took."""
    desk = Desk(url, key, folder)
    desk.start()
    opened = [desk.open() for _ in range(_OPENINGS)]
    desk.wait_until(lambda: desk.model.complete)
    scrolled, typed = desk.longest(desk.scroll), desk.longest(desk.search)
    result = {
        "total": desk.model.total,
        "opened_ms": [each.wall for each in opened],
        "opened_cpu_ms": [each.cpu for each in opened],
        "scroll_gap_ms": scrolled.wall,
        "scroll_gap_cpu_ms": scrolled.cpu,
        "typing_gap_ms": typed.wall,
        "typing_gap_cpu_ms": typed.cpu,
    }
    desk.kiosk.stop()
    print(json.dumps(result))


def measure(customers: int) -> dict[str, Any]:
    """Build the club, run service and desk, and return what the desk printed."""
    with tempfile.TemporaryDirectory() as name:
        settings = ServiceSettings(data_dir=Path(name) / "data")
        settings.data_dir.mkdir()
        fill(settings, customers)
        key = club_of(settings).key
        state = Path(name) / "desk"
        state.mkdir()
        with service(settings) as url:
            done = subprocess.run(
                [sys.executable, "-m", "bench.members", "--child", url, key, str(state)],
                env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
                check=True, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        url, key, folder = options.child
        run_desk(url, key, Path(folder))
        return
    result = measure(options.customers)
    p50, slowest = percentile(result["opened_ms"], 50), max(result["opened_ms"])
    cpu = percentile(result["opened_cpu_ms"], 50)
    gaps = {
        "scrolling to the end": (result["scroll_gap_ms"], result["scroll_gap_cpu_ms"]),
        "typing searches": (result["typing_gap_ms"], result["typing_gap_cpu_ms"]),
    }
    members = f"{result['total']:,} members in the list"
    print(f"| {members} | measured | processor, thread of the window | bar |")
    print("|---|---|---|---|")
    print(
        f"| the page opens, median of {_OPENINGS} | {p50:.0f} ms | {cpu:.0f} ms "
        f"| at most {OPEN_MS:.0f} ms |"
    )
    print(f"| the page opens, slowest | {slowest:.0f} ms | | |")
    for name, (gap, used) in gaps.items():
        bar = f"at most {GAP_MS:.0f} ms"
        print(f"| longest gap while {name} | {gap:.0f} ms | {used:.0f} ms | {bar} |")
    metrics = {
        "opens p50": Metric(p50, "ms"),
        "opens slowest": Metric(slowest, "ms"),
        "opens, processor p50": Metric(cpu, "ms"),
        "gap scrolling": Metric(result["scroll_gap_ms"], "ms"),
        "gap scrolling, processor": Metric(result["scroll_gap_cpu_ms"], "ms"),
        "gap typing": Metric(result["typing_gap_ms"], "ms"),
        "gap typing, processor": Metric(result["typing_gap_cpu_ms"], "ms"),
    }
    save(options.json, metrics, **result)


if __name__ == "__main__":
    main()
