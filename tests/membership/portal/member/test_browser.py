"""The customer's own page in a real browser: logged in, shown, offline at the door, logged out."""

import json

from selenium.webdriver.common.keys import Keys

from membership.portal.member.session_routes import COOKIE
from tests.membership.browsing import (
    DESKTOP,
    NARROW,
    PHONE,
    needs_browser,
    resize,
    screenshot,
)
from tests.membership.portal.login.visitors import EMAIL, code_for, fault, login, me
from tests.membership.portal.member.visitor import OwnPage
from tests.membership.support import Service

pytestmark = needs_browser


def test_a_member_sees_all_that_is_theirs(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    page.open()
    page.log_in()
    page.shows("#part-memberships", "Gold", "Active", "Your own", "Through Northwind")
    page.shows("#part-memberships summary", "Earlier memberships (1)")
    page.shows("#part-permissions", "AREA.POOL", "AREA.GYM")
    page.shows("#part-cards", "You have no card yet.")
    page.shows("#part-payments", "€49.00", "Gold", "cash", "Receipt R-000001 (PDF)")
    assert not page.seen("#part-invoices")
    assert page.focused() == "head-me"
    page.press("Get my card")
    page.shows("#part-cards", "Here is your card.", "Good")
    page.until(lambda: page.seen("#live-offer"))
    for size, name in ((PHONE, "phone"), (NARROW, "narrow"), (DESKTOP, "desktop")):
        resize(page.browser, size)
        screenshot(page.browser, f"me-{name}")
        assert page.width_of_content() <= size[0]
    assert "mr_" not in json.dumps(page.run("return {...localStorage, c: document.cookie}"))


def test_the_live_card_is_read_at_the_desk_without_network(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    near_club.card(amara_here)
    page.come_in(amara_here)
    page.codes_are_kept()
    page.shell_is_kept()
    page.press("Show my card")
    code = page.code_on_screen("live")
    # A test's service says it is 2027 already: the phone's clock is wrong by months.
    assert abs(code.seconds - near_club.clock().timestamp()) < 3600
    page.shows("#live", "Amara Okafor", "C-000001", near_club.tenant.name, "Works without network")
    assert page.focused() == "live-name"
    assert page.scanned(code)["outcome"] == "active"
    again = page.scanned(code)
    assert (again["outcome"], again["unknown_cause"]) == ("unknown_code", "replayed")
    for size in (NARROW, DESKTOP, (844, 390)):
        resize(page.browser, size)
        assert page.code_on_screen(f"live-{size[0]}").name == code.name
        assert page.width_of_content() <= size[0]
    resize(page.browser, PHONE)

    page.without_network()
    page.browser.refresh()
    page.shows("#told", "No network. Your card can be shown until")
    page.press("Show my card")
    offline = page.code_on_screen("offline")
    assert offline.name == code.name
    moved_on(page, periods=1)
    page.until(lambda: page.code_on_screen("offline-later").seconds > offline.seconds)
    assert page.scanned(page.code_on_screen("offline-later"))["outcome"] == "active"
    assert page.scanned(offline)["unknown_cause"] == "replayed"


def test_the_keyboard_is_enough(page: OwnPage, near_club: Service, amara_here: str) -> None:
    near_club.card(amara_here)
    page.open()
    page.tab_to("email")
    page.type(EMAIL, Keys.ENTER)
    page.at_step("code")
    assert page.focused() == "head-code"
    page.tab_to("code")
    page.type(code_for(near_club, EMAIL), Keys.ENTER)
    page.at_step("me")
    page.until(lambda: page.seen("#live-offer"))
    assert page.focused() == "head-me"
    page.type(Keys.TAB, Keys.ENTER)
    page.until(lambda: page.focused() == "live-name")
    page.type(Keys.TAB)
    assert page.focused() == "live-close"
    page.type(Keys.ESCAPE)
    page.until(lambda: not page.seen("#live"))
    assert page.run("return document.activeElement.className") == "show-card big"


def moved_on(page: OwnPage, *, periods: int) -> None:
    """Let time go by at the device: its codes are so much older."""
    page.run(
        "const key = arguments[0], kept = JSON.parse(localStorage.getItem(key));"
        "kept.offset += arguments[1] * kept.period;"
        "localStorage.setItem(key, JSON.stringify(kept));"
        "dispatchEvent(new StorageEvent('storage', {key}));",
        f"walletdesk live {page.service.tenant.slug}",
        periods,
    )


def test_codes_that_are_over_are_forgotten_and_renewed_with_network(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    near_club.card(amara_here)
    page.come_in(amara_here)
    page.codes_are_kept()
    page.shell_is_kept()
    page.without_network()
    page.press("Show my card")
    page.code_on_screen("before-the-end")
    moved_on(page, periods=481)
    page.shows("#live-told", "The codes on this device are used up.")
    assert page.kept() is None
    assert not page.seen("#live-code svg")
    screenshot(page.browser, "over")
    page.browser.delete_network_conditions()
    page.run("dispatchEvent(new Event('online'))")
    page.until(lambda: page.seen("#live-code svg"))
    assert page.scanned(page.code_on_screen("renewed"))["outcome"] == "active"


def test_logging_out_leaves_nothing_on_the_device(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    near_club.card(amara_here)
    page.open("de")
    page.log_in()
    page.codes_are_kept()
    (cookie,) = page.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (COOKIE, True, "Strict")
    assert cookie["path"] == f"/v1/join/{near_club.tenant.slug}/me"
    page.press("Abmelden")
    page.shows("#told", "Sie sind abgemeldet")
    assert page.seen("#step-email")
    assert page.run("return localStorage.length") == 0
    assert "Okafor" not in page.run("return document.documentElement.outerHTML")
    assert page.cookies() == []
    page.open("de")
    page.at_step("email")
    assert not page.seen("#kept-card")


def test_logging_out_on_all_devices_ends_the_others_too(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    page.come_in(amara_here, "de")
    other = login(near_club, amara_here)
    page.press("Auf allen Geräten abmelden")
    page.shows("#told", "Sie sind abgemeldet")
    assert fault(me(near_club, other["access_token"])) == (401, "login_needed")
    page.open("de")
    page.at_step("email")


def test_a_logout_without_network_is_told_later(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    near_club.card(amara_here)
    page.come_in(amara_here)
    page.codes_are_kept()
    page.shell_is_kept()
    page.without_network()
    page.press("Log out")
    page.shows("#told", "Nothing of yours is left on this device.")
    assert page.kept() is None
    assert near_club.get("/v1/audit", action="customer.signed_out")["items"] == []
    page.browser.delete_network_conditions()
    page.open()
    page.at_step("email")
    assert len(near_club.get("/v1/audit", action="customer.signed_out")["items"]) == 1


def test_the_session_goes_on_after_a_reload(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    page.open()
    page.log_in()
    page.open()
    page.at_step("me")
    page.shows("#head-me", "Amara Okafor")
    assert len(near_club.get("/v1/audit", action="customer.signed_in")["items"]) == 1


def test_nothing_of_anybody_is_in_the_cache(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    near_club.card(amara_here)
    page.come_in(amara_here)
    page.shell_is_kept()
    kept = page.browser.execute_async_script(
        """const done = arguments[0];
        (async () => {
          const found = {};
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              found[request.url] = await (await cache.match(request)).text();
            }
          }
          done(found);
        })();"""
    )
    assert page.address in kept
    own = {url: text for url, text in kept.items() if "/files/" not in url}
    assert not any("Okafor" in text or "mc_" in text for text in own.values())
    assert not any("/v1/" in url for url in kept)


def test_a_family_chooses_and_strangers_are_told(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    near_club.card(amara_here)
    near_club.customer("Ben", email=EMAIL)
    page.open()
    page.prove("nobody@example.com")
    page.at_step("nobody")
    page.press("Use another address")
    page.prove()
    page.at_step("who")
    assert page.focused() == "head-who"
    assert [each.text for each in page.all("#known .offered")] == ["Amara Okafor", "Ben"]
    page.send("who")
    page.shows("#head-me", "Amara Okafor")
    page.codes_are_kept()
    page.browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    page.open()
    page.until(lambda: page.seen("#kept-card"))
    page.prove()
    page.at_step("who")
    page.click("#known input", 1)
    page.send("who")
    page.shows("#head-me", "Ben")
    page.shows("#part-memberships", "You have no membership at the moment.")
    assert page.kept() is None
    assert not page.seen(".show-card")
