"""Rules of the house that no other tool keeps."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.check_links import anchors, faults
from tools.check_pins import pin_faults

NAME = "numpy"
HASH = f"--hash=sha256:{'0a' * 32}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.txt")), ids=lambda each: each.name)
def test_pinned_packages_have_hashes_and_no_addresses(path: Path) -> None:
    pins, found = pin_faults(path.read_text(encoding="utf-8"))
    assert found == []
    assert pins > 30


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}==1.0",
        f"{NAME}>=1.0 {HASH}",
        f"{NAME} {HASH}",
        f"{NAME}==1.* {HASH}",
        f"{NAME}==1.0 --hash=sha256:0a",
        f"{NAME}==1.0 --hash=md5:{'0a' * 16}",
        f"{NAME}==1.0 {HASH}\nother==2.0",
        f"{NAME} @ https://example.com/x.whl {HASH}",
        f"{NAME}==1.0 {HASH} # https://example.com",
        f"git+ssh://example.com/x@1 {HASH}",
        f"-e . {HASH}",
        f"./x.whl {HASH}",
        "-r other.txt",
        "--index-url https://example.com/simple",
        "--extra-index-url=//example.com",
        "--find-links /wheels",
        "--trusted-host example.com",
        "--no-binary :all:",
    ],
)
def test_what_is_no_pin_is_found(text: str) -> None:
    good = f"{NAME}==1.0 ; sys_platform == 'win32' \\\n    {HASH} \\\n    {HASH}\n"
    assert pin_faults(good) == (1, [])
    assert pin_faults(good + text)[1]


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
