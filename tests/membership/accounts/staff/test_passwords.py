"""Which passwords are good enough, how they are hashed, and changing one's own."""

from typing import Any

import pytest
from argon2 import extract_parameters
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from membership.accounts.staff.strength import reject_weak
from membership.web.errors import Invalid
from membership.web.passwords import Passwords
from tests.membership.accounts.staff.people import (
    PASSWORD,
    actions,
    add,
    problem,
    sign_in,
    token_for,
    try_sign_in,
)
from tests.membership.support import Service

KNOWN = ("Ada Moreau", "Ada", "Moreau", "ada.moreau@example.com", "Northwind Climbing", "Studio 54")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("nine char", "password_too_short"),
        ("e\u0301" * 9, "password_too_short"),
        ("a" * 257, "password_too_long"),
        ("\ufdfa" * 15, "password_too_long"),
        ("Ada Moreau", "password_guessable"),
        ("Studio 54 2027", "password_guessable"),
        ("adaMOREAU1987", "password_guessable"),
        ("ada.moreau@example.com", "password_guessable"),
        ("ada-moreau", "password_guessable"),
        ("NORTHWIND climbing", "password_guessable"),
        ("Ｐassword1234", "password_common"),
        ("P A S S W O R D 1 2 3", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("1234567890", "password_common"),
        ("0987654321", "password_common"),
        ("cdefghijklmn", "password_common"),
        ("..........", "password_common"),
    ],
)
def test_passwords_that_are_refused(password: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        reject_weak(password, "body.password", KNOWN)
    assert caught.value.code == code
    assert caught.value.errors[0].field == "body.password"
    if password:
        assert password not in caught.value.detail


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "x7Qp!9sLz2",
        "Ada likes herons",
        "パスワードは秘密の言葉",
        "x7Qp!9sLz2" + "c1d2" * 61,
    ],
)
def test_passwords_that_are_taken(password: str) -> None:
    reject_weak(password, "body.password", KNOWN)


def test_hashes_have_the_parameters_of_the_rfc_and_a_salt_each() -> None:
    passwords = Passwords()
    stored = passwords.hash(PASSWORD)
    assert extract_parameters(stored) == RFC_9106_LOW_MEMORY
    assert passwords.verify(stored, PASSWORD)
    assert not passwords.outdated(stored)
    assert passwords.outdated(Passwords(CHEAPEST).hash(PASSWORD))
    assert Passwords(CHEAPEST).hash(PASSWORD) != Passwords(CHEAPEST).hash(PASSWORD)


def test_a_password_is_the_same_however_it_was_composed() -> None:
    passwords = Passwords(CHEAPEST)
    stored = passwords.hash("caf\u00e9 \u2460 ﬁnest")
    assert passwords.verify(stored, "cafe\u0301 1 finest")
    assert not passwords.verify(stored, "cafe 1 finest")


def change(service: Service, token: str, current: str, new: str) -> Any:
    body = {"current_password": current, "new_password": new}
    return service.call("POST", "/v1/staff/me/password", key=token, json=body)


def test_changing_ones_own_password_ends_all_other_sessions(service: Service) -> None:
    ada = add(service)
    mine, other = sign_in(service, ada["email"]), sign_in(service, ada["email"])
    assert change(service, mine, PASSWORD, "five loud magpies").status_code == 204
    assert service.call("GET", "/v1/staff/me", key=mine).status_code == 200
    assert service.call("GET", "/v1/staff/me", key=other).status_code == 401
    assert problem(try_sign_in(service, ada["email"]))[0] == 401
    assert sign_in(service, ada["email"], "five loud magpies")
    (entry,) = service.get("/v1/audit", action="staff.password_changed")["items"]
    assert entry["actor"]["id"] == entry["subject_id"] == ada["id"]
    assert (entry["before"], entry["after"]) == (None, None)


def test_changing_needs_the_present_password_and_a_good_new_one(service: Service) -> None:
    ada = add(service, name="Ada Moreau")
    token = sign_in(service, ada["email"])
    wrong = change(service, token, "six shy swallows", "five loud magpies")
    assert problem(wrong) == (422, "password_wrong")
    assert wrong.json()["errors"][0]["field"] == "body.current_password"
    assert "staff.password_change_failed" in actions(service, subject_id=ada["id"])
    for weak, code in (("short", "password_too_short"), ("ada moreau 1", "password_guessable")):
        answer = change(service, token, PASSWORD, weak)
        assert problem(answer) == (422, code)
        assert answer.json()["errors"][0]["field"] == "body.new_password"
    assert sign_in(service, ada["email"])


def test_a_stolen_session_does_not_guess_the_password(service: Service) -> None:
    ada = add(service)
    token = sign_in(service, ada["email"])
    for _ in range(5):
        assert change(service, token, "six shy swallows", "five loud magpies").status_code == 422
    answer = change(service, token, PASSWORD, "five loud magpies")
    assert problem(answer) == (429, "too_many_tries")
    assert answer.headers["Retry-After"] == "30"
    service.clock.advance(seconds=30)
    assert change(service, token, PASSWORD, "five loud magpies").status_code == 204


def test_changing_a_password_makes_mailed_links_worthless(service: Service) -> None:
    ada = add(service)
    body = {"organization": service.tenant.slug, "email": ada["email"]}
    assert service.call("POST", "/v1/staff/password-resets", json=body).status_code == 202
    mailed = token_for(service, ada["email"])
    token = sign_in(service, ada["email"])
    assert change(service, token, PASSWORD, "five loud magpies").status_code == 204
    confirm = {"token": mailed, "password": "six shy swallows"}
    answer = service.call("POST", "/v1/staff/password-resets/confirm", json=confirm)
    assert problem(answer) == (422, "reset_token_invalid")
