"""The page for choosing a password in a real browser, while the service does not answer."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from tests.membership.accounts.staff.conftest import cheap_app
from tests.membership.accounts.staff.people import add, anonymous, token_for, try_sign_in
from tests.membership.browsing import Browser, needs_browser, open_browser
from tests.membership.conftest import Databases
from tests.membership.faulty import Fault, Faults, faulty_service
from tests.membership.support import Service

pytestmark = needs_browser

NEW = "five loud magpies"
CONFIRM = "/password-resets/confirm"
QUICK = (
    "const real = setTimeout;"
    " window.setTimeout = (work, ms) =>"
    " real(work, ms < 10000 ? ms / 40 : window.hurried ? ms / 4 : ms);"
)
"""The page's clock runs forty times as fast. Requests end when they would, unless a test hurries
the page: hashing a password takes a while on a busy machine."""

PORTAL = "<!doctype html><html><body>Accept the terms of this network</body></html>"
HTML = "text/html; charset=utf-8"
FAULTS = {
    **{str(status): Fault(status) for status in (408, 429, 500, 502, 503, 504)},
    "429 with a pause": Fault(429, headers=(("Retry-After", "3"),)),
    "a page of a proxy": Fault(502, HTML, "<h1>Bad gateway</h1>"),
    "the page of a network": Fault(200, HTML, PORTAL),
    "an error that is no problem": Fault(404, HTML, "<h1>Not found</h1>"),
}


@pytest.fixture(scope="module")
def faulty(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Faults]]:
    with faulty_service(databases, tmp_path_factory.mktemp("data"), cheap_app) as running:
        yield running


@pytest.fixture
def faults(faulty: tuple[Service, Faults]) -> Iterator[Faults]:
    faulty[1].clear()
    faulty[1].asked.clear()
    yield faulty[1]
    faulty[1].clear()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        script = {"source": QUICK}
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
        yield browser


class Page:
    """The page of somebody who opened the link of a mail and typed a password."""

    def __init__(self, browser: Browser, service: Service) -> None:
        self.browser, self.service = browser, service
        self.email = str(add(service)["email"])
        wish = {"organization": service.tenant.slug, "email": self.email}
        asked = anonymous(service, "POST", "/v1/staff/password-resets", wish)
        assert asked.status_code == 202
        token = token_for(service, self.email)
        browser.get("about:blank")
        browser.get(f"{service.url}/staff/set-password#token={token}")
        self.type(NEW)

    def run(self, script: str, *given: Any) -> Any:
        return self.browser.execute_script(script, *given)

    def type(self, password: str) -> None:
        """Type a password into both fields."""
        self.run(
            "for (const id of ['password', 'again']) {"
            " const field = document.getElementById(id); field.value = arguments[0];"
            " field.dispatchEvent(new Event('input', {bubbles: true})); }",
            password,
        )

    def press(self) -> None:
        self.run("document.getElementById('send').click()")

    def hurry(self, *, on: bool) -> None:
        """Let requests end after a quarter of their time, or in their time again."""
        self.run("window.hurried = arguments[0]", on)

    @property
    def told(self) -> str:
        return str(self.run("return document.getElementById('told').textContent"))

    @property
    def typed(self) -> list[str]:
        return list(self.run("return [...document.querySelectorAll('input')].map((e) => e.value)"))

    def waits_for(self, condition: Callable[[], bool]) -> None:
        WebDriverWait(self.browser, 60, 0.05).until(lambda _: condition())

    @property
    def was_set(self) -> bool:
        """Whether the service has set a password; asked without a try at it."""
        entries = self.service.get("/v1/audit", action="staff.password_reset")["items"]
        return bool(entries)

    @property
    def is_set(self) -> bool:
        """Whether the new password signs in."""
        return try_sign_in(self.service, self.email, NEW).status_code == 201


@pytest.fixture
def page(faulty: tuple[Service, Faults], faults: Faults, browser: Browser) -> Page:
    return Page(browser, faulty[0].fresh())


def count(faults: Faults) -> int:
    return len([path for _, path in faults.asked if path.endswith(CONFIRM)])


def sent_again(page: Page, faults: Faults, name: str) -> None:
    """Open the page again, and send the password, which it then sends again by itself."""
    page.browser.refresh()
    faults.replace(CONFIRM, FAULTS[name], "POST")
    faults.asked.clear()
    page.type(NEW)
    page.press()
    page.waits_for(lambda: count(faults) >= 2)
    assert page.typed == [NEW, NEW], name
    assert "is set" not in page.told, name


def test_what_was_typed_is_kept_and_sent_again_by_itself(page: Page, faults: Faults) -> None:
    for name in FAULTS:
        sent_again(page, faults, name)
    faults.clear()
    page.waits_for(lambda: "Your password is set" in page.told)
    assert page.is_set


@pytest.mark.soak
@pytest.mark.parametrize("name", list(FAULTS))
def test_it_is_set_after_each_of_them(page: Page, faults: Faults, name: str) -> None:
    sent_again(page, faults, name)
    faults.clear()
    page.waits_for(lambda: "Your password is set" in page.told)
    assert page.is_set


def test_an_answer_that_hangs_ends_and_its_repeat_is_good(page: Page, faults: Faults) -> None:
    path = f"/v1/staff{CONFIRM}"
    faults.held.add(path)  # it is carried out, and its answer never comes
    page.hurry(on=True)
    page.press()
    page.waits_for(lambda: count(faults) >= 2)
    assert page.typed == [NEW, NEW]
    page.hurry(on=False)
    faults.clear()
    page.waits_for(lambda: "Your password is set" in page.told)
    assert page.is_set


def test_a_password_that_was_set_without_an_answer_is_not_called_a_bad_link(
    page: Page, faults: Faults
) -> None:
    path = f"/v1/staff{CONFIRM}"
    faults.held.add(path)
    page.hurry(on=True)
    page.press()
    page.waits_for(lambda: count(faults) == 1)
    page.waits_for(lambda: page.was_set)
    page.service.clock.advance(minutes=5)  # later than a repeat can be
    page.waits_for(lambda: "does not answer" in page.told)
    page.hurry(on=False)
    faults.clear()
    page.waits_for(lambda: "may have been set" in page.told)


def test_it_can_be_sent_at_once_and_changed_while_it_waits(page: Page, faults: Faults) -> None:
    faults.on(CONFIRM, Fault(503, headers=(("Retry-After", "3600"),)), "POST")
    page.press()
    page.waits_for(lambda: "does not answer" in page.told)
    assert page.run("return document.getElementById('send').textContent") == "Try now"
    page.type("too short")
    assert page.told == ""
    faults.clear()
    page.press()
    page.waits_for(lambda: page.told not in {"", "Sending …"})
    assert page.typed == ["too short"] * 2
    page.type(NEW)
    page.press()
    page.waits_for(lambda: "Your password is set" in page.told)


def test_what_changes_while_it_is_sent_is_not_sent_by_itself(page: Page, faults: Faults) -> None:
    path = f"/v1/staff{CONFIRM}"
    faults.held.add(path)
    page.hurry(on=True)
    page.run("document.getElementById('again').focus()")
    page.press()
    page.waits_for(lambda: count(faults) == 1)
    # Whoever types is kept from it while what they typed is on its way; a program is not.
    assert page.run("return document.getElementById('password').matches(':disabled')")
    page.type("six shy swallows")
    page.waits_for(lambda: not page.run("return document.getElementById('fields').disabled"))
    assert page.run("return document.activeElement.id") == "again"
    assert page.told == ""
    assert page.run("return waiting") is None
    assert count(faults) == 1
    page.hurry(on=False)
    faults.clear()
    page.type(NEW)
    page.press()
    page.waits_for(lambda: "Your password is set" in page.told)


def test_the_link_is_good_after_a_reload_and_not_in_the_address(page: Page) -> None:
    assert page.browser.current_url.endswith("/staff/set-password")
    page.browser.refresh()
    assert page.browser.current_url.endswith("/staff/set-password")
    page.type(NEW)
    page.press()
    page.waits_for(lambda: "Your password is set" in page.told)
    page.browser.refresh()
    assert "not complete" in page.told


def test_without_its_script_nothing_can_be_typed_in_vain(
    page: Page, faults: Faults, browser: Browser
) -> None:
    faults.on("set-password.js", Fault(503))
    browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    browser.refresh()
    assert page.run("return document.getElementById('password').matches(':disabled')")
    # It is shown after seconds without a script: by an animation, which need not last as long here.
    browser.execute_cdp_cmd("Animation.enable", {})
    browser.execute_cdp_cmd("Animation.setPlaybackRate", {"playbackRate": 20})
    page.waits_for(
        lambda: page.run(
            "return getComputedStyle(document.getElementById('stuck')).visibility === 'visible'"
        )
    )
    browser.execute_cdp_cmd("Animation.setPlaybackRate", {"playbackRate": 1})
    browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})
    faults.clear()
    browser.refresh()
    page.type(NEW)
    page.press()
    page.waits_for(lambda: "Your password is set" in page.told)
