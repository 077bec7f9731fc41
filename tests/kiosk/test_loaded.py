"""What a kiosk loads at its start: nothing large that it shows or plays without."""

import subprocess
import sys

from tests.conftest import ROOT

LARGE = ("numpy", "cv2", "PIL", "qrcode", "zxingcpp", "pyzbar", "sqlalchemy", "fastapi", "stripe")


def test_the_kiosk_loads_no_package_of_the_other_processes() -> None:
    program = f"import sys, kiosk.app; print([each for each in {LARGE!r} if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": ""},
    )
    assert done.stdout.strip() == "[]"


STARTED = """
import contextlib, sys
import main
sys.argv = ["walletdesk", "scan", "--help"]
with contextlib.suppress(SystemExit):
    main.run()
import structlog, structlog.dev
print([each for each in ("rich", "pygments") if sys.modules.get(each)])
"""


def test_the_program_loads_no_colours_for_a_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"
