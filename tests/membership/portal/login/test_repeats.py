"""One-time tokens that a network repeats: the same answer for seconds, theft after that."""

from typing import Any
from uuid import UUID

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from membership.portal.login.sessions import open_session
from membership.store.models import Customer, CustomerSession
from tests.membership.accounts.staff.people import anonymous, token_for
from tests.membership.portal.login.conftest import opened
from tests.membership.portal.login.test_sessions import count, why
from tests.membership.portal.login.visitors import (
    EMAIL,
    NEW,
    asked,
    fault,
    login,
    me,
    refresh,
    send,
    ticket,
    verify,
)
from tests.membership.portal.site_login.sites import known, new_site, show
from tests.membership.support import Service, arranging

OVER = (401, "session_over")
SOON, LATE = 30, 31
"""Seconds after which a repeat is still one, and no longer."""


@pytest.fixture
def amara(club: Service) -> str:
    """A customer with an address."""
    return club.customer("Amara", email=EMAIL)


STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([0, 1, SOON, LATE])), min_size=1, max_size=8
)


def session_of(club: Service, customer: str) -> str:
    """The refresh token of a new session of a customer."""
    with arranging(club.database) as session:
        row = session.get_one(Customer, (club.tenant.id, UUID(customer)))
        return open_session(session, row, club.clock()).refresh_token


@given(steps=STEPS)
def test_any_order_of_refresh_tokens(module_service: Service, steps: list[tuple[int, int]]) -> None:
    """A token is good unless it was used: then for seconds, while its successor was not."""
    club = opened(module_service.fresh())
    chain = [session_of(club, club.customer("Amara"))]
    used_at: list[float] = []
    alive, seconds = True, 0
    for back, pause in steps:
        club.clock.advance(seconds=pause)
        seconds += pause
        shown = max(0, len(chain) - 1 - back)
        answer = refresh(club, chain[shown])
        first = shown == len(chain) - 1
        repeat = shown == len(chain) - 2 and seconds - used_at[shown] <= SOON
        alive = alive and (first or repeat)
        if not alive:
            assert fault(answer) == OVER
            continue
        assert answer.status_code == 200
        if first:
            used_at.append(seconds)
            chain.append(answer.json()["refresh_token"])
        assert answer.json()["refresh_token"] == chain[shown + 1]
        assert me(club, answer.json()["access_token"]).status_code == 200
    assert why(club) == (None if alive else "reused")


def test_a_repeat_is_told_how_long_its_token_lasts_still(club: Service, amara: str) -> None:
    first = login(club, amara)
    one = refresh(club, first["refresh_token"]).json()
    club.clock.advance(seconds=20)
    two = refresh(club, first["refresh_token"]).json()
    assert (one["expires_in"], two["expires_in"]) == (600, 580)
    assert {**one, "expires_in": 0} == {**two, "expires_in": 0}


def test_who_repeats_a_stolen_token_ends_the_session_with_the_next(
    club: Service, amara: str
) -> None:
    first = login(club, amara)
    owner, thief = (refresh(club, first["refresh_token"]).json() for _ in range(2))
    assert refresh(club, owner["refresh_token"]).status_code == 200
    club.clock.advance(seconds=LATE)
    assert fault(refresh(club, thief["refresh_token"])) == OVER
    assert why(club) == "reused"


def test_a_code_gives_its_ticket_again_until_that_is_used(club: Service, amara: str) -> None:
    code = asked(club)
    one, two = verify(club, code).json(), verify(club, code).json()
    assert one == two
    assert fault(verify(club, f"{(int(code) + 1) % 10**6:06d}")) == (401, "code_wrong")
    body = {"ticket": one["ticket"], "customer_id": amara}
    assert send(club, "/sessions", body).status_code == 201
    assert fault(verify(club, code)) == (401, "code_wrong")


@pytest.mark.parametrize(("seconds", "status"), [(SOON, 200), (LATE, 401)])
def test_a_code_comes_again_in_time(club: Service, seconds: int, status: int) -> None:
    code = asked(club)
    assert verify(club, code).status_code == 200
    club.clock.advance(seconds=seconds)
    assert verify(club, code).status_code == status


def test_a_code_that_was_replaced_gives_nothing(club: Service) -> None:
    old = asked(club)
    assert verify(club, old).status_code == 200
    new = asked(club)
    if old != new:
        assert fault(verify(club, old)) == (401, "code_wrong")
    assert verify(club, new).status_code == 200


def test_somebody_new_is_made_once_by_a_request_that_comes_twice(club: Service) -> None:
    body = {"ticket": ticket(club)["ticket"], "new": NEW}
    one, two = send(club, "/sessions", body), send(club, "/sessions", body)
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json() == two.json()
    assert (count(club, Customer), count(club, CustomerSession)) == (1, 1)
    assert len(club.get("/v1/audit", action="customer.signed_in")["items"]) == 1
    other = send(club, "/sessions", {**body, "new": {**NEW, "given_name": "Ben"}})
    assert fault(other) == (401, "ticket_wrong")


@pytest.mark.parametrize("after", ["late", "refreshed", "ended", "another"])
def test_a_ticket_that_is_no_repeat_opens_nothing(club: Service, amara: str, after: str) -> None:
    ben = club.customer("Ben", email=EMAIL)
    body: dict[str, Any] = {"ticket": ticket(club)["ticket"], "customer_id": amara}
    tokens = send(club, "/sessions", body).json()
    match after:
        case "late":
            club.clock.advance(seconds=LATE)
        case "refreshed":
            refresh(club, tokens["refresh_token"])
        case "ended":
            club.call("POST", path_of(club, "/sessions/end"), key=tokens["access_token"])
        case "another":
            body["customer_id"] = ben
    assert fault(send(club, "/sessions", body)) == (401, "ticket_wrong")


def path_of(club: Service, path: str) -> str:
    """A path of the club's public routes."""
    return f"/v1/join/{club.tenant.slug}{path}"


@pytest.mark.parametrize("customers", [0, 1])
def test_a_token_of_a_site_comes_twice(club: Service, customers: int) -> None:
    for _ in range(customers):
        club.customer("Amara", email=EMAIL)
    token = known(club, new_site()).token(club, email=EMAIL)
    one, two = show(club, token), show(club, token)
    assert one.status_code == two.status_code == (201 if customers else 200)
    assert one.json() == two.json()
    club.clock.advance(seconds=LATE)
    assert fault(show(club, token)) == (401, "token_refused")


def confirm(service: Service, token: str, password: str) -> requests.Response:
    """The answer to who sets a password with a mailed token."""
    body = {"token": token, "password": password}
    return anonymous(service, "POST", "/v1/staff/password-resets/confirm", body)


@pytest.mark.parametrize(
    ("password", "seconds", "status"),
    [
        ("four quiet herons", 0, 204),
        ("four quiet herons", SOON, 204),
        ("four quiet herons", LATE, 422),
        ("nine loud magpies", 0, 422),
    ],
)
def test_a_link_to_a_password_comes_twice(
    club: Service, password: str, seconds: int, status: int
) -> None:
    email = f"ada-{club.tenant.slug}@example.com"
    new = {"name": "Ada", "email": email, "role": "reception"}
    club.post("/v1/staff", new)
    token = token_for(club, email)
    assert confirm(club, token, "four quiet herons").status_code == 204
    club.clock.advance(seconds=seconds)
    assert confirm(club, token, password).status_code == status
    changes = club.get("/v1/audit", action="staff.password_reset")["items"]
    assert len(changes) == 1
