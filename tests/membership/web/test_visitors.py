"""A whole club behind one address: pages that are shown and logins that succeed are not counted.

What costs or fails is. The limiter's clock stands still, so that nothing is gained back.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from fastapi import FastAPI

from membership.base.settings import ServiceSettings
from membership.store.database import Database
from membership.web.rate_limit import RateLimiter
from tests.membership.accounts.staff.people import address
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.card_page.test_page import signed
from tests.membership.portal.login.visitors import code_for
from tests.membership.support import TIMEOUT, Clock, Service, running_service
from tests.membership.wallet.factories import new_design, wallet_card
from tests.membership.web.test_rate_limit import Seconds

BURST = 3
MANY = 4 * BURST
EMAIL = "amara@example.com"


@dataclass
class Club:
    """A club that visitors come to, all behind one address."""

    service: Service
    card: str

    @property
    def slug(self) -> str:
        """Its short name."""
        return self.service.tenant.slug

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """A visitor's request."""
        return requests.request(
            method, self.service.url + path, timeout=TIMEOUT, allow_redirects=False, **options
        )

    def code(self) -> str:
        """A login code, asked for elsewhere than behind the address of the others."""
        self.service.clock.advance(seconds=60)
        asked = self.send(
            "POST", f"/v1/join/{self.slug}/codes", json={"email": EMAIL}, headers=address()
        )
        assert asked.status_code == 202, asked.text
        return code_for(self.service, EMAIL)


@pytest.fixture(scope="module")
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture(scope="module")
def running(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, seconds: Seconds
) -> Iterator[Service]:
    """A service that lets an address fail three times."""

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        return new_app(settings, database, clock, monotonic=seconds)

    limits = {"failures_per_second": 1, "phone_failures_burst": BURST}
    folder = tmp_path_factory.mktemp("data")
    settings = databases.new(SQLITE, folder, trusted_proxies="127.0.0.1", **limits)
    with running_service(settings, build) as service:
        yield service


@pytest.fixture
def club(running: Service, seconds: Seconds) -> Club:
    """An open club, with nothing used up."""
    seconds.now += 1000
    service = running.fresh()
    service.call("PUT", "/v1/signup", json={"open": True})
    customer = service.customer("Amara", email=EMAIL)
    return Club(service, signed(service, wallet_card(service, customer, new_design(service))))


def log_in(club: Club) -> requests.Response:
    """Prove the address, and open a session of its customer with a cookie."""
    base = f"/v1/join/{club.slug}"
    proof = {"email": EMAIL, "code": club.code()}
    proved = club.send("POST", f"{base}/codes/verify", json=proof)
    assert proved.status_code == 200, proved.text
    chosen = {
        "ticket": proved.json()["ticket"],
        "customer_id": proved.json()["customers"][0]["id"],
    }
    return club.send("POST", f"{base}/me/session", json=chosen)


def renewed(club: Club) -> Callable[[Club], requests.Response]:
    """Returns what renews one session again and again."""
    cookies = log_in(club).cookies

    def renew(club: Club) -> requests.Response:
        answer = club.send("PUT", f"/v1/join/{club.slug}/me/session", cookies=cookies)
        cookies.update(answer.cookies)
        return answer

    return renew


def get(path: str, method: str = "GET") -> Callable[[Club], requests.Response]:
    """Returns what asks for a path of the club."""
    return lambda club: club.send(method, path.format(slug=club.slug))


def get_closed(club: Club) -> requests.Response:
    """What the club's own site shows in its frame while nobody can join."""
    club.service.call("PUT", "/v1/signup", json={"open": False})
    return club.send("GET", f"/join/{club.slug}")


