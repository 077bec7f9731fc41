"""Run benches on another commit and on this tree, in turn, and print medians and ratios.

``python -m tools.compare REV BENCH[,BENCH…] [--rounds N] [-- ARGUMENT…]``, or
``make compare REV=… BENCH=…``. The commit is checked out into ``build/compare``, and the benches
of this tree are copied into it: both sides are measured by the same code. Each bench is run as
``python -m bench.NAME --json FILE``, and writes
``{"metrics": {name: {"value": number, "unit": text, "better": "lower" or "higher"}}}``.
The order of the two sides changes with each round, so that neither always runs on a warmer
machine.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SIDES = ("before", "after")

Metrics = dict[str, dict[str, Any]]


class BenchError(Exception):
    """A bench that failed, or that wrote no metrics: which one, where, and its last lines."""


@dataclass(frozen=True)
class Row:
    """One metric of both sides: medians over the rounds, and the median of the ratios."""

    name: str
    unit: str
    better: str
    before: float
    after: float
    ratio: float


def check_out(root: Path, revision: str) -> Path:
    """Check ``revision`` out beside the tree at ``root``, with this tree's benches in it.

    Returns the folder of the checkout. Raises subprocess.CalledProcessError for a revision that
    git does not know.
    """
    named = ("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    commit = _git(root, *named).strip()
    folder = root / "build" / "compare" / commit[:12]
    if not (folder / ".git").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _git(root, "worktree", "prune")
        _git(root, "worktree", "add", "--quiet", "--force", "--detach", str(folder), commit)
    shared = root.parent / "shared"
    beside = folder.parent / "shared"
    if shared.is_dir() and not beside.exists():
        beside.symlink_to(shared.resolve())
    shutil.rmtree(folder / "bench", ignore_errors=True)
    shutil.copytree(root / "bench", folder / "bench", ignore=shutil.ignore_patterns("out"))
    return folder


def run_bench(folder: Path, name: str, arguments: Sequence[str] = ()) -> Metrics:
    """Run one bench in ``folder`` and return its metrics. Raises BenchError."""
    out = folder / "bench" / "out" / f"{name}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", f"bench.{name}", "--json", str(out), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not out.exists():
        last = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise BenchError(f"bench.{name} in {folder} ended with {done.returncode}:\n{last}")
    metrics: Metrics = json.loads(out.read_text(encoding="utf-8")).get("metrics", {})
    if not metrics:
        raise BenchError(f"bench.{name} in {folder} wrote no metrics to {out}.")
    return metrics


def compare(
    folders: Mapping[str, Path], name: str, rounds: int, arguments: Sequence[str] = ()
) -> list[Row]:
    """Run a bench ``rounds`` times on both sides in turn. Raises BenchError."""
    seen: dict[str, list[Metrics]] = {side: [] for side in SIDES}
    for number in range(rounds):
        for side in SIDES if number % 2 == 0 else reversed(SIDES):
            seen[side].append(run_bench(folders[side], name, arguments))
    return rows_of(seen["before"], seen["after"])


def rows_of(before: Sequence[Metrics], after: Sequence[Metrics]) -> list[Row]:
    """Join the rounds of both sides; a metric that one side lacks is left out."""
    rows = []
    for name, first in after[0].items():
        if any(name not in each for each in (*before, *after)):
            continue
        old = [float(each[name]["value"]) for each in before]
        new = [float(each[name]["value"]) for each in after]
        ratios = [b / a for a, b in zip(old, new, strict=True) if a]
        ratio = statistics.median(ratios) if ratios else float("nan")
        rows.append(
            Row(
                name,
                str(first["unit"]),
                str(first["better"]),
                statistics.median(old),
                statistics.median(new),
                ratio,
            )
        )
    return rows


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| metric | before | after | after / before | better |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.name} | {row.before:.4g} {row.unit} | {row.after:.4g} {row.unit} "
        f"| {row.ratio:.0%} | {row.better} |"
        for row in rows
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Compare, print, and return the exit code: 0, or 1 if a bench failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("benches", help="names, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    given = list(sys.argv[1:] if arguments is None else arguments)
    end = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:end])
    try:
        folders = {"before": check_out(root, options.revision), "after": root}
        for name in options.benches.split(","):
            rows = compare(folders, name, options.rounds, given[end + 1 :])
            print(f"**{name}**, median of {options.rounds} rounds, {options.revision} and now\n")
            print(table(rows) + "\n", flush=True)
    except subprocess.CalledProcessError as error:
        print(f"compare: git knows no commit {options.revision!r}. {error.stderr or ''}".strip())
        return 1
    except BenchError as error:
        print(f"compare: {error}")
        return 1
    return 0


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
