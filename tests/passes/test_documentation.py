"""The examples of docs/passes.md run and print the documented output."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "passes.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"## ([^\n]+)\n(?:(?!\n## ).)*?```python\n(.*?)```(?:\n```text\n(.*?)```)?",
                      PAGE, re.DOTALL)  # fmt: skip


def run(example: str, folder: Path) -> str:
    """Run an example in a folder, with warnings as errors. Returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_has_its_examples() -> None:
    assert [title for title, _, _ in EXAMPLES] == [
        "A card for Apple Wallet", "A card for Google Wallet", "Parsing a code", "Errors",
    ]  # fmt: skip
    assert PAGE.count("```python") == len(EXAMPLES)


@pytest.mark.parametrize(
    ("title", "example", "printed"), EXAMPLES, ids=[each[0] for each in EXAMPLES]
)
def test_an_example_prints_the_documented_output(
    title: str, example: str, printed: str, tmp_path: Path
) -> None:
    assert run(example, tmp_path) == printed
    if "Apple" in title:
        with zipfile.ZipFile(tmp_path / "card.pkpass") as archive:
            manifest = json.loads(archive.read("manifest.json"))
            for name, digest in manifest.items():
                assert hashlib.sha1(archive.read(name), usedforsecurity=False).hexdigest() == digest
            assert set(manifest) | {"manifest.json", "signature"} == set(archive.namelist())
