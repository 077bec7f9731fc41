"""Pages in a real browser: the system's Chromium without a window, driven by its chromedriver."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service as DriverService
from selenium.webdriver.common.utils import is_url_connectable

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMEDRIVER = shutil.which("chromedriver")

needs_browser = pytest.mark.skipif(
    CHROMIUM is None or CHROMEDRIVER is None,
    reason="this machine has no Chromium with a chromedriver (Debian: chromium-driver)",
)
"""Marks tests that open a browser: ``pytestmark = needs_browser``."""

DESKTOP, PHONE, NARROW = (1000, 900), (390, 844), (320, 640)
"""Sizes of a page in CSS pixels. The last is a big screen at a zoom of 400 %, as WCAG has it."""

_LIMIT_S = 20


class _Driver(DriverService):
    """The chromedriver, asked at its address: a bare machine may not know the name localhost."""

    @property
    def service_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def is_connectable(self) -> bool:
        """Whether it answers."""
        return is_url_connectable(self.port, host="127.0.0.1")


class Browser(Chrome):
    """A browser with a profile of its own; ``folder`` takes its profile and its screenshots."""

    def __init__(self, folder: Path, options: ChromeOptions) -> None:
        self.folder = folder
        self.has_scripts = False
        super().__init__(options=options, service=_Driver(CHROMEDRIVER))

    def run_first(self, script: str) -> None:
        """Run a script before those of every page that this tab opens from now on."""
        source = {"source": script}
        self.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)
        self.has_scripts = True

    def start_over(self, size: tuple[int, int]) -> None:
        """Leave nothing of earlier tests but what is stored for an origin: one empty tab of a size
        without scripts, with network and without cookies, and nothing is logged.
        """
        old = self.window_handles
        self.switch_to.window(old[0])
        if len(old) > 1 or self.has_scripts:
            self.switch_to.new_window("tab")
            kept, self.has_scripts = self.current_window_handle, False
            for each in old:
                self.switch_to.window(each)
                self.close()
            self.switch_to.window(kept)
        self.delete_network_conditions()
        self.get("about:blank")
        self.execute_cdp_cmd("Storage.clearCookies", {})
        resize(self, size)
        told(self)  # drops what was logged before


@contextmanager
def open_browser(
    folder: Path,
    *,
    size: tuple[int, int] = DESKTOP,
    language: str = "en",
    foreign_cookies: bool = True,
) -> Iterator[Browser]:
    """Run a browser until the block is left. ``language`` is what it asks pages for; without
    ``foreign_cookies`` a page in a frame of another site has none.
    """
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(flag)
    # The driver speaks to the browser without an address: not every machine knows localhost.
    options.add_argument("--remote-debugging-pipe")
    # Nothing is looked up or fetched but the pages of a test.
    for flag in ("--disable-background-networking", "--disable-component-update", "--no-first-run"):
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={folder / 'profile'}")
    options.add_argument(f"--accept-lang={language}")
    # Told either way: what a system's Chromium does by itself differs.
    blocking = {
        "profile.block_third_party_cookies": not foreign_cookies,
        "profile.cookie_controls_mode": 0 if foreign_cookies else 1,
    }
    options.add_experimental_option("prefs", blocking)
    browser = Browser(folder, options)
    try:
        browser.set_page_load_timeout(_LIMIT_S)
        browser.set_script_timeout(_LIMIT_S)
        resize(browser, size)
        yield browser
    finally:
        browser.quit()


def resize(browser: Chrome, size: tuple[int, int]) -> None:
    """Show pages at a size. Windows have a least width; what they show can be narrower."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def screenshot(browser: Browser, name: str) -> Path:
    """Take a picture of what is shown, as ``name``.png in the browser's folder."""
    path = browser.folder / f"{name}.png"
    assert browser.save_screenshot(str(path))
    return path


def told(browser: Chrome) -> list[str]:
    """What the browser has told developers since this was asked last, as errors of pages."""
    answer = browser.execute("getLog", {"type": "browser"})
    return [str(entry["message"]) for entry in answer["value"]]
