"""A visitor joins in a frame of the club's web site, in a real browser."""

from pathlib import Path

from tests.membership.browsing import needs_browser, open_browser
from tests.membership.portal.signup.browser_site import BrowserSite, Page
from tests.membership.portal.signup.secrecy import seen_nowhere
from tests.membership.portal.site_login.sites import known, new_site

pytestmark = needs_browser

EMAIL = "ben@example.com"


def other(code: str) -> str:
    """A code that is not the right one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_visitor_joins_by_a_mailed_code(browser_site: BrowserSite, page: Page) -> None:
    plan = browser_site.service.plan("Friends", "pool", public=True, length={"unit": "year"})
    browser_site.service.plan("Gold", public=True, price_minor=4900)
    page.visit(browser_site.site.url)
    page.click("a.button")
    page.at_step("email")
    page.fill(email=EMAIL)
    page.send("email")
    page.at_step("code")
    assert page.focused() == "head-code"
    code = browser_site.mailed_code(EMAIL)
    page.fill(code=other(code))
    page.send("code")
    page.says("This code is wrong or no longer good. Check it, or get a new one.")
    assert page.focused() == "code"
    page.fill(code=f"{code[:3]} {code[3:]}")
    page.send("code")
    page.at_step("who")
    assert page.focused() == "head-who"
    page.fill(given="Ben", family="Ito")
    page.click("#consent")
    page.send("who")
    page.at_step("done")
    assert page.focused() == "head-done"
    assert page.find("#done").text.splitlines() == [
        "You have joined: Friends.",
        "Its last day is March 9, 2028.",
        "Your customer number is C-000001. Show it at the desk to get your card.",
    ]
    (made,) = browser_site.service.get("/v1/memberships", plan_id=plan)["items"]
    assert made["source"] == "signup"
    seen_nowhere(browser_site, page, code)


COOKIE = "document.cookie = 'probe=1; SameSite=None; Secure'; return document.cookie"


def test_blocked_third_party_cookies_do_not_matter(
    browser_site: BrowserSite, page: Page, tmp_path: Path
) -> None:
    site = known(browser_site.service, new_site())
    browser_site.opened()
    browser_site.one_plan(browser_site.service.plan("Friends", public=True))
    browser_site.service.customer("Amara", email="amara@example.com")
    page.visit(browser_site.site.url)
    assert page.run(COOKIE) == "probe=1"
    page.browser.execute_cdp_cmd("Storage.clearCookies", {})
    with open_browser(tmp_path, foreign_cookies=False) as strict:
        visitor = Page(strict)
        visitor.visit(browser_site.site.url)
        assert visitor.run(COOKIE) == ""
        visitor.fill(email=EMAIL)
        visitor.send("email")
        visitor.at_step("code")
        visitor.fill(code=browser_site.mailed_code(EMAIL))
        visitor.send("code")
        visitor.at_step("who")
        visitor.fill(given="Ben", family="Ito")
        visitor.click("#consent")
        visitor.send("who")
        visitor.at_step("done")
        browser_site.site.token = site.token(browser_site.service)
        visitor.visit(browser_site.site.url)
        visitor.at_step("who")
        visitor.says("You are logged in as Amara.")
        visitor.send("who")
        visitor.at_step("done")
    assert len(browser_site.service.get("/v1/memberships")["items"]) == 2
