"""A web site vouches for its visitor: a token goes into the frame, in a real browser."""

import json

import pytest

from tests.membership.browsing import needs_browser
from tests.membership.portal.signup.browser_site import BrowserSite, Page
from tests.membership.portal.signup.secrecy import seen_nowhere
from tests.membership.portal.site_login.sites import Site, known, new_site

pytestmark = needs_browser

EMAIL = "amara@example.com"


@pytest.fixture
def vouching(browser_site: BrowserSite) -> Site:
    """The key of the site, which the club knows; there is one plan and one customer."""
    site = known(browser_site.service, new_site())
    browser_site.opened()
    browser_site.one_plan(browser_site.service.plan("Friends", public=True))
    browser_site.service.customer("Amara", email=EMAIL)
    return site


def logins(browser_site: BrowserSite) -> int:
    """How often a customer was logged in."""
    return len(browser_site.service.get("/v1/audit", action="customer.signed_in")["items"])


def refusals(browser_site: BrowserSite) -> list[str]:
    """Why tokens were refused, as the log tells."""
    lines = [json.loads(line) for line in browser_site.log.getvalue().splitlines()]
    return [line["reason"] for line in lines if line["event"] == "embed_token_refused"]


def test_a_visitor_whom_the_site_knows_joins_at_once(
    browser_site: BrowserSite, page: Page, vouching: Site
) -> None:
    browser_site.site.token = vouching.token(browser_site.service)
    page.visit(browser_site.site.url)
    page.at_step("who")
    page.says("You are logged in as Amara.")
    page.send("who")
    page.at_step("done")
    assert "You have joined: Friends." in page.find("#done").text
    assert (logins(browser_site), refusals(browser_site)) == (1, [])
    # Only the site itself sent it anywhere: to its own page.
    seen_nowhere(browser_site, page, browser_site.site.token)


def test_somebody_new_whom_the_site_knows_gives_their_name(
    browser_site: BrowserSite, page: Page, vouching: Site
) -> None:
    browser_site.site.token = vouching.token(browser_site.service, email="new@example.com")
    page.visit(browser_site.site.url)
    page.at_step("who")
    page.fill(given="Ben", family="Ito")
    page.click("#consent")
    page.send("who")
    page.at_step("done")
    seen_nowhere(browser_site, page, browser_site.site.token)


def ordinary_login(browser_site: BrowserSite, page: Page) -> None:
    """Wait until a token was refused; the visitor sees the login as if there had been none."""
    page.until(lambda: refusals(browser_site))
    page.at_step("email")
    assert page.find("#told").text == ""


def comes_in(browser_site: BrowserSite, page: Page) -> None:
    """Log in by a mailed code, as the only customer who has the address."""
    page.fill(email=EMAIL)
    page.send("email")
    page.at_step("code")
    page.fill(code=browser_site.mailed_code(EMAIL))
    page.send("code")
    page.at_step("who")
    assert page.find("#known label").text == "Amara"


def test_an_expired_token_leads_to_the_ordinary_login(
    browser_site: BrowserSite, page: Page, vouching: Site
) -> None:
    now = int(browser_site.service.clock().timestamp())
    browser_site.site.token = vouching.token(browser_site.service, iat=now - 100, exp=now - 11)
    page.visit(browser_site.site.url)
    ordinary_login(browser_site, page)
    assert refusals(browser_site) == ["expired"]
    assert logins(browser_site) == 0
    comes_in(browser_site, page)


def test_a_token_that_was_used_leads_to_the_ordinary_login(
    browser_site: BrowserSite, page: Page, vouching: Site
) -> None:
    browser_site.site.token = vouching.token(browser_site.service)
    page.visit(browser_site.site.url)
    page.at_step("who")
    page.visit(browser_site.site.url)  # a reload at once repeats the request
    page.at_step("who")
    browser_site.service.clock.advance(minutes=1)
    page.visit(browser_site.site.url)
    ordinary_login(browser_site, page)
    assert refusals(browser_site) == ["used_before"]
    assert logins(browser_site) == 1


@pytest.mark.parametrize(("same_key", "why"), [(False, "kid_unknown"), (True, "audience_wrong")])
def test_another_clubs_token_leads_to_the_ordinary_login(
    browser_site: BrowserSite, page: Page, vouching: Site, same_key: bool, why: str
) -> None:
    other = browser_site.service.fresh()
    theirs = vouching if same_key else known(other, new_site("site-2"))
    browser_site.site.token = theirs.token(other)
    page.visit(browser_site.site.url)
    ordinary_login(browser_site, page)
    assert refusals(browser_site) == [why]
    assert logins(browser_site) == 0


def test_a_site_that_knows_nobody_is_no_matter(
    browser_site: BrowserSite, page: Page, vouching: Site
) -> None:
    browser_site.site.token = ""
    page.visit(browser_site.site.url)
    ordinary_login(browser_site, page)
    assert refusals(browser_site) == ["not_a_jwt"]
    comes_in(browser_site, page)
