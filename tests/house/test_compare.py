"""``make compare``: two commits measured by the same benches, in turn."""

import subprocess
from pathlib import Path

import pytest

from tools.compare import Row, main, rows_of, table

_BENCH = """
import argparse, json
from pathlib import Path
parser = argparse.ArgumentParser()
parser.add_argument("--json", type=Path)
parser.add_argument("--times", type=int, default=1)
options = parser.parse_args()
value = int(Path("value.txt").read_text()) * options.times
Path(options.json).write_text(json.dumps(
    {"metrics": {"size": {"value": value, "unit": "kg", "better": "lower"}}}))
"""


def metrics(**values: float) -> dict[str, dict[str, object]]:
    return {
        name: {"value": value, "unit": "s", "better": "lower"} for name, value in values.items()
    }


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository whose first commit has the value 4 and no bench; its tree has 3 and one."""
    root = tmp_path / "tree"
    root.mkdir()

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=T", "-c", "user.email=t@example.org")
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-q")
    (root / "value.txt").write_text("4")
    git("add", "-A")
    git("commit", "-qm", "first")
    git("tag", "first")
    (root / "value.txt").write_text("3")
    (root / "bench").mkdir()
    (root / "bench" / "__init__.py").write_text("")
    (root / "bench" / "weight.py").write_text(_BENCH)
    (root / "bench" / "broken.py").write_text("raise SystemExit('no scales here')")
    return root


def test_both_sides_are_measured(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["first", "weight", "--rounds", "2"], tree) == 0
    assert "| size | 4 kg | 3 kg | 75% | lower |" in capsys.readouterr().out


def test_arguments_reach_the_bench(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["first", "weight", "--rounds", "1", "--", "--times", "10"], tree) == 0
    assert "| size | 40 kg | 30 kg |" in capsys.readouterr().out


def test_a_second_run_uses_the_benches_of_now(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["first", "weight", "--rounds", "1"], tree)
    bench = tree / "bench" / "weight.py"
    bench.write_text(bench.read_text().replace("kg", "g"))
    assert main(["first", "weight", "--rounds", "1"], tree) == 0
    assert "| size | 4 g | 3 g |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-such-commit", "weight"], "git knows no commit 'no-such-commit'"),
        (["first", "broken"], "no scales here"),
        (["first", "missing"], "No module named bench.missing"),
    ],
)
def test_what_fails_is_named(
    tree: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main([*arguments, "--rounds", "1"], tree) == 1
    assert told in capsys.readouterr().out


def test_medians_and_ratios_are_of_the_rounds() -> None:
    before = [metrics(start=2.0), metrics(start=4.0), metrics(start=3.0)]
    after = [metrics(start=1.0, extra=1.0), metrics(start=1.0), metrics(start=3.0)]
    assert rows_of(before, after) == [Row("start", "s", "lower", 3.0, 1.0, 0.5)]


def test_a_table_names_the_better_direction() -> None:
    assert table([Row("start", "s", "lower", 2.0, 1.0, 0.5)]).endswith(
        "| start | 2 s | 1 s | 50% | lower |"
    )
