"""A visitor pays for a plan in a real browser: in the frame, and on Stripe's page beside it."""

import re

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.browsing import needs_browser, screenshot
from tests.membership.conftest import Databases
from tests.membership.portal.signup.browser_site import BrowserSite, Page
from tests.membership.portal.signup.secrecy import seen_nowhere

pytestmark = needs_browser

EMAIL = "ben@example.com"


@pytest.fixture
def club(browser_site: BrowserSite, databases: Databases) -> BillingClub:
    """The club, which takes payments through Stripe."""
    service, stripe = browser_site.service, databases.stripe
    service.clock.now = max(service.clock.now, stripe.now)
    made = BillingClub(service, stripe, delivered=len(stripe.events))
    made.connect_stripe()
    return made


def ordered(browser_site: BrowserSite, page: Page) -> str:
    """Come in by a mailed code as somebody new, and order; returns the code."""
    page.visit(browser_site.site.url)
    page.at_step("email")
    page.fill(email=EMAIL)
    page.send("email")
    page.at_step("code")
    code = browser_site.mailed_code(EMAIL)
    page.fill(code=code)
    page.send("code")
    page.at_step("who")
    page.fill(given="Ben", family="Ito")
    page.click("#consent")
    page.send("who")
    page.at_step("pay")
    return code


def at_stripe(page: Page, button: str) -> str:
    """Open Stripe's page from the frame, press a button there; returns what is shown then."""
    frame, before = page.browser.current_window_handle, set(page.browser.window_handles)
    page.click("#pay")
    page.until(lambda: set(page.browser.window_handles) - before)
    (beside,) = set(page.browser.window_handles) - before
    page.browser.switch_to.window(beside)
    page.click(f"button[value={button}]")
    page.until(lambda: "/order/" in page.browser.current_url)
    shown, url = page.find("main").text, page.browser.current_url
    assert re.search(r"/join/[^/]+/order/(paid|back)$", url), url
    screenshot(page.browser, f"came-back-{button}")
    page.browser.close()
    page.browser.switch_to.window(frame)
    page.browser.switch_to.frame(page.find("iframe"))
    return shown


def test_a_visitor_pays_and_is_a_member(
    browser_site: BrowserSite, page: Page, club: BillingClub
) -> None:
    plan = club.service.plan(
        "Gold", "pool", public=True, price_minor=4900, billing=MONTHLY, length=MONTHLY
    )
    browser_site.one_plan(plan)
    code = ordered(browser_site, page)
    assert page.focused() == "head-pay"
    page.says("Waiting for the payment")
    screenshot(page.browser, "to-pay")
    assert club.service.get("/v1/memberships", plan_id=plan)["items"] == []
    assert "Thank you" in at_stripe(page, "paid")
    club.deliver_and_process()
    page.at_step("done")
    assert page.find("#done").text.splitlines() == [
        "You have joined: Gold.",
        "Your customer number is C-000001. Show it at the desk to get your card.",
    ]
    (made,) = club.service.get("/v1/memberships", plan_id=plan)["items"]
    assert (made["source"], made["status"]) == ("signup", "active")
    screenshot(page.browser, "paid")
    seen_nowhere(browser_site, page, code)


def test_who_does_not_pay_is_no_member(
    browser_site: BrowserSite, page: Page, club: BillingClub
) -> None:
    plan = club.service.plan("Day", public=True, price_minor=1500, length={"unit": "day"})
    browser_site.one_plan(plan)
    ordered(browser_site, page)
    assert "Nothing was paid" in at_stripe(page, "declined")
    club.deliver_and_process()
    page.says("Waiting for the payment")
    # Nor does it help to open the page that payers are sent to.
    page.browser.switch_to.default_content()
    page.browser.get(f"{club.service.url}/join/{club.service.tenant.slug}/order/paid")
    assert "begins when the payment is confirmed" in page.find("main").text
    club.process_inbox()
    assert club.service.get("/v1/memberships", plan_id=plan)["items"] == []


def test_a_club_that_is_paid_at_the_desk(browser_site: BrowserSite, page: Page) -> None:
    plan = browser_site.service.plan("Gold", public=True, price_minor=4900)
    browser_site.one_plan(plan)
    page.visit(browser_site.site.url)
    assert "paid at the desk" in page.find("main").text
    assert page.all("#step-email") == []
