"""The second factor: set up, asked for, good once, demanded, removed, and told by mail."""

from typing import Any

import pyotp
import pytest
import requests
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from membership.base.vault import Vault
from membership.store.models import StaffFactor
from tests.membership.accounts.staff.people import (
    PASSWORD,
    add,
    anonymous,
    mails,
    problem,
    sign_in,
    signed_in,
)
from tests.membership.recorded import audited
from tests.membership.support import Service, arranging

FACTOR = "/v1/staff/me/second-factor"
NEEDED, WRONG = (401, "second_factor_needed"), (401, "second_factor_wrong")


def now_code(service: Service, secret: str, steps: int = 0) -> str:
    """The authenticator's code of the service's time, or of some steps later."""
    return pyotp.TOTP(secret).at(int(service.clock().timestamp()) + 30 * steps)


def sent(service: Service, token: str, path: str, **body: Any) -> requests.Response:
    """The answer to a request of a signed-in member of staff."""
    return service.call("POST", FACTOR + path, key=token, json=body)


def set_up(service: Service, token: str) -> tuple[str, list[str]]:
    """Secret and recovery codes of a new second factor."""
    begun = sent(service, token, "", current_password=PASSWORD)
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    done = sent(service, token, "/confirm", code=now_code(service, secret))
    assert done.status_code == 200, done.text
    service.clock.advance(seconds=60)
    return secret, done.json()["recovery_codes"]


def attempt(
    service: Service, email: str, code: str = "", password: str = PASSWORD
) -> requests.Response:
    """The answer to signing in with a code."""
    body = {"organization": service.tenant.slug, "email": email, "password": password}
    return anonymous(service, "POST", "/v1/staff/sessions", body | ({"code": code} if code else {}))


def test_set_up_and_asked_for(service: Service) -> None:
    ada = add(service)
    token, other = sign_in(service, ada["email"]), sign_in(service, ada["email"])
    off = service.call("GET", FACTOR, key=token).json()
    assert off == {"enabled": False, "since": None, "recovery_codes_left": 0, "demanded": False}
    begun = sent(service, token, "", current_password=PASSWORD).json()
    assert begun["uri"].startswith("otpauth://totp/")
    assert begun["secret"] in begun["uri"]
    # It counts only once it is confirmed.
    assert attempt(service, ada["email"]).status_code == 201
    wrong = sent(service, token, "/confirm", code="000000")
    assert problem(wrong) == (422, "second_factor_wrong")
    secret, codes = set_up(service, token)
    assert len(set(codes)) == 10
    on = service.call("GET", FACTOR, key=token).json()
    assert (on["enabled"], on["recovery_codes_left"]) == (True, 10)
    assert service.call("GET", "/v1/staff/me", key=other).status_code == 401
    assert problem(attempt(service, ada["email"])) == NEEDED
    assert problem(attempt(service, ada["email"], "123456", "six shy swallows")) == (
        401,
        "credentials_wrong",
    )
    assert attempt(service, ada["email"], now_code(service, secret)).status_code == 201


@pytest.mark.parametrize("typed", ["{} {}", " {}-{} ", "{}\u00a0{}", "{}\t{}"])
def test_a_code_confirms_and_counts_however_it_is_spaced(service: Service, typed: str) -> None:
    ada = add(service)
    token = sign_in(service, ada["email"])
    secret = sent(service, token, "", current_password=PASSWORD).json()["secret"]
    code = now_code(service, secret)
    done = sent(service, token, "/confirm", code=typed.format(code[:3], code[3:]))
    assert done.status_code == 200, done.text
    service.clock.advance(seconds=60)
    code = now_code(service, secret)
    assert attempt(service, ada["email"], typed.format(code[:3], code[3:])).status_code == 201


def test_no_code_is_good_twice_and_clocks_may_be_off_by_one_step(service: Service) -> None:
    ada = add(service)
    secret, codes = set_up(service, sign_in(service, ada["email"]))
    code = now_code(service, secret)
    assert attempt(service, ada["email"], code).status_code == 201
    assert problem(attempt(service, ada["email"], code)) == WRONG
    assert attempt(service, ada["email"], now_code(service, secret, 1)).status_code == 201
    assert problem(attempt(service, ada["email"], now_code(service, secret, -1))) == WRONG
    service.clock.advance(minutes=30)
    assert problem(attempt(service, ada["email"], now_code(service, secret, 2))) == WRONG
    assert problem(attempt(service, ada["email"], now_code(service, secret, -2))) == WRONG
    assert attempt(service, ada["email"], codes[0].upper()).status_code == 201
    assert problem(attempt(service, ada["email"], codes[0])) == WRONG
    assert attempt(service, ada["email"], codes[1].replace("-", " ")).status_code == 201


