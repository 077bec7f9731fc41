"""Pages on devices whose clocks are wrong: instants of the service are compared with its clock."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from passes.codes.barcode import RotatingCode
from tests.membership.accounts.staff.people import add, anonymous, token_for
from tests.membership.billing.billing_club import BillingClub
from tests.membership.browsing import Browser, needs_browser
from tests.membership.conftest import Databases
from tests.membership.portal.login.visitors import EMAIL
from tests.membership.portal.member.device_clock import device_off_by
from tests.membership.portal.member.visitor import OwnPage
from tests.membership.portal.signup.browser_site import BrowserSite, running_browser_site
from tests.membership.support import Service
from tests.membership.wallet.factories import new_design

BEHIND, AHEAD = timedelta(hours=-2, minutes=-10), timedelta(hours=2, minutes=10)
LONG_BEHIND, LONG_AHEAD = timedelta(days=-400), timedelta(days=400)
CLOCKS = {
    "two hours behind": BEHIND,
    "two hours ahead": AHEAD,
    "a year behind": LONG_BEHIND,
    "a year ahead": LONG_AHEAD,
}


def each_clock(sample: str) -> pytest.MarkDecorator:
    """With one of the clocks, which another page does not have; in a soak with all of them."""
    return pytest.mark.parametrize(
        "name",
        [pytest.param(name, marks=() if name == sample else pytest.mark.soak) for name in CLOCKS],
    )


@pytest.fixture(scope="module")
def module_browser_site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserSite]:
    with running_browser_site(databases, tmp_path_factory.mktemp("clocks")) as browser_site:
        yield browser_site


@pytest.fixture(scope="module")
def local_service(module_browser_site: BrowserSite) -> Service:
    return module_browser_site.service


@pytest.fixture
def site(module_browser_site: BrowserSite) -> BrowserSite:
    """A club of this test's own."""
    return module_browser_site.fresh()


@pytest.fixture
def club(site: BrowserSite, databases: Databases) -> BillingClub:
    """The club, which takes payments through Stripe."""
    service, stripe = site.service, databases.stripe
    service.clock.now = max(service.clock.now, stripe.now)
    made = BillingClub(service, stripe, delivered=len(stripe.events))
    made.connect_stripe()
    return made


def at_the_names(page: OwnPage, site: BrowserSite, plan: str) -> None:
    """Come in as somebody new by a mailed code, and fill in a name."""
    service = site.service
    page.browser.get(f"{service.url}/join/{service.tenant.slug}/{plan}")
    page.at_step("email")
    page.fill(email=EMAIL)
    page.send("email")
    page.at_step("code")
    page.fill(code=site.mailed_code(EMAIL))
    page.send("code")
    page.at_step("who")
    page.fill(given="Ben", family="Ito")
    page.click("#consent")


def looks(site: BrowserSite, part: str) -> int:
    """How often the pages have asked for something."""
    return sum(part in each.url for each in site.asked)


def looked_again(page: OwnPage, site: BrowserSite, part: str = "/orders/") -> None:
    """Wait until a page has asked twice more."""
    before = looks(site, part)
    page.until(lambda: looks(site, part) > before + 2)


@needs_browser
@each_clock("two hours ahead")
def test_every_page_with_every_clock(
    browser: Browser, site: BrowserSite, club: BillingClub, name: str
) -> None:
    service, off = site.service, CLOCKS[name]
    page = OwnPage(browser, service)
    with device_off_by(browser, service, off):
        # Joining without a price.
        free = service.plan("Friends", public=True, length={"unit": "year"})
        at_the_names(page, site, free)
        page.send("who")
        page.at_step("done")
        page.shows("#done", "You have joined: Friends.", str(service.clock().year + 1))
        # The payment page stays until the payment arrives.
        gold = club.gold_plan()
        page.browser.get(f"{service.url}/join/{service.tenant.slug}/{gold}")
        service.clock.advance(minutes=5)
        page.at_step("email")
        page.fill(email=EMAIL)
        page.send("email")
        page.at_step("code")
        page.fill(code=site.mailed_code(EMAIL))
        page.send("code")
        page.at_step("who")
        page.send("who")
        page.at_step("pay")
        looked_again(page, site)
        assert page.seen("#step-pay")
        page.says("Waiting for the payment")
        (order,) = service.get("/v1/billing/orders")["items"]
        club.stripe.pay(club.checkout_of(order["id"]))
        club.deliver_and_process()
        page.at_step("done")
        # The page to which the provider redirects, and the card's page have no script.
        page.browser.get(f"{service.url}/join/{service.tenant.slug}/order/paid")
        assert "Thank you" in page.find("main").text
        new_design(service)
        card = service.card(order["customer_id"])["card"]["id"]
        page.browser.get(service.get(f"/v1/cards/{card}")["install_url"])
        page.shows("main", "Ben Ito", "Active")
        # The member page asks for one session, and the desk takes the live card.
        site.asked.clear()
        page.come_in(order["customer_id"])
        page.codes_are_kept()
        page.shell_is_kept()
        page.press("Show my card")
        assert looks(site, "/me/session") == 1
        is_taken(page, "online")
        page.without_network()
        page.browser.refresh()
        page.press("Show my card")
        right_code(page, "offline")
    browser.delete_network_conditions()


