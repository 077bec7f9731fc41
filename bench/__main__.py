"""Run every benchmark, one after the other, and keep their tables.

``python -m bench [--readme]``. Tables are printed and written to ``bench/out/results.md``;
``--readme`` also puts them into the README between its markers.
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BENCHES = {
    "photos": "Labelled photos read",
    "frames": "A 720p frame without a code",
    "latency": "From the camera to the screen",
    "gui_gap": "A camera that hangs",
    "startup": "Start and memory",
    "throughput": "Scans and permission checks per second",
    "scale": "A club of a million customers",
    "rollout": "One design edit over 100,000 cards, with a kill on the way",
    "passes": "Signed passes, and the memory of many",
}
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def results() -> str:
    """Run all benches. Answers their output as Markdown; raises when one fails."""
    cores = os.cpu_count()
    parts = [f"Measured on {cores} cores, {platform.system()}, Python {platform.python_version()}."]
    for name, title in BENCHES.items():
        print(f"running bench.{name} …", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"],
            cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        parts.append(f"**{title}** (`python -m bench.{name}`)\n\n{done.stdout.strip()}")
        print(parts[-1] + "\n", flush=True)
    return "\n\n".join(parts) + "\n"


def put_into_readme(text: str) -> None:
    """Replace what stands between the markers of the README."""
    readme = ROOT / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Run and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true")
    options = parser.parse_args()
    text = results()
    out = ROOT / "bench" / "out"
    out.mkdir(exist_ok=True)
    (out / "results.md").write_text(text, encoding="utf-8")
    if options.readme:
        put_into_readme(text)


if __name__ == "__main__":
    main()
