"""A member looks at what they pay through Stripe, cancels, goes on, and opens Stripe's pages."""

from collections.abc import Iterator

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.browsing import Browser, needs_browser, screenshot
from tests.membership.conftest import Databases
from tests.membership.portal.login.visitors import EMAIL
from tests.membership.portal.member.visitor import OwnPage
from tests.membership.portal.signup.browser_site import BrowserSite, running_browser_site
from tests.membership.wallet.factories import new_design

pytestmark = needs_browser


@pytest.fixture(scope="module")
def module_browser_site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserSite]:
    """A service that knows its own address."""
    with running_browser_site(databases, tmp_path_factory.mktemp("billing")) as browser_site:
        yield browser_site


@pytest.fixture
def club(module_browser_site: BrowserSite, databases: Databases) -> BillingClub:
    """A club that takes payments through Stripe."""
    service, stripe = module_browser_site.fresh().service, databases.stripe
    service.clock.now = max(service.clock.now, stripe.now)
    new_design(service)
    made = BillingClub(service, stripe, delivered=len(stripe.events))
    made.connect_stripe()
    return made


def test_a_member_cancels_goes_on_and_opens_the_portal(browser: Browser, club: BillingClub) -> None:
    service = club.service
    customer = service.customer("Amara", email=EMAIL)
    gold = service.plan(
        "Gold", "pool", price_minor=4900, billing=MONTHLY, length=MONTHLY, public=True
    )
    sold = club.buy(customer, gold)["id"]
    once = service.plan("Sauna day", price_minor=1500, length={"unit": "day"}, public=True)
    club.buy(customer, once)
    for invoice in service.get("/v1/billing/invoices", membership_id=sold)["items"]:
        club.stripe.refund(invoice["id"], 1205)
        club.stripe.dispute(invoice["id"])
    club.deliver_and_process()
    page = OwnPage(browser, service)
    page.come_in(customer)
    page.shows(
        "#part-invoices",
        "€49.00",
        "€12.05 refunded",
        "Disputed with the bank",
        "€15.00",
        "Open receipt",
    )
    page.shows("#part-memberships", "and then renewed by itself.")
    page.shows("#part-permissions", "POOL")
    assert "until" not in page.find("#part-permissions").text
    page.press("Cancel")
    page.shows("#part-memberships", "It stays good until")
    page.press("Keep it")
    page.press("Cancel")
    page.press("Yes, cancel")
    page.shows("#part-memberships", "Cancelled. It ends on", "It is cancelled.")
    assert club.stripe.get(club.newest_subscription())["cancel_at_period_end"]
    assert not service.get(f"/v1/memberships/{sold}")["renews"]
    page.shows("#part-permissions", "until")
    screenshot(browser, "cancelled")
    page.press("Keep it after all")
    page.shows("#part-memberships", "It goes on.")
    assert not club.stripe.get(club.newest_subscription())["cancel_at_period_end"]
    page.press("Open receipt")
    page.until(lambda: len(browser.window_handles) == 2)
    browser.switch_to.window(browser.window_handles[1])
    page.until(lambda: browser.current_url.startswith(club.stripe.url))
    browser.close()
    browser.switch_to.window(browser.window_handles[0])
    page.press("Change the payment method")
    page.until(lambda: browser.current_url.startswith(club.stripe.url))


def test_a_member_changes_the_plan(browser: Browser, club: BillingClub) -> None:
    service = club.service
    customer = service.customer("Amara", email=EMAIL)
    terms = {"billing": MONTHLY, "length": MONTHLY, "public": True}
    club.buy(customer, service.plan("Gold", "pool", price_minor=4900, **terms))
    service.plan("Platinum", "sauna", price_minor=9900, **terms)
    page = OwnPage(browser, service)
    page.come_in(customer)
    page.press("Change the plan")
    page.press("From the next period on")
    page.shows("#part-memberships", "Platinum.", "The plan changes with the next period.")
    page.shows("#part-permissions", "POOL")
    page.press("Keep the present plan")
    page.shows("#part-memberships", "The plan stays as it is.")
    page.press("Change the plan")
    page.press("At once …")
    page.shows("#part-memberships", "Platinum begins now.", "is charged now, and €99.00 per month")
    screenshot(browser, "change of plan")
    page.press("Change now")
    page.shows("#part-memberships", "You have Platinum now.")
    page.shows("#part-permissions", "SAUNA")
    (order,) = service.get("/v1/billing/orders", customer_id=customer)["items"]
    assert order["plan"] == "Platinum"
