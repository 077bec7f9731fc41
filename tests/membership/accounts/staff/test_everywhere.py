"""Signing out everywhere: about oneself, and by an admin about others."""

import pytest

from tests.membership.accounts.staff.people import (
    add,
    problem,
    sign_in,
    signed_in,
)
from tests.membership.recorded import audited
from tests.membership.support import Service


def is_open(service: Service, token: str) -> bool:
    """Whether a session is open."""
    return service.call("GET", "/v1/staff/me", key=token).status_code == 200


def test_oneself(service: Service) -> None:
    ada, bo = add(service), signed_in(service)
    one, other = sign_in(service, ada["email"]), sign_in(service, ada["email"])
    answer = service.call("DELETE", "/v1/staff/sessions", key=one)
    assert (answer.status_code, answer.json()) == (200, {"ended": 2})
    assert [is_open(service, token) for token in (one, other, bo)] == [False, False, True]
    assert audited(service, "staff.sessions_ended") == [(ada["id"], None, {"sessions": 2})]
    assert sign_in(service, ada["email"])


def test_an_admin_about_others(service: Service) -> None:
    ada = add(service, "reception")
    tokens = [sign_in(service, ada["email"]) for _ in range(2)]
    path = f"/v1/staff/{ada['id']}/sessions"
    manager = signed_in(service, "manager")
    assert problem(service.call("DELETE", path, key=manager)) == (403, "scope_missing")
    admin = signed_in(service)
    answer = service.call("DELETE", path, key=admin)
    assert (answer.status_code, answer.json()) == (200, {"ended": 2})
    assert not any(is_open(service, token) for token in tokens)
    assert service.call("DELETE", path, key=admin).json() == {"ended": 0}
    assert is_open(service, admin)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_of_nobody(service: Service, *, elsewhere: bool) -> None:
    stranger = add(service.fresh())["id"] if elsewhere else "0" * 8 + "-0000-4000-8000-" + "0" * 12
    answer = service.call("DELETE", f"/v1/staff/{stranger}/sessions")
    assert problem(answer) == (404, "staff_not_found")


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"email": "{}.new@example.com"}, [True, False]),
        ({"email": "{}@EXAMPLE.com"}, [True, True]),
        ({"name": "Ada M"}, [True, True]),
    ],
    ids=["address", "its capitals", "name"],
)
@pytest.mark.parametrize("by", ["oneself", "another"])
def test_a_changed_address_ends_all_sessions_but_that_of_who_changed_it(
    service: Service, by: str, change: dict[str, str], left: list[bool]
) -> None:
    ada = add(service)
    local = ada["email"].partition("@")[0]
    own, other = sign_in(service, ada["email"]), sign_in(service, ada["email"])
    key = own if by == "oneself" else signed_in(service)
    changed = {name: value.format(local) for name, value in change.items()}
    answer = service.call("PATCH", f"/v1/staff/{ada['id']}", key=key, json=changed)
    assert answer.status_code == 200, answer.text
    expected = left if by == "oneself" else [left[1], left[1]]
    assert [is_open(service, token) for token in (own, other)] == expected
