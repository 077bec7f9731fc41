"""Run the benches one after the other, and put their figures on the pages.

``python -m bench [--only NAME,NAME]``, or ``make bench``. The tables are printed, kept in
``docs/figures.json``, and shown by ``docs/figures.md`` and the README.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import load, write_pages

ROOT = Path(__file__).parent.parent
BENCHES = {
    "photos": "Labelled photos read",
    "frames": "A 720p frame without a code",
    "scenes": "Cards that are hard to read",
    "idle": "Processor share before an empty desk",
    "latency": "From the camera to the screen",
    "gui_gap": "A camera that hangs",
    "members": "A list of 100,000 members at the desk",
    "offline": "A desk without its service: its list of 100,000 members",
    "start": "Start of the service and of the desk",
    "startup": "First picture on screen, and memory",
    "throughput": "Scans and permission checks per second",
    "scale": "A club of a million customers",
    "rollout": "One design edit over 100,000 cards, with a kill on the way",
    "billing": "Billing events a second",
    "passes": "Signed passes, and the memory of many",
}


def measure(name: str) -> dict[str, Any]:
    """Run one bench and return what is kept of it. Raises CalledProcessError if it fails."""
    out = ROOT / "bench" / "out" / f"{name}.json"
    out.parent.mkdir(exist_ok=True)
    print(f"running bench.{name} …", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", "--json", str(out)],
        cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    print(done.stdout, flush=True)
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return {
        "title": BENCHES[name],
        "measured": f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine}.",
        "text": done.stdout.strip(),
        "metrics": json.loads(out.read_text(encoding="utf-8"))["metrics"],
    }


def main() -> None:
    """Run and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="names, separated by commas", default=",".join(BENCHES))
    chosen = parser.parse_args().only.split(",")
    unknown = [name for name in chosen if name not in BENCHES]
    if unknown:
        parser.error(f"no bench is called {', '.join(unknown)}; there is {', '.join(BENCHES)}")
    for name in chosen:
        kept = load() | {name: measure(name)}
        write_pages({each: kept[each] for each in BENCHES if each in kept})


if __name__ == "__main__":
    main()
