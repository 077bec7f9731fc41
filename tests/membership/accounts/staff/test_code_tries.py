"""Tries at the second factor: counted by themselves, given back by nothing, told to the owner."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import requests

from tests.membership.accounts.staff.people import (
    PASSWORD,
    add,
    address,
    anonymous,
    mails,
    problem,
    sign_in,
    token_for,
)
from tests.membership.accounts.staff.test_second_factor import (
    NEEDED,
    WRONG,
    now_code,
    sent,
    set_up,
)
from tests.membership.support import Service

LOCKED = (429, "too_many_tries")
TOLD = "falsche Codes"
NEW = "five loud magpies"


@dataclass
class Owner:
    """A member of staff with a second factor, and where they are known."""

    service: Service
    email: str
    secret: str
    session: str
    home: dict[str, str]
    device: str
    password: str = PASSWORD

    def attempt(
        self, code: str = "", *, device: str = "", headers: dict[str, str] | None = None
    ) -> requests.Response:
        """The answer to signing in, as a stranger unless told otherwise."""
        body = {"organization": self.service.tenant.slug, "email": self.email}
        body |= {"password": self.password, "code": code, "device_token": device}
        return anonymous(self.service, "POST", "/v1/staff/sessions", body, headers)

    @property
    def code(self) -> str:
        """The code of the authenticator, not used before."""
        self.service.clock.advance(seconds=30)
        return now_code(self.service, self.secret)

    def guess(self) -> None:
        """Try wrong codes as a stranger, until the next try is refused."""
        for number in range(5):
            assert problem(self.attempt(f"00000{number}")) == WRONG
        assert problem(self.attempt("000005")) == LOCKED

    @property
    def told(self) -> int:
        """How many mails about wrong codes the owner was sent."""
        return len([text for to, text in mails(self.service) if to == self.email and TOLD in text])


@pytest.fixture
def owner(service: Service) -> Owner:
    ada, home = add(service), address()
    body = {"organization": service.tenant.slug, "email": ada["email"], "password": PASSWORD}
    first = anonymous(service, "POST", "/v1/staff/sessions", body, home).json()
    secret, _ = set_up(service, first["token"])
    return Owner(service, ada["email"], secret, first["token"], home, first["device_token"])


def reset(owner: Owner) -> None:
    """The thief reads the mails too, and sets a password of their own."""
    wish = {"organization": owner.service.tenant.slug, "email": owner.email}
    assert anonymous(owner.service, "POST", "/v1/staff/password-resets", wish).status_code == 202
    new = {"token": token_for(owner.service, owner.email), "password": NEW}
    path = "/v1/staff/password-resets/confirm"
    assert anonymous(owner.service, "POST", path, new).status_code == 204
    owner.password = NEW


def change(owner: Owner) -> None:
    """The owner changes the password."""
    new = {"current_password": PASSWORD, "new_password": NEW}
    path = "/v1/staff/me/password"
    assert owner.service.call("POST", path, key=owner.session, json=new).status_code == 204
    owner.password = NEW


def no_code(owner: Owner) -> None:
    """The right password, without a code."""
    assert problem(owner.attempt()) == NEEDED


def login_at_home(owner: Owner) -> None:
    """The owner signs in where they are known."""
    assert owner.attempt(owner.code, headers=owner.home).status_code == 201


def login_by_device(owner: Owner) -> None:
    """The owner signs in elsewhere, with a known device."""
    assert owner.attempt(owner.code, device=owner.device).status_code == 201


@pytest.mark.parametrize(
    "act",
    [reset, change, no_code, login_at_home, login_by_device],
    ids=["reset", "change", "no code", "at home", "by device"],
)
def test_nothing_gives_a_thief_further_tries(owner: Owner, act: Callable[[Owner], None]) -> None:
    owner.guess()
    act(owner)
    owner.service.clock.advance(minutes=15)
    # One try after the wait, and the next wait: with new tries there would be five.
    assert problem(owner.attempt("999999")) == WRONG
    assert problem(owner.attempt(owner.code)) == LOCKED
    # Where the owner is known, they are let in.
    assert owner.attempt(owner.code, headers=owner.home).status_code == 201


def test_waits_grow_although_the_owner_signs_in_between(owner: Owner) -> None:
    owner.guess()
    waits = []
    for number in range(3):
        waits.append(int(owner.attempt("111111").headers["Retry-After"]))
        owner.service.clock.advance(seconds=waits[-1])
        # The password alone costs nothing meanwhile, and a right code is taken after the wait.
        assert problem(owner.attempt()) == NEEDED
        assert problem(owner.attempt(f"22222{number}")) == WRONG
    assert waits == [30, 60, 120]
    owner.service.clock.advance(seconds=240)
    assert owner.attempt(owner.code).status_code == 201


def test_wrong_codes_are_no_wrong_passwords(owner: Owner) -> None:
    owner.guess()
    assert problem(owner.attempt()) == NEEDED
    owner.password = "six shy swallows"
    for _ in range(5):
        assert problem(owner.attempt()) == (401, "credentials_wrong")
    assert problem(owner.attempt()) == LOCKED


def test_the_owner_is_told_of_wrong_codes_once_a_day(owner: Owner) -> None:
    for number, told in ((0, 0), (1, 0), (2, 1), (3, 1)):
        assert problem(owner.attempt(f"00000{number}")) == WRONG
        assert owner.told == told
    owner.service.clock.advance(days=1)
    for number in range(3):
        owner.attempt(f"00000{number}")
    assert owner.told == 2


def test_codes_of_a_session_are_counted_and_told_as_well(owner: Owner) -> None:
    def remove(code: str) -> requests.Response:
        body = {"current_password": PASSWORD, "code": code}
        return sent(owner.service, owner.session, "/remove", **body)

    for number in range(5):
        assert problem(remove(f"00000{number}")) == (422, "second_factor_wrong")
    assert problem(remove("000005")) == LOCKED
    assert owner.told == 1
    # They keep nobody from signing in, nor the right code after the wait.
    assert owner.attempt(owner.code).status_code == 201
    owner.service.clock.advance(minutes=15)
    assert remove(owner.code).status_code == 204


@pytest.mark.both_databases(reason="threads count tries together")
def test_many_at_once_do_not_slip_through(owner: Owner) -> None:
    answers: list[tuple[int, str]] = []
    start = threading.Barrier(12)

    def guess(number: int) -> None:
        start.wait()
        # Some with the password alone, which undoes what was counted for it.
        code = f"00000{number}" if number < 9 else ""
        answers.append(problem(owner.attempt(code)))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {WRONG, LOCKED, NEEDED}
    # Those that asked at once are limited by the tries at the password too.
    assert answers.count(WRONG) <= 5
    assert answers.count(WRONG) >= 1
    assert owner.told <= 1


@pytest.mark.parametrize(
    "code", ["\ud800", "１２３４５６", "0" * 100, "\x00", "null", "-1", "1e5", "٠٠٠٠٠٠"], ids=ascii
)
def test_what_is_no_code_is_a_wrong_one(owner: Owner, code: str) -> None:
    answer = owner.attempt(code)
    assert answer.status_code in {401, 422}
    if answer.status_code == 401:
        assert problem(answer) == WRONG


def test_slips_of_somebody_without_a_second_factor_cost_nothing(service: Service) -> None:
    ada = add(service)
    for _ in range(6):
        body = {"organization": service.tenant.slug, "email": ada["email"], "password": PASSWORD}
        given = anonymous(service, "POST", "/v1/staff/sessions", body | {"code": "000000"})
        assert given.status_code == 201
    assert sign_in(service, ada["email"])
