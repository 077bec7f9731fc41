"""A club's own site frames a page that is not there: it gets an error in the visitor's language."""

import re

import pytest

from tests.membership.browsing import NARROW, needs_browser, resize, screenshot, told
from tests.membership.portal.signup.browser_site import BrowserSite, Page
from tests.membership.portal.signup.club import opened, put, visit
from tests.membership.portal.signup.test_embedding import height
from tests.membership.portal.signup.test_frame_looks import fits
from tests.membership.portal.signup.test_page import ORIGIN, nameless, policy
from tests.membership.support import Service

CLOSED = {
    "en": "takes no new members here at the moment",
    "de": "nimmt hier zurzeit keine neuen Mitglieder auf",
}
GONE = {"en": "This page is not there", "de": "Diese Seite gibt es nicht"}


def test_a_closed_signup_says_so_to_the_sites_that_may_frame_it(service: Service) -> None:
    opened(service, allowed_origins=[ORIGIN])
    plan = service.plan("Friends", public=True)
    assert visit(service).status_code == 200
    assert put(service, open=False, allowed_origins=[ORIGIN]).status_code == 200
    for path in ("", f"/{plan}", "/x"):
        page = visit(service, path)
        assert page.status_code == 404
        assert policy(page.headers)["frame-ancestors"] == ORIGIN
        assert f"{service.tenant.name} {CLOSED['en']}" in page.text
        assert "Friends" not in page.text
        assert f"/me/{service.tenant.slug}?lang=en" in page.text
    listed, named = visit(service), visit(service, f"/{plan}")
    assert nameless(listed.text).count("../") < nameless(named.text).count("../")
    without_ways = [re.sub(r"\.+/", "", nameless(each.text)) for each in (listed, named)]
    assert without_ways[0] == without_ways[1]
    assert put(service, open=False, member_page=False).status_code == 200
    assert "/me/" not in visit(service).text
    assert policy(visit(service).headers)["frame-ancestors"] == "'none'"
    assert CLOSED["en"] in visit(service).text


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("closed", [True, False])
def test_the_page_that_is_absent_speaks_the_visitors_language(
    service: Service, closed: bool, language: str
) -> None:
    opened(service)
    put(service, open=not closed)
    text = (CLOSED if closed else GONE)[language]
    assert text in visit(service, f"/x?lang={language}", **{"Accept-Language": "fr"}).text
    assert text in visit(service, "/x", **{"Accept-Language": f"{language}-AT"}).text


@needs_browser
def test_a_site_shows_a_closed_signup_in_its_frame(browser_site: BrowserSite, page: Page) -> None:
    service = browser_site.service
    put(service, open=False, allowed_origins=[browser_site.site.url], accent="#7a1f5c")
    browser_site.site.snippet = browser_site.site.snippet.replace(
        " async>", ' data-lang="de" async>'
    )
    for size in (NARROW, (1000, 900)):
        resize(page.browser, size)
        page.visit(browser_site.site.url)
        page.until(lambda: page.all("h1"))
        assert CLOSED["de"] in page.find("h1").text
        assert page.find("main p").text.startswith("Bitte fragen Sie am Empfang")
        page.until(lambda: height(page) < 500)
        fits(page, f"closed-{size[0]}")
    assert not [each for each in told(page.browser) if "frame-ancestors" in each]


@needs_browser
def test_a_site_shows_a_plan_that_is_no_longer_offered(
    browser_site: BrowserSite, page: Page
) -> None:
    service = browser_site.service
    old, new = service.plan("Old", public=True), service.plan("New", public=True)
    service.patch(f"/v1/plans/{old}", archived=True)
    browser_site.one_plan(old)
    page.visit(browser_site.site.url)
    page.until(lambda: page.all("h1"))
    assert page.find("h1").text == GONE["en"]
    screenshot(page.browser, "gone")
    page.click("main a")
    page.until(lambda: page.all(".offers"))
    assert new in str(page.find(".offers a").get_attribute("href"))
