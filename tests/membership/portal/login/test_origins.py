"""Tries of strangers lock no customer out where they logged in before."""

from typing import Any

import requests

from tests.membership.accounts.staff.people import address
from tests.membership.portal.login.visitors import EMAIL, ask, asked, code_for, fault, verify, wrong
from tests.membership.support import TIMEOUT, Service

LOCKED = (429, "too_many_tries")


def logged_in(club: Service) -> tuple[dict[str, str], dict[str, str]]:
    """A customer's address and the cookie of their device, after a login."""
    club.customer("Amara", email=EMAIL)
    here = address()
    answer = verify(club, asked(club), headers=here)
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" in cookie
    pair = cookie.partition(";")[0]
    assert pair.startswith("walletdesk_device=md_")
    return here, {"Cookie": pair}


def from_the_cookie(club: Service, path: str, body: Any, cookie: dict[str, str]) -> Any:
    """A request of the device, from another network."""
    url = f"{club.url}/v1/join/{club.tenant.slug}{path}"
    return requests.post(url, json=body, headers=address() | cookie, timeout=TIMEOUT)


def test_strangers_who_ask_for_codes_lock_nobody_out(club: Service) -> None:
    here, cookie = logged_in(club)
    assert [ask(club).status_code for _ in range(4)] == [202, 202, 202, 429]
    assert ask(club, headers=here).status_code == 202
    again = from_the_cookie(club, "/codes", {"email": EMAIL}, cookie)
    assert again.status_code == 202
    assert fault(ask(club)) == LOCKED
    code = code_for(club)
    assert verify(club, code, headers=here).status_code == 200


def test_strangers_who_try_codes_lock_nobody_out(club: Service) -> None:
    here, cookie = logged_in(club)
    for _ in range(2):
        code = asked(club)
        for _ in range(5):
            assert verify(club, wrong(code)).status_code == 401
    assert fault(verify(club, code)) == LOCKED
    # Neither do they use up the tries of the code that the owner asked for.
    assert verify(club, code, headers=here).status_code == 200
    code = from_here(club, here)
    for _ in range(3):
        verify(club, wrong(code))
    answer = from_the_cookie(club, "/codes/verify", {"email": EMAIL, "code": code}, cookie)
    assert answer.status_code == 200


def from_here(club: Service, here: dict[str, str]) -> str:
    """A code that the owner asked for."""
    assert ask(club, headers=here).status_code == 202
    return code_for(club)


def test_a_new_address_gets_its_own_tries_at_the_code_it_asked_for(club: Service) -> None:
    here = address()
    code = from_here(club, here)
    for _ in range(5):
        assert verify(club, wrong(code)).status_code == 401
    assert fault(verify(club, code)) == (401, "code_wrong")
    assert verify(club, code, headers=here).status_code == 200


def test_the_owner_has_five_tries_at_a_code_too(club: Service) -> None:
    here, _ = logged_in(club)
    code = from_here(club, here)
    for _ in range(5):
        assert verify(club, wrong(code), headers=here).status_code == 401
    assert fault(verify(club, code, headers=here)) == (401, "code_wrong")