def test_codes_cannot_be_guessed(service: Service) -> None:
    ada = add(service)
    secret, _ = set_up(service, sign_in(service, ada["email"]))
    for _ in range(3):
        assert problem(attempt(service, ada["email"])) == NEEDED  # asking is no try
    for number in range(5):
        assert problem(attempt(service, ada["email"], f"00000{number}")) == WRONG
    locked = attempt(service, ada["email"], now_code(service, secret))
    assert problem(locked) == (429, "too_many_tries")
    failures = audited(service, "staff.sign_in_failed")
    assert [after for _, _, after in failures] == [{"why": "wrong_code"}] * 5


def test_secrets_are_sealed_and_codes_hashed(service: Service) -> None:
    ada = add(service)
    secret, codes = set_up(service, sign_in(service, ada["email"]))
    with service.database.readers.begin() as session:
        row = session.scalars(
            select(StaffFactor).where(StaffFactor.organization_id == service.tenant.id)
        ).one()
    assert secret.encode() not in row.sealed
    assert len(row.recovery_digests) == 10
    assert not any(code in str(row.recovery_digests) for code in codes)
    listed = str(audited(service, "staff.second_factor_added"))
    assert secret not in listed


def test_removed_by_password_and_code_only(service: Service) -> None:
    ada = add(service)
    token = sign_in(service, ada["email"])
    _, codes = set_up(service, token)
    assert problem(sent(service, token, "", current_password=PASSWORD)) == (
        409,
        "second_factor_exists",
    )
    wrong = sent(service, token, "/remove", current_password="six shy swallows", code=codes[0])
    assert problem(wrong) == (422, "password_wrong")
    wrong = sent(service, token, "/remove", current_password=PASSWORD, code="000000")
    assert problem(wrong) == (422, "second_factor_wrong")
    right = sent(service, token, "/remove", current_password=PASSWORD, code=codes[0])
    assert right.status_code == 204
    assert attempt(service, ada["email"]).status_code == 201
    subjects = [subject for subject, _, _ in audited(service, "staff.second_factor_removed")]
    assert subjects == [ada["id"]]
    told = [text for to, text in mails(service) if to == ada["email"]]
    assert ["verlangt jetzt" in text for text in told] == [True, False]
    assert ["wurde entfernt" in text for text in told] == [False, True]


@pytest.mark.parametrize(
    ("role", "demanded"), [("admin", True), ("manager", True), ("reception", False)]
)
def test_a_club_demands_it(service: Service, role: str, *, demanded: bool) -> None:
    admin = signed_in(service)
    refused = service.call(
        "PATCH", "/v1/organization", key=admin, json={"second_factor_demanded": True}
    )
    assert problem(refused) == (409, "second_factor_first")
    ada = add(service, role)
    before = sign_in(service, ada["email"])
    set_up(service, admin)
    changed = service.call(
        "PATCH", "/v1/organization", key=admin, json={"second_factor_demanded": True}
    )
    assert (changed.status_code, changed.json()["second_factor_demanded"]) == (200, True)
    answer = attempt(service, ada["email"]).json()
    assert answer["second_factor_missing"] is demanded
    assert (answer["scopes"] == []) is demanded
    for token in (before, answer["token"]):
        status = service.call("GET", "/v1/plans", key=token).status_code
        assert status == (403 if demanded else 200)
    token = answer["token"]
    assert service.call("GET", FACTOR, key=token).json()["demanded"] is demanded
    set_up(service, token)
    assert service.call("GET", "/v1/plans", key=token).status_code == 200
    assert service.call("GET", "/v1/plans", key=admin).status_code == 200
    off = {"second_factor_demanded": False}
    by_key = service.call("PATCH", "/v1/organization", json=off)
    assert problem(by_key) == (409, "second_factor_first")
    assert service.call("PATCH", "/v1/organization", key=admin, json=off).status_code == 200


def test_recovery_codes_are_good_after_the_secret_key_was_lost(service: Service) -> None:
    ada = add(service)
    secret, codes = set_up(service, sign_in(service, ada["email"]))
    stranger = Vault(Fernet.generate_key().decode())
    with arranging(service.database) as session:
        lost = {"sealed": stranger.seal(secret.encode())}
        mine = StaffFactor.organization_id == service.tenant.id
        session.execute(update(StaffFactor).where(mine).values(lost))
    unreadable = attempt(service, ada["email"], now_code(service, secret))
    assert problem(unreadable) == (503, "secret_unreadable")
    assert "SECRET_KEY" not in unreadable.text
    assert "secret.key" not in unreadable.text
    assert unreadable.headers["Retry-After"] == "60"
    answer = attempt(service, ada["email"], codes[0])
    assert answer.status_code == 201
    token = answer.json()["token"]
    assert problem(attempt(service, ada["email"], codes[0])) == (503, "secret_unreadable")
    removed = sent(service, token, "/remove", current_password=PASSWORD, code=codes[1])
    assert removed.status_code == 204
    new, _ = set_up(service, token)
    assert attempt(service, ada["email"], now_code(service, new)).status_code == 201
