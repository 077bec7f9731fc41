"""A web site shows the page in a frame: in a real browser, from another origin."""

from typing import Any

from selenium.webdriver.common.by import By

from tests.membership.browsing import needs_browser, told
from tests.membership.portal.signup.browser_site import BrowserSite, Page
from tests.membership.portal.site_login.sites import known, new_site

pytestmark = needs_browser

SIZE = {"type": "walletdesk:size", "height": 3000}
ADD_FRAME = """const frame = document.createElement("iframe");
frame.name = "neighbour";
frame.src = arguments[0];
document.body.append(frame);
await new Promise((loaded) => { frame.onload = loaded; });"""
SEND_ON = """const sent = new Promise((heard) => {
  addEventListener("message", (event) => event.data === "sent" && heard());
});
frames["neighbour"].postMessage({ where: arguments[0], message: arguments[1] }, "*");
await sent;"""
NOTE_HEIGHTS = """const frame = document.querySelector("iframe");
window.heights = [];
// Noted at each message, after the site's own script has heard it.
addEventListener("message", () => window.heights.push(frame.style.height));"""
COUNT = """window.counted = 0;
addEventListener("message", () => { window.counted += 1; });"""


def in_page(page: Page, script: str, *given: object) -> Any:
    """Run a script that waits, in the site's page, and come back into its frame."""
    page.browser.switch_to.default_content()
    returned = page.run(f"return (async () => {{ {script} }})();", *given)
    page.browser.switch_to.frame(page.find("iframe"))
    return returned


def height(page: Page) -> float:
    """How high the site shows the frame."""
    shown: float = in_page(page, "return document.querySelector('iframe').clientHeight")
    return shown


def test_an_allowed_site_shows_the_page_as_high_as_it_is(
    browser_site: BrowserSite, page: Page
) -> None:
    browser_site.one_plan(browser_site.service.plan("Friends", public=True))
    browser_site.service.customer("Amara", email="amara@example.com")
    page.visit(browser_site.site.url)
    page.at_step("email")
    content = "return Math.ceil(document.body.getBoundingClientRect().height)"
    page.until(lambda: height(page) == page.run(content))
    first = height(page)
    page.fill(email="amara@example.com")
    page.send("email")
    page.at_step("code")
    page.fill(code=browser_site.mailed_code("amara@example.com"))
    page.send("code")
    page.at_step("who")
    page.click("#nobody")
    page.until(lambda: height(page) == page.run(content))
    assert height(page) > first + 100
    page.click("#known label")
    page.until(lambda: height(page) == page.run(content))
    assert 200 <= height(page) < first + 100


def test_another_site_is_shown_that_it_may_not_frame_the_page(
    browser_site: BrowserSite, page: Page
) -> None:
    browser_site.service.plan("Friends", public=True)
    browser_site.opened(allowed_origins=["https://www.example.com"])
    page.visit(browser_site.site.url)
    page.until(lambda: page.run("return location.href") == "chrome-error://chromewebdata/")
    assert "refused to connect" in page.run("return document.body.innerText")
    assert page.all("#join, .offers") == []
    assert any("frame-ancestors" in each for each in told(page.browser))
    # The site itself is as it was, and tells no height to anybody.
    assert height(page) == 640
    page.browser.switch_to.default_content()
    assert page.browser.find_element(By.ID, "end").is_displayed()


def test_the_site_believes_its_frame_alone(browser_site: BrowserSite, page: Page) -> None:
    browser_site.service.plan("Friends", public=True)
    page.visit(browser_site.site.url)
    page.find("a.button")
    page.until(lambda: height(page) != 640)
    before = height(page)
    in_page(page, COUNT)
    in_page(page, ADD_FRAME, f"{browser_site.site.url}/neighbour")
    in_page(page, SEND_ON, None, SIZE)
    in_page(page, "window.postMessage(arguments[0], '*')", SIZE)
    page.until(lambda: in_page(page, "return window.counted") == 3)  # with "sent"
    assert height(page) == before
    # The very same from the frame itself is followed, within bounds, if it is a number at all.
    in_page(page, NOTE_HEIGHTS)
    for size in ("900", None, 3000, 10**9, -5):
        page.run("parent.postMessage({ type: 'walletdesk:size', height: arguments[0] }, '*')", size)
    page.until(lambda: "200px" in in_page(page, "return window.heights"))
    heights = in_page(page, "return window.heights")
    assert {"3000px", "6000px"} <= set(heights)
    assert "900px" not in heights


def test_the_frame_believes_its_site_alone(browser_site: BrowserSite, page: Page) -> None:
    site = known(browser_site.service, new_site())
    browser_site.opened()
    browser_site.one_plan(browser_site.service.plan("Friends", public=True))
    for name in ("Amara", "Berta"):
        browser_site.service.customer(name, email=f"{name}@example.com")
    good, theirs = (
        {
            "type": "walletdesk:token",
            "token": site.token(browser_site.service, email=f"{name}@example.com"),
        }
        for name in ("berta", "amara")
    )
    page.visit(browser_site.site.url)
    page.at_step("email")
    page.run(COUNT)
    # From a neighbour of the same origin as the site, of another one, and from the page itself.
    for neighbour in (
        browser_site.site.url,
        browser_site.site.url.replace("localhost", "127.0.0.1"),
    ):
        in_page(page, ADD_FRAME, f"{neighbour}/neighbour")
        in_page(page, SEND_ON, 0, theirs)
        in_page(page, "document.querySelector('[name=neighbour]').remove()")
    page.run("window.postMessage(arguments[0], '*')", theirs)
    page.until(lambda: page.run("return window.counted") == 3)
    # Had one of them been heard, this would be one too many.
    in_page(
        page, "frames[0].postMessage(arguments[0], arguments[1])", good, browser_site.service.url
    )
    page.at_step("who")
    page.says("You are logged in as Berta.")
