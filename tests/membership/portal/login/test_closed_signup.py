"""A closed signup lets nobody new in, and takes nothing from members."""

from collections.abc import Callable

import pytest
import requests

from tests.membership.portal.login.visitors import (
    EMAIL,
    NEW,
    ask,
    asked,
    fault,
    login,
    me,
    refresh,
    send,
    ticket,
    verify,
    wrong,
)
from tests.membership.portal.signup.club import put, visit
from tests.membership.support import TIMEOUT, Service

NOT_FOUND = (404, "page_not_found")


def page(service: Service, lang: str = "en") -> requests.Response:
    """The answer to a visitor of the page of members."""
    url = f"{service.url}/me/{service.tenant.slug}?lang={lang}"
    return requests.get(url, timeout=TIMEOUT)


def own(service: Service, token: str, path: str) -> int:
    """The status of an answer to a member."""
    url = f"{service.url}/v1/join/{service.tenant.slug}/me/{path}"
    return requests.get(
        url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT
    ).status_code


@pytest.fixture
def closed(club: Service) -> Service:
    """A club with a member, which was open for signup and is not any more."""
    club.customer("Amara", email=EMAIL)
    assert put(club, open=False).json()["member_page"] is True
    return club


def test_members_log_in_and_use_their_page(closed: Service) -> None:
    assert visit(closed).status_code == 404
    shown = page(closed)
    assert shown.status_code == 200
    assert "See what you can join" not in shown.text
    (amara,) = ticket(closed)["customers"]
    tokens = login(closed, amara["id"])
    assert me(closed, tokens["access_token"]).json()["customer"]["email"] == EMAIL
    token = refresh(closed, tokens["refresh_token"]).json()["access_token"]
    paths = ("cards", "payments", "invoices", "subscriptions")
    assert [own(closed, token, path) for path in paths] == [200] * len(paths)


def test_nobody_new_is_let_in(closed: Service) -> None:
    proved = ticket(closed, "noa@example.com")
    assert proved["customers"] == []
    body = {"ticket": proved["ticket"], "new": NEW}
    assert fault(send(closed, "/sessions", body)) == (409, "signup_closed")
    put(closed, open=True)
    assert send(closed, "/sessions", body).status_code == 201


def test_an_unknown_address_is_answered_like_a_known_one(closed: Service) -> None:
    steps: list[Callable[[str], requests.Response]] = [
        lambda email: ask(closed, email),
        lambda email: verify(closed, wrong(asked(closed, email)), email),
        lambda email: ask(closed, email),
        lambda email: ask(closed, email),
    ]
    for step in steps:
        known, unknown = (step(email) for email in (EMAIL, "nobody@example.com"))
        assert known.status_code == unknown.status_code
        told = [
            {name: value for name, value in answer.json().items() if name != "request_id"}
            for answer in (known, unknown)
        ]
        assert told[0] == told[1]


@pytest.mark.parametrize(
    ("is_open", "member_page", "join", "own_page", "code"),
    [
        (True, True, 200, 200, 202),
        (True, False, 200, 404, 202),
        (False, True, 404, 200, 202),
        (False, False, 404, 404, 404),
    ],
)
def test_two_settings_for_two_things(  # noqa: PLR0917 - a table
    club: Service, is_open: bool, member_page: bool, join: int, own_page: int, code: int
) -> None:
    told = put(club, open=is_open, member_page=member_page).json()
    assert (told["open"], told["member_page"]) == (is_open, member_page)
    assert visit(club).status_code == join
    assert page(club).status_code == own_page
    assert ask(club).status_code == code


def test_a_club_that_never_opened_anything_has_no_page(service: Service) -> None:
    fresh = service.fresh()
    told = fresh.get("/v1/signup")
    assert (told["open"], told["member_page"]) == (False, False)
    assert page(fresh).status_code == 404
    assert fault(ask(fresh)) == NOT_FOUND
