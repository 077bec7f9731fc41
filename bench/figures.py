"""The figures of the project: how a bench hands them over, and the pages that show them.

A bench writes ``{"metrics": {name: {"value": number, "unit": text, "better": "lower" or
"higher"}}}`` to the file that ``--json`` names, and prints its tables as Markdown. ``make bench``
keeps both in ``docs/figures.json``, and renders ``docs/figures.md`` and the table of the README
from it, so that a figure on a page is one that was measured.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
STORE, PAGE, README = Path("docs/figures.json"), Path("docs/figures.md"), Path("README.md")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

HEADLINES = (
    ("latency", "kiosk p50", "From a frame of the camera to the verdict on screen, median"),
    ("photos", "read", "Labelled photos read (no false read)"),
    ("frames", "pyzbar ratio", "A frame without a code, compared with `pyzbar.decode`"),
    ("throughput", "scans sqlite", "Scans a second of one process, compared with a bare route"),
    ("scale", "scan p50 ratio sqlite", "A scan among a million customers, and among a thousand"),
    ("gui_gap", "longest gap", "Longest moment without a reaction while a camera hangs"),
)
"""Bench, metric and sentence of the six figures in the README."""


NOTES = {
    "latency": "The obvious loop reads a frame, decodes it, asks and paints in one thread. On a "
    "camera, 30 frames a second come whether it is ready or not and the driver keeps four, so it "
    "works on old ones: the bar is for that loop. Where the film waits for its reader, as no "
    "camera does, the loop never falls behind.",
    "throughput": "The bare route is FastAPI and SQLAlchemy Core with one indexed SELECT and, for "
    "a scan, one durable INSERT.",
    "scale": "The clubs have 50,000 companies, 200,000 links and 1,200,000 memberships, and are "
    "built through the import.",
}
"""What a reader needs to know of a bench, besides its tables."""


@dataclass(frozen=True)
class Metric:
    """One number: ``better`` is ``lower`` or ``higher``."""

    value: float
    unit: str
    better: str = "lower"


def save(file: Path | None, metrics: Mapping[str, Metric], **more: Any) -> None:
    """Write metrics to ``file``, with whatever else a bench keeps; without a file, nothing."""
    if file is not None:
        content = {"metrics": {name: asdict(each) for name, each in metrics.items()}, **more}
        file.write_text(json.dumps(content, indent=1), encoding="utf-8")


def load(root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """Return what is kept of each bench: ``title``, ``measured``, ``text`` and ``metrics``."""
    kept: dict[str, dict[str, Any]] = json.loads((root / STORE).read_text(encoding="utf-8"))
    return kept


def page(kept: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page of all figures, in the order of the benches."""
    parts = [
        "# Figures",
        "`make bench` measures all of them and writes this page; `make bench ONLY=frames,start` "
        "measures some anew. Each is compared with a named baseline in the same run, because "
        "machines differ. `make compare REV=… BENCH=…` compares two commits.",
    ]
    for name, bench in kept.items():
        parts.append(f"## {bench['title']}\n`python -m bench.{name}`. {bench['measured']}")
        parts.append(str(bench["text"]).strip())
        if name in NOTES:
            parts.append(NOTES[name])
    return "\n\n".join(parts) + "\n"


def headlines(kept: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the six figures of the README as a table; one that was not measured is left out."""
    lines = ["| figure | measured |", "|---|---|"]
    for bench, metric, sentence in HEADLINES:
        found = kept.get(bench, {}).get("metrics", {}).get(metric)
        if found is not None:
            lines.append(f"| {sentence} | {shown(found)} |")
    return "\n".join(lines)


def shown(metric: Mapping[str, Any]) -> str:
    """Return a number with its unit: ratios as percent or times, photos as a count."""
    value, unit = float(metric["value"]), str(metric["unit"])
    if unit == "%":
        return f"{value:.0f} %"
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:,.0f} {unit}"


def write_pages(kept: Mapping[str, Mapping[str, Any]], root: Path = ROOT) -> None:
    """Store the figures, and render both pages from them.

    Raises ValueError for a README without the two markers.
    """
    (root / STORE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (root / PAGE).write_text(page(kept), encoding="utf-8")
    readme = root / README
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    table = f"{BEGIN}\n\n{headlines(kept)}\n\n{END}"
    readme.write_text(before + table + after, encoding="utf-8")
