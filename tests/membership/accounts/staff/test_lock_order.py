"""Sign-ins and resets lock the counts of attempts in one order, however they end."""

import threading

import pytest

from tests.membership.accounts.staff.people import PASSWORD, add, address, anonymous, token_for
from tests.membership.accounts.staff.test_code_tries import NEW, Owner
from tests.membership.accounts.staff.test_second_factor import set_up
from tests.membership.lock_order import lock_order
from tests.membership.support import Service


def owner_with_codes(service: Service) -> tuple[Owner, list[str]]:
    """Somebody with a second factor, and the recovery codes."""
    ada, home = add(service), address()
    body = {"organization": service.tenant.slug, "email": ada["email"], "password": PASSWORD}
    first = anonymous(service, "POST", "/v1/staff/sessions", body, home).json()
    secret, codes = set_up(service, first["token"])
    owner = Owner(service, ada["email"], secret, first["token"], home, first["device_token"])
    return owner, codes


def test_however_a_sign_in_ends_counts_are_locked_in_one_order(service: Service) -> None:
    owner, codes = owner_with_codes(service)
    stranger = address()
    with lock_order(service.database.engine) as order:
        for headers in (owner.home, stranger):
            assert owner.attempt(owner.code, headers=headers).status_code == 201
            assert owner.attempt(codes.pop(), headers=headers).status_code == 201
            assert owner.attempt(headers=headers).status_code == 401
            for number in range(6):
                assert owner.attempt(f"00000{number}", headers=headers).status_code in {401, 429}
            owner.password = "six shy swallows"
            assert owner.attempt(headers=headers).status_code == 401
            owner.password = PASSWORD
        wish = {"organization": service.tenant.slug, "email": owner.email}
        asked = anonymous(service, "POST", "/v1/staff/password-resets", wish, stranger)
        assert asked.status_code == 202
        new = {"token": token_for(service, owner.email), "password": NEW}
        confirm = "/v1/staff/password-resets/confirm"
        assert anonymous(service, "POST", confirm, new, stranger).status_code == 204
    assert len(order.pairs) >= 4
    assert order.both_ways == set()


@pytest.mark.both_databases(reason="concurrent sign-ins wait for each other's rows")
def test_right_codes_from_one_address_at_once_are_all_taken(service: Service) -> None:
    owner, codes = owner_with_codes(service)
    statuses: list[int] = []
    rounds = 3

    def sign_in(mine: list[str]) -> None:
        for code in mine:
            statuses.append(owner.attempt(code, headers=owner.home).status_code)

    threads = [
        threading.Thread(target=sign_in, args=(codes[at : at + rounds],))
        for at in range(0, 3 * rounds, rounds)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 3 * rounds
