"""The table of the seed names tests that there are."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "seed-coverage.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:[a-z_]+/)*test_\w+\.py)(?:::(\w+))?`", PAGE)))


def source_of(file: str) -> Path | None:
    """The file that the page means: in the service's folder of tests, or in that of all."""
    found = [ROOT / "tests" / base / file for base in ("membership", "")]
    return next((path for path in found if path.exists()), None)


def test_the_page_names_tests() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_named_test_is_there(file: str, name: str) -> None:
    path = source_of(file)
    assert path is not None
    assert not name or f"def {name}(" in path.read_text(encoding="utf-8")
