"""What the scanner process of a desk with a camera loads: nothing that only the demo draws with."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

PROGRAM = """
import sys
import scanner.worker, scanner.capture, scanner.decode
from scanner.camera import open_source
from scanner.settings import ScannerSettings
from scanner.source import SourceError
try:
    open_source(ScannerSettings(source=sys.argv[1]))
except SourceError:
    print([each for each in ("PIL", "qrcode", "scanner.demo_camera") if each in sys.modules])
"""


@pytest.mark.parametrize(
    ("source", "loaded"),
    [
        pytest.param("no-such-film.avi", "[]", id="a film"),
        pytest.param(
            "demo:no-such-deck.json", "['PIL', 'qrcode', 'scanner.demo_camera']", id="the demo"
        ),
    ],
)
def test_only_the_demo_loads_what_draws_codes(source: str, loaded: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, source],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == loaded
