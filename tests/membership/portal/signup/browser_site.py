"""A club's web site that shows the service in a frame, and the page of a visitor's browser."""

import contextlib
import email
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email import policy
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from starlette.types import ASGIApp, Receive, Scope, Send

from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.events.mail.delivery import send_due_mail
from membership.store.background import Work
from membership.store.database import Database
from tests.membership.application import new_app
from tests.membership.browsing import Browser
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.signup.club import opened
from tests.membership.portal.signup.websites import PageRequest, WebSite, running_site
from tests.membership.public import written_log
from tests.membership.support import Clock, Service, running_service

_PATIENCE_S, _PAUSE_S, _LONGEST_PAUSE_S = 15, 0.02, 0.1
_STILL_S = 0.05
"""How long something must have been in one place before it is clicked."""

_SHOWS = """const shows = (each) => each.getClientRects().length > 0
  && each.checkVisibility({ opacityProperty: true, visibilityProperty: true });"""
_SEEN = f"{_SHOWS} return [...document.querySelectorAll(arguments[0])].some(shows);"
_TEXT = f"""{_SHOWS} const found = document.querySelector(arguments[0]);
return found && shows(found) ? found.innerText.replaceAll("\\u00a0", " ") : "";"""
_PASTE = f"""{_SHOWS} const field = document.getElementById(arguments[0]);
if (!field || !shows(field) || field.matches(":disabled")) return false;
field.focus();
field.select();
return document.execCommand("insertText", false, arguments[1]) && field.value === arguments[1];"""
_AIMED = f"""{_SHOWS} const given = arguments, found = %s;
if (!found || !shows(found)) return null;
const {{ x, y, width, height }} = found.getBoundingClientRect();
return [found, x, y, width, height];"""


class Recorder:
    """ASGI middleware that records the requests to the service."""

    def __init__(self, app: ASGIApp, asked: list[PageRequest]) -> None:
        self.app, self._page_request = app, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record one request, and pass it on."""
        if scope["type"] == "http":
            headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
            url = scope["raw_path"].decode() + "?" + scope["query_string"].decode()
            self._page_request.append(PageRequest(url, headers))
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class BrowserSite:
    """A service with its recorded requests and its log, and a club's web site."""

    service: Service
    site: WebSite
    asked: list[PageRequest]
    log: StringIO

    def fresh(self) -> "BrowserSite":
        """The same with a new club, whose signup the site may show; nothing is recorded yet."""
        self.asked.clear()
        self.site.asked.clear()
        self.log.seek(0)
        self.log.truncate()
        browser_site = replace(self, service=self.service.fresh())
        browser_site.opened()
        browser_site.site.token = None
        return browser_site

    def opened(self, **settings: Any) -> None:
        """Open signup, and put its snippet on the site's page."""
        told = opened(self.service, **{"allowed_origins": [self.site.url], **settings})
        self.site.snippet = told["snippet"]

    def one_plan(self, plan: str, language: str | None = None) -> None:
        """Show one plan only on the site, in a language if one is given."""
        more = f' data-plan="{plan}"' + (f' data-lang="{language}"' if language else "")
        self.site.snippet = self.site.snippet.replace(" async>", f"{more} async>")

    def mailed_code(self, recipient: str) -> str:
        """Send all mail that is due, and return the code in the one mail to an address.

        Mails are files in a folder of the service's data; the one that was read is removed.
        """
        service = self.service
        work = Work(service.settings, service.database, open_vault(service.settings), service.clock)
        while send_due_mail(work):
            pass
        mails = {
            path: email.message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in (service.settings.data_dir / "mail").glob("*.eml")
        }
        (path,) = (path for path, mail in mails.items() if mail["To"] == recipient)
        path.unlink()
        (code,) = re.findall(r"^([0-9]{6})\r?$", mails[path].get_content(), re.MULTILINE)
        return str(code)