def right_code(page: OwnPage, name: str) -> RotatingCode:
    """Wait until the code on the screen is of the service's time, at most 90 s after its clock,
    which stands still; returns it.
    """
    codes: list[RotatingCode] = []

    def is_right() -> bool:
        codes[:] = [page.code_on_screen(name)]
        return -30 <= codes[0].seconds - page.service.clock().timestamp() <= 90

    page.until(is_right)
    return codes[0]


def is_taken(page: OwnPage, name: str) -> None:
    """The code on the screen is good at the desk, and is of the service's time."""
    before = page.service.clock()
    assert page.scanned(right_code(page, name))["outcome"] == "active"
    page.service.clock.now = before


@needs_browser
@each_clock("a year behind")
def test_a_payment_page_ends_by_the_service_s_clock(
    browser: Browser, site: BrowserSite, club: BillingClub, name: str
) -> None:
    page = OwnPage(browser, site.service)
    with device_off_by(browser, site.service, CLOCKS[name]):
        at_the_names(page, site, club.gold_plan())
        page.send("who")
        page.at_step("pay")
        site.service.clock.advance(hours=1, minutes=50)
        looked_again(page, site)
        assert page.seen("#step-pay")
        site.service.clock.advance(minutes=20)
        page.at_step("who")
        assert "the bank is still working on it" in page.find("#told").text


@needs_browser
def test_a_clock_that_is_set_while_a_page_is_open(
    browser: Browser, site: BrowserSite, club: BillingClub
) -> None:
    service = site.service
    page = OwnPage(browser, service)
    with device_off_by(browser, service, AHEAD):
        at_the_names(page, site, club.gold_plan())
        page.send("who")
        page.at_step("pay")
        for hours in (3, -9):
            page.run("device.set(arguments[0])", hours * 3_600_000)
            looked_again(page, site)
            assert page.seen("#step-pay"), hours
        # Without network nothing but the page's own clock goes on.
        browser.set_network_conditions(
            offline=True, latency=0, download_throughput=0, upload_throughput=0
        )
        page.run("device.set(arguments[0])", 9 * 3_600_000)
        page.says("The service cannot be reached.")
        assert page.seen("#step-pay")
        browser.delete_network_conditions()
        looked_again(page, site)
        assert page.seen("#step-pay")


@needs_browser
def test_the_live_card_of_a_device_that_sleeps_or_is_set(
    page: OwnPage, browser: Browser, near_club: Service, amara_here: str
) -> None:
    near_club.card(amara_here)
    with device_off_by(browser, near_club, BEHIND):
        page.come_in(amara_here)
        page.codes_are_kept()
        page.shell_is_kept()
        page.without_network()
        page.press("Show my card")
        is_taken(page, "before")
        # It sleeps in a pocket, and its steady clock stands still.
        page.run("device.hide(true); device.sleep(1_800_000); device.hide(false)")
        near_club.clock.advance(minutes=30)
        page.until(
            lambda: page.run("return document.getElementById('live-code').childElementCount")
        )
        is_taken(page, "slept")
        # It is set while somebody looks at the card, back and ahead.
        for hours in (-5, 7):
            page.run("device.set(arguments[0])", hours * 3_600_000)
            right_code(page, f"set-{hours}")
        page.press("Close")
        # Set back before the visit without network: what the page has learned was kept.
        page.run("device.set(-3_600_000)")
        page.press("Show my card")
        right_code(page, "again")


@needs_browser
@each_clock("a year ahead")
def test_the_page_for_a_password(browser: Browser, site: BrowserSite, name: str) -> None:
    service = site.service
    page = OwnPage(browser, service)
    email = str(add(service)["email"])
    asked = {"organization": service.tenant.slug, "email": email}
    assert anonymous(service, "POST", "/v1/staff/password-resets", asked).status_code == 202
    with device_off_by(browser, service, CLOCKS[name]):
        browser.get(f"{service.url}/staff/set-password#token={token_for(service, email)}")
        page.until(lambda: page.run("return !document.getElementById('fields').disabled"))
        page.fill(password="seven green kettles", again="seven green kettles")
        page.find("#send").click()
        page.says("Your password is set")
