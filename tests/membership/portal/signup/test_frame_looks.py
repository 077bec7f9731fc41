"""The page in a frame as it is seen and used: its height, narrow screens, keys, languages."""

import io
from functools import partial

from PIL import Image, ImageDraw
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.membership.browsing import DESKTOP, NARROW, needs_browser, resize, told
from tests.membership.portal.signup.browser_site import BrowserSite, Page
from tests.membership.wallet.designs.making import make_design, upload

pytestmark = needs_browser

EMAIL = "ben@example.com"
FITS = """const root = document.documentElement;
return [root.scrollWidth <= root.clientWidth, root.scrollHeight <= root.clientHeight];"""
_WIDTH_FOLLOWS = "return innerWidth < arguments[0] === arguments[1]"
LONG = "Familienmitgliedschaft mit Schwimmbadbenutzungsberechtigung"


def white_logo() -> bytes:
    """A picture that nobody would see on white: white shapes on no ground."""
    logo, file = Image.new("RGBA", (480, 120)), io.BytesIO()
    pen = ImageDraw.Draw(logo)
    pen.ellipse((10, 10, 110, 110), fill="white")
    pen.rectangle((140, 45, 470, 75), fill="white")
    logo.save(file, "PNG")
    return file.getvalue()


def fits(page: Page, name: str) -> None:
    """Wait until all of the frame is seen without scrolling in it, nor the site sideways."""
    page.until(lambda: page.run(FITS) == [True, True])
    page.browser.switch_to.default_content()
    (across, _down) = page.run(FITS)
    assert across, name
    page.browser.switch_to.frame(page.find("iframe"))


def fits_both(page: Page, name: str) -> None:
    """The same on a narrow screen and on a wide one, once the frame is as wide as it lets it."""
    for size in (NARROW, DESKTOP):
        resize(page.browser, size)
        page.until(partial(page.run, _WIDTH_FOLLOWS, NARROW[0], size == NARROW))
        fits(page, name)


def test_no_step_is_cut_off_on_a_narrow_screen_nor_a_wide_one(
    browser_site: BrowserSite, page: Page
) -> None:
    club, code = browser_site.service, "de"
    logo = upload(club, "logo", white_logo())["tag"]
    make_design(club, images={"logo": logo}, background="#7a1f5c")
    labels = ("schwimmbad-und-dampfbad", "wettkampfvorbereitungstraining")
    club.plan(LONG, *labels, public=True, description="Für alle.\nAuch für Gäste.")
    club.plan("Gold", public=True, price_minor=123456, billing={"unit": "month", "count": 3})
    browser_site.opened(terms_url="https://example.com/t", privacy_url="https://example.com/p")
    club.customer("Amara", family_name="Okonkwo-Sutherland", email=EMAIL)
    club.customer("Ben", family_name="Okonkwo-Sutherland", email=EMAIL)
    browser_site.site.snippet = browser_site.site.snippet.replace(
        " async>", f' data-lang="{code}" async>'
    )
    resize(page.browser, NARROW)
    page.visit(browser_site.site.url)
    fits_both(page, "list")
    page.until(lambda: page.run("return document.querySelector('.logo').naturalWidth") > 0)
    assert told(page.browser) == []
    page.click("a.button")
    page.at_step("email")
    fits_both(page, "email")
    page.fill(email=EMAIL)
    page.send("email")
    page.at_step("code")
    fits_both(page, "code")
    page.fill(code="000000")
    page.send("code")
    page.says("Dieser Code ist falsch")
    fits_both(page, "wrong")
    page.fill(code=browser_site.mailed_code(EMAIL))
    page.send("code")
    page.at_step("who")
    fits_both(page, "who")
    page.click("#nobody")
    fits_both(page, "new")
    page.click("#known label")
    page.send("who")
    page.at_step("done")
    fits_both(page, "done")


def tab_to(page: Page, selector: str) -> None:
    """Press the tabulator until something has the focus, seen to have it."""
    for _ in range(20):
        ActionChains(page.browser).send_keys(Keys.TAB).perform()
        if page.run("return document.activeElement.matches(arguments[0])", selector):
            outline = "return getComputedStyle(document.activeElement).outlineStyle"
            assert page.run(outline) == "solid"
            return
    raise AssertionError(f"no key leads to {selector}")


def press(page: Page, *keys: str) -> None:
    """Press keys, wherever the focus is."""
    ActionChains(page.browser).send_keys(*keys).perform()


def test_somebody_joins_with_the_keyboard_alone(browser_site: BrowserSite, page: Page) -> None:
    plan = browser_site.service.plan("Friends", public=True)
    browser_site.service.customer("Amara", email=EMAIL)
    page.visit(browser_site.site.url)
    tab_to(page, "a.button")
    press(page, Keys.ENTER)
    page.at_step("email")
    tab_to(page, "#email")
    press(page, EMAIL, Keys.ENTER)
    page.until(lambda: page.focused() == "head-code")
    tab_to(page, "#code")
    press(page, browser_site.mailed_code(EMAIL), Keys.ENTER)
    page.until(lambda: page.focused() == "head-who")
    tab_to(page, "#known input")
    press(page, Keys.ARROW_DOWN)  # to the one who is not listed
    tab_to(page, "#given")
    press(page, "Ben")
    tab_to(page, "#family")
    press(page, "Ito")
    tab_to(page, "#consent")
    press(page, Keys.SPACE)
    tab_to(page, "#send")
    press(page, Keys.ENTER)
    page.until(lambda: page.focused() == "head-done")
    (made,) = browser_site.service.get("/v1/memberships", plan_id=plan)["items"]
    customer = browser_site.service.get(f"/v1/customers/{made['customer_id']}")["customer"]
    assert customer["name"] == "Ben Ito"
