"""The kept session: its cookie, how it is renewed, ended, and whom it does not help."""

from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
import requests

from membership.portal.member.session_routes import COOKIE
from tests.membership.portal.login.conftest import opened
from tests.membership.portal.login.visitors import EMAIL, fault, me, ticket
from tests.membership.support import TIMEOUT, Service

pytestmark = pytest.mark.both_databases(reason="a session is renewed while it is used")


def ask(
    service: Service, method: str, cookie: str = "", *, slug: str = "", **options: Any
) -> requests.Response:
    """A browser's request about its session."""
    headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
    return requests.request(
        method,
        f"{service.url}/v1/join/{slug or service.tenant.slug}/me/session",
        headers={**headers, **options.pop("headers", {})},
        timeout=TIMEOUT,
        **options,
    )


def morsel(answer: requests.Response) -> Morsel[str]:
    """The cookie that an answer sets."""
    return SimpleCookie(answer.headers["Set-Cookie"])[COOKIE]


def kept(service: Service, customer: str, email: str = EMAIL) -> requests.Response:
    """The answer to who begins a session that is kept."""
    body = {"ticket": ticket(service, email)["ticket"], "customer_id": customer}
    answer = ask(service, "POST", json=body)
    assert answer.status_code == 201, answer.text
    return answer


@pytest.fixture
def amara(club: Service) -> str:
    """A customer with an address."""
    return club.customer(email=EMAIL)


def test_the_refresh_token_is_a_cookie_that_no_script_reads(club: Service, amara: str) -> None:
    answer = kept(club, amara)
    told = answer.json()
    assert set(told) == {"access_token", "expires_in", "customer"}
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = morsel(answer)
    assert cookie.value.startswith("mr_")
    assert cookie.value not in answer.text
    assert cookie["httponly"] is True
    assert cookie["secure"] is True
    assert cookie["samesite"] == "strict"
    assert (cookie["path"], cookie["domain"]) == ("", "")
    assert int(cookie["max-age"]) == 30 * 24 * 3600
    assert me(club, told["access_token"]).json()["customer"]["id"] == amara


def test_a_session_goes_on_with_its_cookie_once(club: Service, amara: str) -> None:
    first = kept(club, amara)
    second = ask(club, "PUT", morsel(first).value)
    assert second.status_code == 200
    assert second.json()["customer"]["id"] == amara
    token = second.json()["access_token"]
    assert me(club, token).status_code == 200
    assert fault(me(club, first.json()["access_token"])) == (401, "login_needed")
    club.clock.advance(minutes=1)
    assert fault(ask(club, "PUT", morsel(first).value)) == (401, "session_over")
    assert fault(ask(club, "PUT", morsel(second).value)) == (401, "session_over")
    assert fault(me(club, token)) == (401, "login_needed")


def test_logging_out_ends_the_session_and_forgets_the_cookie(club: Service, amara: str) -> None:
    opened_now = kept(club, amara)
    value = morsel(opened_now).value
    for _ in range(2):
        ended = ask(club, "DELETE", value)
        assert ended.status_code == 204
        assert (morsel(ended).value, morsel(ended)["max-age"]) == ("", "0")
    assert fault(me(club, opened_now.json()["access_token"])) == (401, "login_needed")
    assert fault(ask(club, "PUT", value)) == (401, "session_over")
    assert ask(club, "DELETE").status_code == 204
    (entry,) = club.get("/v1/audit", action="customer.signed_out")["items"]
    assert (entry["actor"]["kind"], entry["actor"]["id"]) == ("customer", amara)


def test_a_session_is_over_after_its_time(club: Service, amara: str) -> None:
    value = morsel(kept(club, amara)).value
    club.clock.advance(days=30)
    assert ask(club, "DELETE", value).status_code == 204
    assert fault(ask(club, "PUT", value)) == (401, "session_over")
    assert club.get("/v1/audit", action="customer.signed_out")["items"] == []


def test_no_other_cookie_is_good(club: Service, amara: str) -> None:
    value = morsel(kept(club, amara)).value
    other = opened(club.fresh())
    assert fault(ask(club, "PUT", value, slug=other.tenant.slug)) == (401, "session_over")
    assert ask(club, "DELETE", value, slug=other.tenant.slug).status_code == 204
    for wrong in ("", "mr_" + "x" * 43, "x" * 3000, "mr_\xe4", '"'):
        assert fault(ask(club, "PUT", wrong)) == (401, "session_over")
    assert ask(club, "PUT", value).status_code == 200


def test_a_cookie_is_no_access_token(club: Service, amara: str) -> None:
    value = morsel(kept(club, amara)).value
    url = f"{club.url}/v1/join/{club.tenant.slug}/me"
    shown = requests.get(url, headers={"Cookie": f"{COOKIE}={value}"}, timeout=TIMEOUT)
    assert fault(shown) == (401, "login_needed")


def test_only_who_has_the_address_is_let_in(club: Service, amara: str) -> None:
    stranger = club.customer(email="ben@example.com")
    good = ticket(club)["ticket"]
    refused = ask(club, "POST", json={"ticket": good, "customer_id": stranger})
    assert fault(refused) == (404, "customer_not_found")
    assert "Set-Cookie" not in refused.headers
    assert ask(club, "POST", json={"ticket": good, "customer_id": amara}).status_code == 201
    club.clock.advance(minutes=1)
    again = ask(club, "POST", json={"ticket": good, "customer_id": amara})
    assert fault(again) == (401, "ticket_wrong")
    closed = ask(club, "POST", json={"ticket": good, "customer_id": amara}, slug="nobody")
    assert fault(closed) == (404, "page_not_found")


def test_a_wrong_body_is_refused(club: Service) -> None:
    bodies: tuple[Any, ...] = (
        None,
        {},
        [],
        "x",
        {"ticket": "x"},
        {"ticket": 1, "customer_id": "x"},
    )
    for wrong in bodies:
        assert fault(ask(club, "POST", json=wrong)) == (422, "invalid_request"), wrong


def test_a_form_of_another_site_opens_nothing(club: Service, amara: str) -> None:
    body = f'{{"ticket": "{ticket(club)["ticket"]}", "customer_id": "{amara}"}}'
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = ask(club, "POST", data=body, headers={"Content-Type": kind})
        assert fault(answer) == (422, "invalid_request")
        assert "Set-Cookie" not in answer.headers
