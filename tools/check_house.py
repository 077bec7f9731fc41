"""Check rules of the house that linters do not know: transactions, lengths, tests, labels.

- A writing transaction is opened by ``Database.writing`` alone, which requires an actor.
- No source file has more than 400 lines.
- Every feature ``membership/<storey>/<feature>/`` has tests in ``tests/membership/`` at the same
  place.
- Migrations have one number each, one after the other.
- The kiosk uses its own classes for labels, choices and days, and its own function for tool tips:
  Qt's guess at markup, change by a wheel in passing, or complete what was typed.
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

MOST_LINES = 400
SOURCES = (".py", ".js", ".mjs", ".css", ".html", ".sh")
VENDORED = "vendor"

MIGRATIONS = PurePosixPath("membership/store/migrations/versions")
"""Folder of the migrations, whose names begin with their revision."""

WRITING_MODULE = "membership/store/database.py"
LISTENERS = frozenset({"audit_changes", "follow_organizations"})
"""Functions that may take ``writers``: they listen to its sessions and open none."""

NO_FEATURES = frozenset({"membership/store/migrations", "membership/store/models"})
"""Folders on a storey that are part of the database and tested with it."""

OWN_CLASSES = {
    "QLabel": "kiosk/views/plain_label.py",
    "QComboBox": "kiosk/staff/pages/inputs.py",
    "QDateEdit": "kiosk/staff/pages/inputs.py",
    "QDateTimeEdit": "kiosk/staff/pages/inputs.py",
    "QSpinBox": "kiosk/staff/pages/inputs.py",
    "QDoubleSpinBox": "kiosk/staff/pages/inputs.py",
    "QMessageBox": "kiosk/staff/pages/form.py",
    "setToolTip": "kiosk/views/tips.py",
}
"""Names of Qt that one module of the kiosk may use, and that module."""


@dataclass(frozen=True, order=True)
class Violation:
    """A broken rule. ``line`` counts from 1; 0 is the file or folder as a whole."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


def bare_transactions(path: str, tree: ast.AST) -> Iterator[Violation]:
    """Return uses of ``writers``, other than by those that listen to it, one a place."""
    if path == WRITING_MODULE or path.startswith("tests/"):
        return
    listening = {
        id(given)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in LISTENERS
        for given in node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "writers" and id(node) not in listening:
            message = "open writing transactions by Database.writing(actor, now)"
            yield Violation(path, node.lineno, message)


def bare_widgets(path: str, tree: ast.AST) -> Iterator[Violation]:
    """Return calls and subclasses in the kiosk of what has a class of its own there."""
    if not path.startswith("kiosk/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            used = [node.func]
        elif isinstance(node, ast.ClassDef):
            used = node.bases
        else:
            continue
        for name in {_name_of(each) for each in used} & OWN_CLASSES.keys():
            if path != OWN_CLASSES[name or ""]:
                message = f"use what {OWN_CLASSES[name or '']} has instead of {name}"
                yield Violation(path, node.lineno, message)


def _name_of(expression: ast.expr) -> str | None:
    """Return the last part of a name: ``QLabel`` of ``QtWidgets.QLabel``."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else None


def long_files(path: str, text: str) -> Iterator[Violation]:
    """Return a source file that is too long."""
    parts = PurePosixPath(path)
    lines = len(text.splitlines())
    if parts.suffix in SOURCES and VENDORED not in parts.parts and lines > MOST_LINES:
        yield Violation(path, 0, f"{lines} lines, more than {MOST_LINES}: split it")


def untested_features(paths: Iterable[str]) -> Iterator[Violation]:
    """Return features whose folder of tests is missing, or has no test module."""
    every = [PurePosixPath(path) for path in paths]
    tested = {path.parent for path in every if path.name.startswith("test_")}
    features = {
        path.parents[-4]
        for path in every
        if path.suffix == ".py" and len(path.parts) >= 4 and path.parts[0] == "membership"
    }
    for feature in sorted(features - {PurePosixPath(each) for each in NO_FEATURES}):
        tests = "tests" / feature
        if not any(each == tests or tests in each.parents for each in tested):
            yield Violation(str(feature), 0, f"no test module in {tests}/")


def forked_migrations(paths: Iterable[str]) -> Iterator[Violation]:
    """Return migrations whose number another one has, or that follows none."""
    every = [PurePosixPath(path) for path in paths]
    named = sorted(path.name for path in every if path.parent == MIGRATIONS and path.name[0] != "_")
    for before, name in pairwise(named):
        if int(name[:4]) != int(before[:4]) + 1:
            yield Violation(str(MIGRATIONS / name), 0, f"does not follow {before} as the next one")


def violations(sources: Mapping[str, str]) -> list[Violation]:
    """Return what breaks a rule, sorted by place. ``sources`` are texts by path, with slashes."""
    found = [*untested_features(sources), *forked_migrations(sources)]
    for path, text in sources.items():
        found += long_files(path, text)
        if path.endswith(".py"):
            tree = ast.parse(text, path)
            found += bare_transactions(path, tree)
            found += bare_widgets(path, tree)
    return sorted(found)


def _sources() -> dict[str, str]:
    """Read the source files of the working tree that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    paths = [name for name in listed if name.endswith(SOURCES) and Path(name).is_file()]
    return {name: Path(name).read_text(encoding="utf-8") for name in paths}


def main(read: Callable[[], Mapping[str, str]] = _sources) -> int:
    """Print what breaks a rule; returns 1 if anything does, else 0."""
    sources = read()
    found = violations(sources)
    for each in found:
        print(each)
    print(f"rules of the house checked in {len(sources)} files, {len(found)} broken")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
