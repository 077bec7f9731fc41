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