@contextlib.contextmanager
def running_browser_site(databases: Databases, folder: Path) -> Iterator[BrowserSite]:
    """Run a service and a web site, until the block is left."""
    asked: list[PageRequest] = []
    apps: list[FastAPI] = []

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        app = new_app(settings, database, clock)
        app.add_middleware(Recorder, asked=asked)
        apps.append(app)
        return app

    # From the start: a service keeps the logger of its first request.
    with (
        written_log() as log,
        running_service(databases.new(SQLITE, folder), build) as service,
        running_site() as site,
    ):
        # Its port is known only now.
        public = service.settings.model_copy(update={"public_url": service.url})
        apps[0].state.settings = public
        yield BrowserSite(service, site, asked, log)


class Page:
    """A page in a browser as somebody uses it: waits are for what is seen, not for a time.

    Each look at a page is one script: a look by several commands costs many times as much, and
    the page may have changed between them.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def visit(self, url: str) -> None:
        """Open a web site, and look into its frame."""
        self.browser.get(url)
        self.browser.switch_to.frame(self.find("iframe"))

    def until(self, ready: Callable[[], object], *, pause_s: float = _PAUSE_S) -> None:
        """Wait for something, with pauses that grow from ``pause_s``. Raises TimeoutException.

        A page that is replaced between finding and reading an element is not ready yet.
        """
        end = time.monotonic() + _PATIENCE_S
        while True:
            with contextlib.suppress(StaleElementReferenceException):
                if ready():
                    return
            if time.monotonic() > end:
                raise TimeoutException(f"not after {_PATIENCE_S} s")
            time.sleep(pause_s)
            pause_s = max(pause_s, min(_LONGEST_PAUSE_S, pause_s * 1.5))

    def all(self, selector: str) -> Sequence[WebElement]:
        """What is on the page by a CSS selector, seen or not."""
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector: str) -> WebElement:
        """The first of it, once it is there."""
        found: list[WebElement] = []

        def is_there() -> bool:
            found[:] = self.all(selector)
            return len(found) > 0

        self.until(is_there)
        return found[0]

    def seen(self, selector: str) -> bool:
        """Whether any of what is there by a selector is shown."""
        return bool(self.run(_SEEN, selector))

    def text(self, selector: str) -> str:
        """What the first of a selector shows; nothing if it is not there, or not shown."""
        return str(self.run(_TEXT, selector))

    def click_aimed(self, aim: str, *given: object) -> None:
        """Click what a script finds, as a person does: once it is shown and has stopped moving.

        What is still being loaded above it moves it. A click that another element would have
        received was not made, and is tried again. ``aim`` is an expression of ``given``.
        """
        moved = (ElementClickInterceptedException, ElementNotInteractableException)
        seen: list[object] = [None]

        def clicked() -> bool:
            found = self.run(_AIMED % aim, *given)
            before, seen[0] = seen[0], found and found[1:]
            if found is None or seen[0] != before:
                return False
            with contextlib.suppress(*moved):
                found[0].click()
                return True
            return False

        self.until(clicked, pause_s=_STILL_S)

    def click(self, selector: str, place: int = 0) -> None:
        """Click one of a CSS selector, by its place among them."""
        self.click_aimed("document.querySelectorAll(given[0])[given[1]]", selector, place)

    def run(self, script: str, *given: object) -> Any:
        """What a script returns, in the page or frame that is looked at."""
        return self.browser.execute_script(script, *given)

    def at_step(self, name: str) -> None:
        """Wait for a step of joining."""
        self.until(lambda: self.seen(f"#step-{name}"))

    def fill(self, **fields: str) -> None:
        """Paste into fields, named by their ids, in place of what is there, once they are open.

        The tests of the keyboard type, key by key, which costs many times as much.
        """
        for name, text in fields.items():
            self.until(partial(self.run, _PASTE, name, text))

    def send(self, step: str) -> None:
        """Press the button of a step."""
        self.click(f"#step-{step} form > button")

    def says(self, text: str) -> None:
        """Wait until the page tells its visitor something."""
        self.until(lambda: text in self.text("#told"))

    def focused(self) -> str:
        """The id of what has the focus."""
        return str(self.run("return document.activeElement.id"))
