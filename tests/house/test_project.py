"""Rules of the house that no other tool keeps."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.check_links import anchors, faults

ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|file:")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pinned_packages_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not ADDRESS.search(text)
    packages = re.findall(r"^([A-Za-z0-9_.\-]+)==\S+", text, re.MULTILINE)
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(packages) == len(blocks) > 30
    assert all("--hash=sha256:" in block for block in blocks)


def test_what_runs_is_pinned_as_what_is_tested() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^\S+==\S+", text, re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_links_are_checked(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One `Two`\n[ok](#one-two) [gone](no.md) [bad](#three) [web](https://example.com)\n"
        "```\n[not](a-link)\n```\n",
        encoding="utf-8",
    )
    assert anchors(page.read_text(encoding="utf-8")) == {"one-two"}
    found = [fault.split(": ", 1)[1] for fault in faults(page)]
    assert found == ["no.md leads nowhere", f"#three names no heading of {page}"]


def test_no_python_file_is_empty() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert listed
    assert [name for name in listed if not (ROOT / name).read_text(encoding="utf-8").strip()] == []
