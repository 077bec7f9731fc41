"""Two people at one device: a page is of the one it began with, whatever another tab does."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.membership.browsing import Browser, needs_browser
from tests.membership.conftest import Databases
from tests.membership.faulty import Faults, faulty_service
from tests.membership.portal.member.visitor import OwnPage
from tests.membership.support import Service

pytestmark = needs_browser

BEN = "ben@example.com"


@pytest.fixture(scope="module")
def faulty(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Faults]]:
    """A service behind a network that can hold answers back."""
    with faulty_service(databases, tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def local_service(faulty: tuple[Service, Faults]) -> Service:
    """The service alone."""
    return faulty[0]


@pytest.fixture
def faults(faulty: tuple[Service, Faults]) -> Iterator[Faults]:
    """Its network, in which nothing is wrong yet."""
    faulty[1].clear()
    faulty[1].asked.clear()
    yield faulty[1]
    faulty[1].clear()


@pytest.fixture
def amara_and_ben(near_club: Service, amara_here: str) -> tuple[str, str]:
    """Two members with a card each; Ben has a membership that Amara has not."""
    ben = near_club.customer("Ben", family_name="Lind", email=BEN)
    near_club.member(near_club.plan("Sauna", "area.sauna"), customer_id=ben)
    near_club.card(amara_here)
    near_club.card(ben)
    return amara_here, ben


@pytest.fixture
def tabs(browser: Browser) -> Iterator[tuple[str, str]]:
    """Two tabs of one browser; the first one is shown."""
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    second = browser.current_window_handle
    browser.switch_to.window(first)
    yield first, second
    browser.switch_to.window(second)
    browser.close()
    browser.switch_to.window(first)


def text_of_page(page: OwnPage) -> str:
    """All that stands on the page, seen or not."""
    return str(page.run("return document.getElementById('me').textContent"))


FREEZE = """window.frozen = [];
const listen = (event) => { event.stopImmediatePropagation(); window.frozen.push(event.type); };
for (const name of ["storage", "pageshow", "online"]) addEventListener(name, listen, true);"""
"""A tab that sleeps hears nothing of the others, as phones let tabs sleep."""


def asleep(page: OwnPage) -> None:
    """Let the next page of this tab hear nothing of other tabs."""
    page.browser.run_first(FREEZE)


def ben_logs_in_beside(page: OwnPage, tabs: tuple[str, str], *, log_out: bool) -> None:
    """Let Ben log in in the second tab, after Amara has logged out there or was forgotten."""
    page.browser.switch_to.window(tabs[1])
    page.open()
    page.at_step("me")
    if log_out:
        page.press("Log out")
    else:
        page.browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
        page.open()
    page.at_step("email")
    page.log_in(BEN)
    page.shows("#part-memberships", "Sauna")
    page.browser.switch_to.window(tabs[0])


def test_the_other_tab_starts_over_with_whom_the_cookie_names(
    page: OwnPage, tabs: tuple[str, str], amara_and_ben: tuple[str, str]
) -> None:
    page.come_in(amara_and_ben[0])
    page.shows("#part-memberships", "Gold")
    ben_logs_in_beside(page, tabs, log_out=False)
    page.shows("#head-me", "Ben Lind")
    page.shows("#part-memberships", "Sauna")
    assert "Gold" not in text_of_page(page)
    assert page.kept()["customer"] == amara_and_ben[1]


def test_the_other_tab_asks_who_it_is_after_a_logout(
    page: OwnPage, tabs: tuple[str, str], amara_and_ben: tuple[str, str]
) -> None:
    page.come_in(amara_and_ben[0])
    page.shows("#part-memberships", "Gold")
    ben_logs_in_beside(page, tabs, log_out=True)
    page.at_step("email")
    text = text_of_page(page)
    assert not [each for each in ("Gold", "Amara", "Sauna", "Ben") if each in text]
    page.browser.refresh()
    page.shows("#head-me", "Ben Lind")


def test_a_tab_that_slept_shows_nothing_of_two_people(
    page: OwnPage,
    tabs: tuple[str, str],
    amara_and_ben: tuple[str, str],
    near_club: Service,
) -> None:
    asleep(page)
    page.come_in(amara_and_ben[0])
    page.shows("#part-memberships", "Gold")
    ben_logs_in_beside(page, tabs, log_out=False)
    # It still shows Amara's: nothing of Ben's has come under her name, and no card of his.
    page.shows("#head-me", "Amara Okafor")
    assert "Sauna" not in text_of_page(page)
    assert not page.run("return document.getElementById('live').open")
    page.press("Log out")  # must not end Ben's session, whose cookie it is by now
    page.shows("#head-me", "Ben Lind")
    page.shows("#part-memberships", "Sauna")
    assert "Gold" not in text_of_page(page)
    assert near_club.get("/v1/audit", action="customer.signed_out")["items"] == []


def test_a_renewal_that_gives_somebody_else_starts_over(
    page: OwnPage, tabs: tuple[str, str], amara_and_ben: tuple[str, str], near_club: Service
) -> None:
    asleep(page)
    page.come_in(amara_and_ben[0])
    page.codes_are_kept()
    page.press("Show my card")
    ben_logs_in_beside(page, tabs, log_out=False)
    # Her access token is over, and the cookie is Ben's: the former tab alone would not know.
    page.run("localStorage.removeItem(arguments[0])", f"walletdesk customer {page.slug}")
    near_club.clock.advance(minutes=11)
    page.run("document.getElementById('live-close').click()")
    page.press("Download my data")
    page.shows("#head-me", "Ben Lind")
    page.shows("#part-memberships", "Sauna")
    assert "Gold" not in text_of_page(page)


def alone(path: str) -> Any:
    """One answer that comes late while the others come in time, in a soak."""
    return pytest.param([path], id=path or "/me", marks=pytest.mark.soak)


@pytest.mark.parametrize(
    "paths",
    [
        pytest.param(["", "/cards", "/payments"], id="asked at first"),
        pytest.param(["/subscriptions", "/live"], id="asked after these"),
        *(alone(path) for path in ("", "/cards", "/payments", "/subscriptions", "/live")),
    ],
)
def test_what_comes_after_the_logout_is_dropped(
    page: OwnPage,
    faults: Faults,
    amara_and_ben: tuple[str, str],
    near_club: Service,
    paths: list[str],
) -> None:
    late = {f"/v1/join/{near_club.tenant.slug}/me{path}" for path in paths}
    faults.held |= late
    page.open_as(amara_and_ben[0])
    page.until(lambda: late <= {path for _, path in faults.asked})
    page.press("Log out")
    page.at_step("email")
    page.prove(BEN)
    faults.held.clear()
    page.at_step("me")
    page.shows("#part-memberships", "Sauna")
    page.shows("#part-permissions", "AREA.SAUNA")
    page.codes_are_kept()
    text = text_of_page(page)
    assert not [each for each in ("Gold", "Amara", "R-000001", "AREA.POOL") if each in text]
    assert page.kept()["customer"] == amara_and_ben[1]


def test_a_double_reload_at_the_door_goes_on(
    page: OwnPage, faults: Faults, amara_and_ben: tuple[str, str], near_club: Service
) -> None:
    page.come_in(amara_and_ben[0])
    session = f"/v1/join/{near_club.tenant.slug}/me/session"
    for _ in range(2):
        faults.asked.clear()
        faults.held.add(session)
        page.browser.refresh()
        page.until(lambda: ("PUT", session) in faults.asked)
        faults.asked.clear()
        page.browser.execute_script("location.reload()")
        page.until(lambda: ("PUT", session) in faults.asked)
        faults.held.clear()
        page.at_step("me")
        page.shows("#head-me", "Amara Okafor")
    assert near_club.get("/v1/audit", action="customer.session_ended")["items"] == []
