"""What the C library keeps: changed on glibc, in this process and in those it starts."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

ASKS = "import os; from kiosk.heap import keep_little; print(keep_little(), os.environ[{name!r}])"


def asked(**environment: str) -> list[str]:
    """What a new process prints: whether it was changed, and the setting its children get."""
    program = ASKS.format(name="MALLOC_ARENA_MAX")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no glibc")
@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({}, ["True", "1"]),
        ({"MALLOC_ARENA_MAX": "4"}, ["False", "4"]),
        ({"MALLOC_TRIM_THRESHOLD_": "1000000"}, ["False", "1"]),
    ],
)
def test_settings_of_the_user_are_kept(environment: dict[str, str], answer: list[str]) -> None:
    assert asked(**environment) == answer