GOOD: dict[str, tuple[Callable[[Club], requests.Response], int]] = {
    "the signup": (get("/join/{slug}"), 200),
    "the page of members": (get("/me/{slug}"), 200),
    "a signup that is closed": (get_closed, 404),
    "the page of a card": (lambda club: club.send("GET", club.card), 200),
    "is somebody logged in?": (get("/v1/join/{slug}/me/session", "PUT"), 401),
    "a login": (log_in, 201),
}


@pytest.mark.parametrize("name", list(GOOD))
def test_good_visitors_refuse_nobody(club: Club, name: str) -> None:
    visit, status = GOOD[name]
    count = MANY if name != "a login" else BURST + 1
    assert [visit(club).status_code for _ in range(count)] == [status] * count


def test_sessions_that_go_on_refuse_nobody(club: Club) -> None:
    renew = renewed(club)
    assert [renew(club).status_code for _ in range(MANY)] == [200] * MANY


BAD: dict[str, tuple[Callable[[Club], requests.Response], int]] = {
    "a page that is none": (get("/join/{slug}-none"), 404),
    "a path that is none": (get("/a/b/c"), 404),
    "a card that is none": (lambda club: club.send("GET", club.card + "x"), 404),
    "a login that is none": (
        lambda club: club.send(
            "PUT", f"/v1/join/{club.slug}/me/session", cookies={"walletdesk_me": "cr_x"}
        ),
        401,
    ),
    "a profile without a login": (get("/v1/join/{slug}/me"), 401),
    "a wrong code": (
        lambda club: club.send(
            "POST", f"/v1/join/{club.slug}/codes/verify", json={"email": EMAIL, "code": "000000"}
        ),
        401,
    ),
    "a mailed code": (
        lambda club: club.send("POST", f"/v1/join/{club.slug}/codes", json={"email": EMAIL}),
        202,
    ),
    "a signed pass": (
        lambda club: club.send("GET", club.card.replace("?", "/card.pkpass?")),
        200,
    ),
    "a call to Google": (lambda club: club.send("GET", club.card.replace("?", "/google?")), 200),
}


@pytest.mark.parametrize("name", list(BAD))
def test_what_costs_or_fails_is_counted(club: Club, name: str) -> None:
    visit, status = BAD[name]
    answers = [visit(club).status_code for _ in range(BURST + 1)]
    assert answers == [status] * BURST + [429]


def test_nothing_good_gives_back_what_failures_took(club: Club) -> None:
    failing, key = BAD["a page that is none"][0], {"Authorization": f"Bearer {club.service.key}"}
    assert [failing(club).status_code for _ in range(BURST - 1)] == [404] * (BURST - 1)
    for _ in range(MANY):
        assert club.send("GET", "/join/app.js").status_code == 200
        assert club.send("GET", f"/join/{club.slug}").status_code == 200
        assert club.send("GET", f"/join/{club.slug}", headers=key).status_code == 200
        assert club.send("GET", "/v1/desk", headers=key).status_code == 200
    assert [failing(club).status_code for _ in range(2)] == [404, 429]


def _load(club: Club, page: str, loaded: set[str]) -> None:
    """Add the files that a page or a script names, and what those name."""
    found = re.findall(r'(?:src=|href=|from |import )"([^"#?]+\.(?:js|css))', get(page)(club).text)
    for path in {urljoin(page, each) for each in found} - loaded:
        loaded.add(path)
        _load(club, path, loaded)


def test_every_file_that_a_page_loads_is_a_static_one(club: Club) -> None:
    limiter = RateLimiter(ServiceSettings(phone_failures_burst=1), Seconds())
    pages = [f"/join/{club.slug}", f"/me/{club.slug}", "/staff/set-password", club.card]
    loaded = set[str]()
    for page in pages:
        _load(club, page, loaded)
    assert len(loaded) >= 6
    for path in sorted(loaded):
        assert club.send("GET", path).status_code == 200, path
        scope = {"client": ("127.0.0.1", 1), "headers": [], "path": path, "method": "GET"}
        assert all(limiter.check(scope)[0] is None for _ in range(3)), path
