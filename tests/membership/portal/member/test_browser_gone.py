"""Who has logged out is gone: from pages that come back, late answers, and what a network says."""

from tests.membership.browsing import needs_browser
from tests.membership.faulty import Fault, Faults
from tests.membership.portal.member.test_browser_kept import HTML, PORTAL
from tests.membership.portal.member.test_browser_two import (
    BEN,
    amara_and_ben,
    faults,
    faulty,
    local_service,
    tabs,
)
from tests.membership.portal.member.visitor import OwnPage
from tests.membership.support import Service

__all__ = ["amara_and_ben", "faults", "faulty", "local_service", "tabs"]
pytestmark = needs_browser

DEAF = """addEventListener("storage", (event) => event.stopImmediatePropagation(), true);"""
"""A page in the back/forward cache hears nothing of other tabs."""
LIVE_CAME_OR_STARTED_OVER = """return performance.getEntriesByType("resource").some(
    (each) => each.name.endsWith("/me/live") && each.responseEnd > 0,
  ) || Boolean(document.getElementById("step-email")?.checkVisibility());"""
"""Another answer may come before and tell the tab that nobody is logged in: it then starts over."""
AMARAS = ("Gold", "Amara", "AREA.POOL")


def everything_of(page: OwnPage) -> str:
    """All that stands in the document, seen or not."""
    return str(page.run("return document.body.textContent"))


def logs_out_beside(page: OwnPage, tabs: tuple[str, str]) -> None:
    """Log out in the second tab, and come back to the first one."""
    page.browser.switch_to.window(tabs[1])
    page.open()
    page.at_step("me")
    page.press("Log out")
    page.at_step("email")
    page.shows("#told", "You are logged out")
    page.browser.switch_to.window(tabs[0])


def test_a_page_that_comes_back_after_the_logout_shows_nobody(
    page: OwnPage, tabs: tuple[str, str], amara_and_ben: tuple[str, str]
) -> None:
    page.browser.run_first(DEAF)
    page.come_in(amara_and_ben[0])
    page.shows("#part-memberships", "Gold")
    logs_out_beside(page, tabs)
    page.run("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.at_step("email")
    assert not [each for each in AMARAS if each in everything_of(page)]


def test_codes_that_come_after_the_logout_in_another_tab_are_not_kept(
    page: OwnPage,
    tabs: tuple[str, str],
    faults: Faults,
    near_club: Service,
    amara_and_ben: tuple[str, str],
) -> None:
    page.browser.run_first(DEAF)
    live = f"/v1/join/{near_club.tenant.slug}/me/live"
    faults.held.add(live)
    page.come_in(amara_and_ben[0])
    page.until(lambda: any(path == live for _, path in faults.asked))
    logs_out_beside(page, tabs)
    faults.held.clear()
    page.until(lambda: page.run(LIVE_CAME_OR_STARTED_OVER))
    page.browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert page.kept() is None


def test_a_network_that_answers_the_logout_logs_nobody_out(
    page: OwnPage, faults: Faults, amara_and_ben: tuple[str, str]
) -> None:
    page.come_in(amara_and_ben[0])
    faults.on("/me/session", Fault(200, HTML, PORTAL), "DELETE")
    page.press("Log out")
    page.at_step("email")
    faults.clear()
    page.open()  # sends it again, for the cookie is still there
    page.at_step("email")
    page.open()
    page.at_step("email")
    assert ("DELETE", f"/v1/join/{page.slug}/me/session") in faults.asked


def test_the_next_one_finds_no_name_on_the_card(
    page: OwnPage, faults: Faults, amara_and_ben: tuple[str, str]
) -> None:
    page.come_in(amara_and_ben[0])
    page.codes_are_kept()
    page.press("Show my card")
    page.shows("#live", "Amara Okafor")
    page.run("document.getElementById('live-close').click()")
    page.press("Log out")
    page.at_step("email")
    assert not [each for each in AMARAS if each in everything_of(page)]
    faults.held.add(f"/v1/join/{page.slug}/me/live")
    page.log_in(BEN)
    page.press("Show my card")
    assert "Amara" not in page.find("#live").text
