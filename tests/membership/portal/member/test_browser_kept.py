"""The kept page with the live card: shown unless the whole page came in time."""

from collections.abc import Iterator

import pytest

from tests.membership.browsing import needs_browser, screenshot
from tests.membership.conftest import Databases
from tests.membership.faulty import Fault, Faults, faulty_service
from tests.membership.portal.member.visitor import OwnPage
from tests.membership.support import Service

pytestmark = needs_browser

PORTAL = "<!doctype html><html><body>Accept the terms of this network</body></html>"
HTML = "text/html; charset=utf-8"
PRESS_CARD = """const buttons = [...document.querySelectorAll(".show-card")];
const shown = buttons.find((each) => each.checkVisibility());
shown?.click();
return Boolean(shown);"""
FAULTS = {
    **{str(status): Fault(status) for status in (400, 401, 403, 404, 410, 429, 500, 502, 503)},
    "a redirect": Fault(302, HTML, "", headers=(("Location", "/openapi.json"),)),
    "another type": Fault(200, "application/json", "{}"),
    "no content": Fault(204, HTML, ""),
    "the page of a network": Fault(200, HTML, PORTAL),
    "an empty page": Fault(200, HTML, ""),
    "a body that stalls": Fault(stalls=True),
    "a body that breaks off": Fault(breaks_off=True),
}
SESSION_FAULTS = {
    **{str(status): Fault(status) for status in (401, 403, 404, 429, 500)},
    "the page of a network": Fault(200, HTML, PORTAL),
    "a body that breaks off": Fault(breaks_off=True),
}
ONE_OF_EACH_KIND = {"401", "404", "429", "503", *(name for name in FAULTS if not name.isdigit())}
SESSIONS_OF_EACH_KIND = {"401", "429", "500", *(n for n in SESSION_FAULTS if not n.isdigit())}
"""The page and its service worker do not tell statuses of one kind apart; a soak tries them all."""


def kinds(of_each: set[str], faults: dict[str, Fault]) -> pytest.MarkDecorator:
    """With the names of some faults, and in a soak with all of them."""
    everything = pytest.param(set(faults), id="all", marks=pytest.mark.soak)
    return pytest.mark.parametrize(
        "names", [pytest.param(of_each, id="one of each kind"), everything]
    )


