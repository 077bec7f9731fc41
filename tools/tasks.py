"""Counts the actions of the tasks of the desk, and writes them to ``docs/tasks.md``.

Run it with ``python -m tools.tasks``: it runs the tests that do the tasks in a real window.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tasks.md"
TESTS = ("tests/flow/test_tasks.py",)
_TABLE = re.compile(r"^\| task .*?(?=\n\n)", re.DOTALL | re.MULTILINE)
_HEAD = (
    "| task | starts at | at most | mouse | keys | screen reader |",
    "|---|---|---|---|---|---|",
)


def lines_of(tasks: Sequence[tuple[str, str, int, Sequence[int]]]) -> list[str]:
    """Return a line of the table for each task: name, start, bar, and actions of the three ways."""
    return [
        f"| {name} | {starts} | {most} | {' | '.join(str(each) for each in ways)} |"
        for name, starts, most, ways in tasks
    ]


def count() -> list[str]:
    """Run the tests, and return the lines that they have counted. Raises RuntimeError if none."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        given = [
            "-q",
            "-o",
            "junit_family=xunit1",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
            *TESTS,
        ]
        subprocess.run([sys.executable, "-m", "pytest", *given], cwd=ROOT, check=False)
        found = ET.parse(report).iter("property")
        lines = [each.attrib["value"] for each in found if each.attrib["name"] == "line"]
    if not lines:
        raise RuntimeError("no task was counted")
    return lines


def main() -> None:
    """Count, and write the table."""
    table = "\n".join((*_HEAD, *count()))
    PAGE.write_text(_TABLE.sub(lambda _: table, PAGE.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
