"""A module of the signup page that does not load is said there, and tried again."""

import pytest

from tests.membership.browsing import needs_browser
from tests.membership.portal.signup.browser_site import BrowserSite, Page

pytestmark = needs_browser

SHOWN = "return document.querySelector(arguments[0])?.checkVisibility({ visibilityProperty: true })"


@pytest.mark.parametrize(
    "file",
    [
        "app.js",
        pytest.param("login.js", marks=pytest.mark.soak),
        pytest.param("clock.js", marks=pytest.mark.soak),
        "pay.js",
    ],
)
def test_a_module_that_does_not_load_is_tried_again(
    browser_site: BrowserSite, page: Page, file: str
) -> None:
    service = browser_site.service
    plan = service.plan("Friends", public=True)
    page.browser.execute_cdp_cmd("Network.enable", {})
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [f"*/{file}"]})
    try:
        page.browser.get(f"{service.url}/join/{service.tenant.slug}/{plan}")
        page.until(lambda: page.run(SHOWN, "#stuck"))
        assert "It is tried again by itself." in page.find("#stuck").text
        assert not page.run(SHOWN, "#step-email")
    finally:
        page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.until(lambda: page.run(SHOWN, "#step-email"))
    assert not page.run(SHOWN, "#stuck")