@pytest.fixture(scope="module")
def faulty(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Faults]]:
    """A service behind a network that does harm."""
    with faulty_service(databases, tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def local_service(faulty: tuple[Service, Faults]) -> Service:
    """The service alone."""
    return faulty[0]


@pytest.fixture
def faults(faulty: tuple[Service, Faults]) -> Iterator[Faults]:
    """Its network, in which nothing is wrong yet."""
    faulty[1].clear()
    yield faulty[1]
    faulty[1].clear()


@pytest.fixture
def at_home(page: OwnPage, near_club: Service, amara_here: str) -> OwnPage:
    """The page of a member whose device has kept the page and the codes of a card."""
    near_club.card(amara_here)
    page.come_in(amara_here)
    page.codes_are_kept()
    page.shell_is_kept()
    return page


def card_is_shown(page: OwnPage) -> bool:
    """Whether the card can be shown, and is the one of this device."""
    page.until(lambda: page.run(PRESS_CARD))  # the page moves on while it loads
    page.until(lambda: page.seen("#live-code svg"))
    page.shows("#live", "Amara Okafor", page.service.tenant.name)
    page.run("document.getElementById('live-close').click()")
    return True


@kinds(ONE_OF_EACH_KIND, FAULTS)
def test_the_kept_page_stays_whatever_is_answered_in_its_place(
    at_home: OwnPage, faults: Faults, near_club: Service, names: set[str]
) -> None:
    wrong = []
    for name in sorted(names):
        fault = FAULTS[name]
        faults.on(f"/me/{near_club.tenant.slug}", fault)
        at_home.browser.get(at_home.address)
        if not at_home.all("#me"):
            wrong.append((name, at_home.run("return document.documentElement.outerHTML")[:200]))
        else:
            assert card_is_shown(at_home), name
        faults.clear()
    assert wrong == []
    at_home.without_network()
    at_home.browser.refresh()
    assert card_is_shown(at_home)


def test_a_newer_page_is_shown_with_its_files_only(
    at_home: OwnPage, faults: Faults, near_club: Service
) -> None:
    whole = near_club.http.get(at_home.address, timeout=10).text
    version = str(at_home.run("return document.getElementById('me').dataset.version"))
    newer = whole.replace(version, "0123456789abcdef")
    assert newer.count("0123456789abcdef") > 3
    faults.on(f"/me/{near_club.tenant.slug}", Fault(200, HTML, newer))
    at_home.browser.get(at_home.address)  # its files are not there
    at_home.until(lambda: any("0123456789abcdef" in path for _, path in faults.asked))
    assert at_home.find("#me").get_attribute("data-version") == version
    assert card_is_shown(at_home)


def test_files_of_a_network_are_not_kept_in_place_of_ours(
    page: OwnPage, faults: Faults, near_club: Service
) -> None:
    page.browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    faults.asked.clear()
    faults.on("/app.css", Fault(200, HTML, PORTAL))
    page.open()
    # By the page, and by what would keep it.
    page.until(lambda: sum(path.endswith("/app.css") for _, path in faults.asked) > 1)
    faults.clear()
    page.open()
    page.shell_is_kept()
    kept = page.browser.execute_async_script(
        "const done = arguments[0]; (async () => {"
        "for (const name of await caches.keys()) {"
        "  const cache = await caches.open(name);"
        "  for (const each of await cache.keys()) {"
        "    if (each.url.endsWith('/app.css')) return (await cache.match(each)).text();"
        "  } } return null; })().then(done);"
    )
    styles = near_club.http.get(str(page.run("return document.styleSheets[2].href")), timeout=10)
    assert kept == styles.text


def test_a_whole_page_is_shown_as_it_is(at_home: OwnPage, near_club: Service) -> None:
    near_club.call("PUT", "/v1/signup", json={"open": True, "accent": "#7a1f5c"})
    at_home.browser.get(at_home.address)
    accent = "return getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    assert at_home.run(accent).strip() == "#7a1f5c"
    at_home.shows("#head-me", "Amara Okafor")


@kinds(SESSIONS_OF_EACH_KIND, SESSION_FAULTS)
def test_the_card_stays_whatever_is_answered_to_the_session(
    at_home: OwnPage, faults: Faults, names: set[str]
) -> None:
    for name in sorted(names):
        faults.on("/me/session", SESSION_FAULTS[name], "PUT")
        at_home.browser.get(at_home.address)
        at_home.until(lambda: at_home.seen("#again-online"))
        assert card_is_shown(at_home), name
        faults.clear()
    at_home.press("Try again")
    at_home.shows("#head-me", "Amara Okafor")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(404), id="404"),
        pytest.param(Fault(403), id="403", marks=pytest.mark.soak),
        pytest.param(Fault(429), id="429", marks=pytest.mark.soak),
        pytest.param(Fault(200, HTML, PORTAL), id="the page of a network"),
    ],
)
def test_the_codes_stay_whatever_answers_in_place_of_the_service(
    at_home: OwnPage, faults: Faults, fault: Fault
) -> None:
    kept = at_home.kept()
    faults.asked.clear()
    faults.on("/me/live", fault, "POST")
    # Codes that are old enough to be asked for anew.
    at_home.run(
        "const kept = JSON.parse(localStorage.getItem(arguments[0])); kept.asked -= 600000;"
        "localStorage.setItem(arguments[0], JSON.stringify(kept));"
        "dispatchEvent(new StorageEvent('storage', { key: arguments[0] }));",
        f"walletdesk live {at_home.slug}",
    )
    at_home.run("dispatchEvent(new Event('online'))")
    at_home.until(lambda: any(path.endswith("/me/live") for _, path in faults.asked))
    at_home.press("Show my card")
    at_home.until(lambda: at_home.seen("#live-code svg"))
    assert at_home.kept()["texts"] == kept["texts"]


@pytest.mark.parametrize(
    "file", ["app.js", pytest.param("login.js", marks=pytest.mark.soak), "qrcode.js"]
)
def test_a_module_that_does_not_load_is_said_and_tried_again(
    page: OwnPage, faults: Faults, near_club: Service, file: str
) -> None:
    page.browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    faults.on(f"/{file}", Fault(429, headers=(("Retry-After", "1"),)))
    page.browser.get(f"{page.address}?lang=de")
    page.shows("#stuck", "Ein Teil dieser Seite ist noch nicht geladen.", "Noch einmal versuchen")
    screenshot(page.browser, f"stuck-{file}")
    assert page.width_of_content() <= 390
    faults.clear()
    # The page is loaded anew meanwhile, so that its elements are others.
    page.until(lambda: page.run("return document.querySelector('#step-email')?.checkVisibility()"))
    assert not page.seen("#stuck")


def test_a_loader_that_does_not_load_is_said_as_well(page: OwnPage, faults: Faults) -> None:
    page.browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    faults.on("/load.js", Fault(429))
    page.browser.get(page.address)
    assert not page.seen("#step-email")
    # It is shown after seconds without a script: by an animation, which need not last as long here.
    page.browser.execute_cdp_cmd("Animation.enable", {})
    page.browser.execute_cdp_cmd("Animation.setPlaybackRate", {"playbackRate": 20})
    page.until(lambda: page.find("#stuck").value_of_css_property("visibility") == "visible")
    page.shows("#stuck", "Part of this page has not been loaded yet.")
    page.browser.execute_cdp_cmd("Animation.setPlaybackRate", {"playbackRate": 1})
    faults.clear()
    page.click("#stuck a")
    page.at_step("email")
