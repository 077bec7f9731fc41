"""The pages of figures show what ``docs/figures.json`` holds, and nothing that was not measured."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.figures import (
    BEGIN,
    END,
    HEADLINES,
    Metric,
    headlines,
    load,
    page,
    save,
    shown,
    write_pages,
)
from tests.conftest import ROOT


def bench(**metrics: dict[str, Any]) -> dict[str, Any]:
    return {"title": "T", "measured": "Now.", "text": "| a |\n|---|", "metrics": metrics}


def test_the_pages_are_those_of_the_store() -> None:
    kept = load()
    assert (ROOT / "docs" / "figures.md").read_text(encoding="utf-8") == page(kept)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.split(BEGIN)[1].split(END)[0].strip() == headlines(kept)


def test_the_readme_has_six_figures_and_each_was_measured() -> None:
    kept = load()
    assert [name for name, metric, _ in HEADLINES if metric in kept[name]["metrics"]] == [
        name for name, _, _ in HEADLINES
    ]
    assert len(HEADLINES) == 6


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (Metric(63.4, "%", "higher"), "63 %"),
        (Metric(1.0249, "times"), "1.02 times"),
        (Metric(2097.3, "1/s"), "2,097 1/s"),
        (Metric(114, "of 115"), "114 of 115"),
    ],
)
def test_a_number_is_shown_with_its_unit(metric: Metric, text: str) -> None:
    assert shown(vars(metric)) == text


def test_what_a_bench_saves_reaches_both_pages(tmp_path: Path) -> None:
    name, metric, sentence = HEADLINES[0]
    out = tmp_path / "out.json"
    save(out, {metric: Metric(16.04, "ms")}, rounds=3)
    assert json.loads(out.read_text())["rounds"] == 3
    kept = {name: bench(**json.loads(out.read_text())["metrics"])}
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_pages(kept, tmp_path)
    assert (tmp_path / "README.md").read_text() == (
        f"before\n{BEGIN}\n\n| figure | measured |\n|---|---|\n| {sentence} | 16 ms |\n\n{END}"
        "\nafter\n"
    )
    assert load(tmp_path) == kept
    assert "## T\n" in (tmp_path / "docs" / "figures.md").read_text()
