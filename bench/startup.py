"""Start to first frame, and the memory of kiosk, service and scanner.

``python -m bench.startup [--rounds N] [--json FILE]``. The start is from launching the program
to the first camera picture on screen and to the service being ready, both with the data already
there. Memory is the proportional set size of the three processes, 6 s after all of that, with
cards scanned meanwhile.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import psutil

from bench.desk import demo_service, events, percentile, qr_codes, start_kiosk, write_film

START_S, MEMORY_MB = 2.5, 400.0
SETTLED_S = 6.0
PATIENCE_S = 60.0
MILESTONES = {"window": "kiosk_started", "first frame": "first_frame", "service": "service_ready"}


def measure_once(data: Path, film: Path, trace: Path) -> tuple[dict[str, float], dict[str, float]]:
    """One start. Returns seconds to each milestone, and megabytes by process."""
    trace.unlink(missing_ok=True)
    began_ns = time.monotonic_ns()
    process = start_kiosk(data, film, trace, loop=True)
    try:
        seen = wait_for_milestones(trace, began_ns)
        time.sleep(SETTLED_S)
        memory = memory_by_process(process.pid)
    finally:
        process.terminate()
        process.wait(60)
    return {name: (seen[event] - began_ns) / 1e9 for name, event in MILESTONES.items()}, memory


def wait_for_milestones(trace: Path, began_ns: int) -> dict[str, int]:
    """First time in ns of each event in a trace, once all milestones are there."""
    while True:
        recorded = events(trace) if trace.exists() else []
        seen: dict[str, int] = {event["event"]: event["ns"] for event in reversed(recorded)}
        if set(MILESTONES.values()) <= set(seen):
            return seen
        if time.monotonic_ns() - began_ns > PATIENCE_S * 1e9:
            raise TimeoutError(f"within {PATIENCE_S:.0f} s only {sorted(seen)}")
        time.sleep(0.1)


def memory_by_process(kiosk: int) -> dict[str, float]:
    """Proportional set size in MB of a kiosk, its scanner and its service."""
    memory: dict[str, float] = {}
    root = psutil.Process(kiosk)
    for one in [root, *root.children(recursive=True)]:
        line = " ".join(one.cmdline())
        name = "kiosk" if one.pid == root.pid else ("service" if " serve " in line else "scanner")
        if "resource_tracker" not in line:
            memory[name] = memory.get(name, 0.0) + one.memory_full_info().pss / 1e6
    return memory


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with demo_service(folder / "data"):
            codes = qr_codes(folder / "data")
        film = folder / "film.avi"
        write_film(film, codes[:6], lead_s=1.0, seen_s=0.4, gap_s=0.7)
        runs = [
            measure_once(folder / "data", film, folder / "trace.jsonl")
            for _ in range(options.rounds)
        ]
    starts, memories = zip(*runs, strict=True)
    print(f"| from launching the program, median of {options.rounds} | |")
    print("|---|---|")
    for name in starts[0]:
        print(f"| {name} | {percentile([s[name] for s in starts], 50):.2f} s |")
    print("\n| memory (proportional set size), median | |")
    print("|---|---|")
    for name in sorted(memories[0]):
        print(f"| {name} | {percentile([m[name] for m in memories], 50):.0f} MB |")
    whole = percentile([sum(m.values()) for m in memories], 50)
    first = percentile([s["first frame"] for s in starts], 50)
    print(f"| together | {whole:.0f} MB |")
    print(
        f"\nTo be explained where over {START_S} s or {MEMORY_MB:.0f} MB: "
        f"{first:.2f} s, {whole:.0f} MB."
    )
    if options.json:
        seconds = {f"start_{n}_s": percentile([s[n] for s in starts], 50) for n in starts[0]}
        sizes = {f"memory_{n}_mb": percentile([m[n] for m in memories], 50) for n in memories[0]}
        metrics = {
            name.replace(" ", "_"): {"value": value, "unit": unit, "better": "lower"}
            for unit, figures in (("s", seconds), ("MB", sizes | {"memory_together_mb": whole}))
            for name, value in figures.items()
        }
        result = {"metrics": metrics, "starts_s": list(starts), "memory_mb": list(memories)}
        options.json.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
