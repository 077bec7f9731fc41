"""Wall and processor time of ``make test`` in this checkout, set-up apart.

``python -m bench.suite [--json FILE]``. The tests run in the environment of the interpreter that
runs this. Processor time is that of all processes which the tests started and waited for.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
CLOSING = re.compile(r"^\D*?(\d+) passed.*? in [\d.]+s", re.MULTILINE)


def main() -> None:
    """Measure and print. Raises SystemExit if a test fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    venv = Path(sys.prefix)
    command = ["make", "-o", f"{venv}/.dev", f"VENV={venv}", "test"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(done.stdout[-4000:] + done.stderr[-1000:])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    passed = sum(int(count) for count in CLOSING.findall(done.stdout))
    print("| `make test`, set-up apart | |")
    print("|---|---|")
    print(f"| tests passed | {passed} |")
    print(f"| wall time | {wall:.0f} s |")
    print(f"| processor time | {cpu:.0f} s |")
    if options.json:
        metrics = {
            "wall time": {"value": wall, "unit": "s", "better": "lower"},
            "processor time": {"value": cpu, "unit": "s", "better": "lower"},
            "tests passed": {"value": passed, "unit": "tests", "better": "higher"},
        }
        options.json.write_text(json.dumps({"metrics": metrics}), encoding="utf-8")


if __name__ == "__main__":
    main()
