"""A member before their own page, and what they hold under the reader at the desk."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import cv2
import zxingcpp
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from membership.portal.login.sessions import open_session
from membership.portal.member.session_routes import COOKIE
from membership.store.models import Customer
from passes.codes.barcode import RotatingCode, parse
from tests.membership.browsing import Browser, screenshot
from tests.membership.portal.login.visitors import EMAIL, code_for
from tests.membership.portal.signup.browser_site import Page
from tests.membership.support import Service, arranging

_SHOWN_BUTTON = """[...document.querySelectorAll("button, a.button")].find(
  (each) => each.textContent === given[0] && shows(each))"""
_OFFLINE = {"offline": True, "latency": 0, "download_throughput": 0, "upload_throughput": 0}


class OwnPage(Page):
    """The customer's own page in a browser."""

    def __init__(self, browser: Browser, service: Service) -> None:
        super().__init__(browser)
        self.service = service

    @property
    def slug(self) -> str:
        """The short name of the club."""
        return self.service.tenant.slug

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"{self.service.url}/me/{self.slug}"

    def open(self, language: str = "en") -> None:
        """Open the page, and wait until it knows whose it is."""
        self.browser.get(f"{self.address}?lang={language}")
        self.until(lambda: self.seen(".step, #kept-card"))

    def shows(self, selector: str, *texts: str) -> None:
        """Wait until a place shows texts."""

        def all_there() -> bool:
            shown = self.text(selector)
            return all(text in shown for text in texts)

        self.until(all_there)

    def prove(self, email: str = EMAIL) -> None:
        """Show that an address is one's own, by the code that is mailed to it."""
        self.service.clock.advance(minutes=5)
        self.fill(email=email)
        self.send("email")
        self.at_step("code")
        self.fill(code=code_for(self.service, email))
        self.send("code")

    def log_in(self, email: str = EMAIL) -> None:
        """Log in, as the only one who has an address, and wait for the cards."""
        self.prove(email)
        self.at_step("me")
        self.until(lambda: self.seen("#part-cards"))

    def come_in(self, customer: str, language: str = "en") -> None:
        """Open the page on a device on which a customer is logged in, and wait for the cards."""
        self.open_as(customer, language)
        self.until(lambda: self.seen("#part-cards"))

    def open_as(self, customer: str, language: str = "en") -> None:
        """The same, and wait only until the page is theirs."""
        service = self.service
        with arranging(service.database) as session:
            row = session.get_one(Customer, (service.tenant.id, UUID(customer)))
            cookie = open_session(session, row, service.clock()).refresh_token
        told = {
            "name": COOKIE,
            "value": cookie,
            "url": service.url,
            "path": f"/v1/join/{self.slug}/me",
            "httpOnly": True,
            "sameSite": "Strict",
        }
        assert self.browser.execute_cdp_cmd("Network.setCookie", told)["success"]
        self.open(language)
        self.at_step("me")

    def type(self, *keys: str) -> None:
        """Press keys of the keyboard, wherever the focus is."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def tab_to(self, name: str) -> None:
        """Move the focus on until it is where a person wants it."""
        for _ in range(20):
            if self.focused() == name:
                return
            self.type(Keys.TAB)
        raise AssertionError(f"the keyboard does not reach {name}")

    def press(self, text: str) -> None:
        """Press a button by what it says, once it is shown."""
        self.click_aimed(_SHOWN_BUTTON, text)

    def codes_are_kept(self) -> None:
        """Wait until codes for hours ahead are on the device."""
        self.until(lambda: self.kept() is not None)

    def kept(self) -> Any:
        """What the device keeps of a card."""
        return self.run(
            "return JSON.parse(localStorage.getItem(arguments[0]))",
            f"walletdesk live {self.service.tenant.slug}",
        )

    def cookies(self) -> Sequence[Any]:
        """All cookies of the browser, whichever address they are for."""
        told = self.browser.execute_cdp_cmd("Network.getAllCookies", {})
        return list(told["cookies"])

    def shell_is_kept(self) -> None:
        """Wait until the browser could show the page without network."""
        self.browser.execute_async_script(
            "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done())"
        )
        self.until(lambda: self.run("return navigator.serviceWorker.controller !== null"))

    def without_network(self) -> None:
        """Take the network away, from the page and from its service worker."""
        self.browser.set_network_conditions(**_OFFLINE)

    def code_on_screen(self, name: str) -> RotatingCode:
        """The code that a reader finds in a picture of the screen, kept as ``name``."""
        found: list[str] = []

        def read() -> bool:
            picture = cv2.imread(str(screenshot(self.browser, name)))
            found[:] = [each.text for each in zxingcpp.read_barcodes(picture)]
            return len(found) == 1

        self.until(read)
        code = parse(found[0])
        assert isinstance(code, RotatingCode)
        return code

    def scanned(self, code: RotatingCode) -> Any:
        """What the desk learns of a code at its time."""
        self.service.clock.now = datetime.fromtimestamp(code.seconds, UTC)
        return self.service.scan(code.text)

    def width_of_content(self) -> int:
        """How wide the page is, in CSS pixels."""
        return int(self.run("return document.documentElement.scrollWidth"))
