"""A visitor joins in a frame of the club's web site, in a real browser."""

from pathlib import Path

from tests.membership.browsing import needs_browser, open_browser
from tests.membership.portal.signup.browser_site import Page, Stage
from tests.membership.portal.signup.secrecy import seen_nowhere
from tests.membership.portal.site_login.sites import known, new_site

pytestmark = needs_browser

EMAIL = "ben@example.com"


def other(code: str) -> str:
    """A code that is not the right one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_visitor_joins_by_a_mailed_code(stage: Stage, page: Page) -> None:
    plan = stage.service.plan("Friends", "pool", public=True, length={"unit": "year"})
    stage.service.plan("Gold", public=True, price_minor=4900)
    page.visit(stage.site.url)
    page.find("a.button").click()
    page.at_step("email")
    page.fill(email=EMAIL)
    page.send("email")
    page.at_step("code")
    assert page.focused() == "head-code"
    code = stage.mailed_code(EMAIL)
    page.fill(code=other(code))
    page.send("code")
    page.says("This code is wrong or no longer good. Check it, or get a new one.")
    assert page.focused() == "code"
    page.fill(code=f"{code[:3]} {code[3:]}")
    page.send("code")
    page.at_step("who")
    assert page.focused() == "head-who"
    page.fill(given="Ben", family="Ito")
    page.find("#consent").click()
    page.send("who")
    page.at_step("done")
    assert page.focused() == "head-done"
    assert page.find("#done").text.splitlines() == [
        "You have joined: Friends.",
        "Its last day is March 9, 2028.",
        "Your customer number is C-000001. Show it at the desk to get your card.",
    ]
    (made,) = stage.service.get("/v1/memberships", plan_id=plan)["items"]
    assert made["source"] == "signup"
    seen_nowhere(stage, page, code)


COOKIE = "document.cookie = 'probe=1; SameSite=None; Secure'; return document.cookie"


def test_blocked_third_party_cookies_do_not_matter(
    stage: Stage, page: Page, tmp_path: Path
) -> None:
    site = known(stage.service, new_site())
    stage.opened()
    stage.one_plan(stage.service.plan("Friends", public=True))
    stage.service.customer("Amara", email="amara@example.com")
    page.visit(stage.site.url)
    assert page.run(COOKIE) == "probe=1"
    page.browser.execute_cdp_cmd("Storage.clearCookies", {})
    with open_browser(tmp_path, foreign_cookies=False) as strict:
        visitor = Page(strict)
        visitor.visit(stage.site.url)
        assert visitor.run(COOKIE) == ""
        visitor.fill(email=EMAIL)
        visitor.send("email")
        visitor.at_step("code")
        visitor.fill(code=stage.mailed_code(EMAIL))
        visitor.send("code")
        visitor.at_step("who")
        visitor.fill(given="Ben", family="Ito")
        visitor.find("#consent").click()
        visitor.send("who")
        visitor.at_step("done")
        stage.site.token = site.token(stage.service)
        visitor.visit(stage.site.url)
        visitor.at_step("who")
        visitor.says("You are logged in as Amara.")
        visitor.send("who")
        visitor.at_step("done")
    assert len(stage.service.get("/v1/memberships")["items"]) == 2
