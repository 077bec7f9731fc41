"""Processor share of the whole app before an empty desk: kiosk, scanner and service.

``python -m bench.idle [--rounds N] [--json FILE]``. The camera is a film of 720p at 30 frames a
second in which nothing happens but noise; decoding the film counts as well. A share is processor
time by time passed: 1 is one core that does nothing else. ``make compare`` puts a commit and this
tree side by side.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import psutil

from bench.desk import demo_service, events, percentile, start_kiosk, write_film
from bench.figures import Metric, save

FILM_S = 4.0
SETTLED_S, WINDOW_S = 5.0, 12.0
PATIENCE_S = 90.0
NEEDED = {"first_frame", "service_ready"}


def share_once(data: Path, film: Path, trace: Path) -> dict[str, float]:
    """Run one kiosk. Returns the share of a core by process, while nobody is at the desk."""
    trace.unlink(missing_ok=True)
    process = start_kiosk(data, film, trace, loop=True)
    try:
        _wait_until_running(trace)
        time.sleep(SETTLED_S)
        before, began_s = _times(process.pid), time.monotonic()
        time.sleep(WINDOW_S)
        after, passed_s = _times(process.pid), time.monotonic() - began_s
    finally:
        process.terminate()
        process.wait(60)
    return {name: (after[name] - before[name]) / passed_s for name in after}


def _wait_until_running(trace: Path) -> None:
    """Wait for the first picture and the service. Raises TimeoutError."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if trace.exists() and {each["event"] for each in events(trace)} >= NEEDED:
            return
        time.sleep(0.2)
    raise TimeoutError(f"the kiosk was not running within {PATIENCE_S:.0f} s")


def _times(pid: int) -> dict[str, float]:
    """Return the processor seconds of each part of the app so far."""
    seconds: dict[str, float] = {}
    root = psutil.Process(pid)
    for one in [root, *root.children(recursive=True)]:
        line = " ".join(one.cmdline())
        name = "kiosk" if one.pid == pid else ("service" if " serve " in line else "scanner")
        used = one.cpu_times()
        seconds[name] = seconds.get(name, 0.0) + used.user + used.system
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with demo_service(folder / "data"):
            pass
        film = folder / "empty.avi"
        write_film(film, [], lead_s=FILM_S, seen_s=0.0, gap_s=0.0)
        load = os.getloadavg()[0]
        runs = [
            share_once(folder / "data", film, folder / "trace.jsonl") for _ in range(options.rounds)
        ]
    shares = {name: percentile([run[name] for run in runs], 50) for name in sorted(runs[0])}
    whole = percentile([sum(run.values()) for run in runs], 50)
    print(f"| an empty desk, 720p at 30 fps, {options.rounds} runs, load before {load:.1f} | |")
    print("|---|---|")
    for name, share in shares.items():
        print(f"| {name} | {share:.3f} of a core |")
    print(f"| together | {whole:.3f} of a core |")
    metrics = {f"share of {name}": Metric(share, "of a core") for name, share in shares.items()}
    save(options.json, metrics | {"share together": Metric(whole, "of a core")})


if __name__ == "__main__":
    main()
