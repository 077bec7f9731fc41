"""Pages in a real browser, where the machine has one: Chromium without a window."""

import html
import re
import shutil
import subprocess
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_LIMIT_S = 60


def logged(url: str, profile: Path) -> list[str]:
    """What a page has written into its element ``log`` once it has nothing left to do.

    Time in the browser is virtual: a wait of the page costs none, and never ends too early.
    """
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions"]
    command += [f"--user-data-dir={profile}", "--virtual-time-budget=8000", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=True)
    found = re.search(r'<pre id="log">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stdout
    return html.unescape(found[1]).splitlines()
