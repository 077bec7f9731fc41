"""The browser tests click like a person: what still moves is not clicked beside."""

from urllib.parse import quote

from tests.membership.browsing import needs_browser
from tests.membership.portal.signup.browser_site import Page

pytestmark = needs_browser

_GROWING = """<body style="margin:0"><div id="above"></div><button id="wanted">Log out</button>
<script>
  let clicked = "", left = 40;
  document.addEventListener("click", (event) => { clicked += event.target.id; });
  const growing = setInterval(() => {
    document.getElementById("above").style.height = (40 - --left) * 20 + "px";
    if (left === 0) clearInterval(growing);
  }, 20);
</script>"""


def test_a_button_is_clicked_once_it_has_stopped_moving(page: Page) -> None:
    for _ in range(3):
        page.browser.get("data:text/html," + quote(_GROWING))
        page.click("#wanted")
        assert page.run("return [clicked, left]") == ["wanted", 0]
