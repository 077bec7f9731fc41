"""Signing in and out: who may, for how long, and that failures all look the same."""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests
from argon2.profiles import CHEAPEST
from sqlalchemy import select, update

from membership.base.scopes import ROLE_SCOPES, Scope
from membership.store.models import Role, StaffAccount, StaffSession
from membership.web.access import digest
from membership.web.passwords import Passwords
from tests.membership.accounts.staff.people import (
    PASSWORD,
    actions,
    add,
    problem,
    sign_in,
    signed_in,
    try_sign_in,
)
from tests.membership.support import NOON, Service, arranging


def test_sign_in_use_and_sign_out(service: Service) -> None:
    ada = add(service, email="Ada@Example.com", name="Ada")
    answer = try_sign_in(service, " ada@example.COM ")
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    signed = answer.json()
    token = signed["token"]
    assert token.startswith("ms_")
    assert len(token) == 46
    assert signed["expires_at"] == "2027-03-10T23:00:00Z"
    staff = {"id": ada["id"], "name": "Ada", "email": ada["email"], "role": "admin"}
    assert signed["staff"] == staff
    assert signed["scopes"] == sorted(ROLE_SCOPES[Role.ADMIN])
    me = service.call("GET", "/v1/staff/me", key=token).json()
    assert me == {
        "staff": staff,
        "organization": service.tenant.slug,
        "organization_name": service.tenant.name,
        "scopes": signed["scopes"],
    }
    other = sign_in(service, "ada@example.com")
    assert service.call("DELETE", "/v1/staff/sessions/current", key=token).status_code == 204
    gone = service.call("GET", "/v1/staff/me", key=token)
    assert problem(gone) == (401, "session_invalid")
    assert gone.headers["WWW-Authenticate"] == "Bearer"
    assert service.call("GET", "/v1/staff/me", key=other).status_code == 200


def test_tokens_are_stored_hashed_and_passwords_by_argon2id(service: Service) -> None:
    ada = add(service)
    token = sign_in(service, ada["email"])
    with service.database.readers.begin() as session:
        stored = session.scalars(
            select(StaffSession).where(StaffSession.digest == digest(token))
        ).one()
        account = session.get_one(StaffAccount, (service.tenant.id, stored.staff_id))
    assert str(account.id) == ada["id"]
    assert str(account.password_hash).startswith("$argon2id$")
    assert account.last_login_at == NOON


@pytest.mark.parametrize("wrong", ["password", "address", "organization", "disabled", "invited"])
def test_whatever_is_wrong_the_answer_is_the_same(service: Service, wrong: str) -> None:
    ada, other = add(service), add(service)
    email = ada["email"]
    options: dict[str, Any] = {"password": PASSWORD}
    expected = ["staff.sign_in_failed"]
    if wrong == "password":
        options = {"password": PASSWORD + "!"}
    elif wrong == "address":
        email, expected = "nobody@example.com", []
    elif wrong == "organization":
        options, expected = {"organization": "none-such"}, []
    elif wrong == "disabled":
        service.patch(f"/v1/staff/{ada['id']}", disabled=True)
    else:
        invited = {"name": "Bo", "email": "bo@example.com", "role": "reception"}
        email = service.post("/v1/staff", invited)["email"]
    before = actions(service)
    answer = try_sign_in(service, email, **options)
    assert problem(answer) == (401, "credentials_wrong")
    plain = try_sign_in(service, other["email"], "quite another one")
    assert answer.content == plain.content
    assert set(answer.headers) == set(plain.headers)
    assert actions(service) == sorted(["staff.sign_in_failed", *expected, *before])


def test_an_unknown_account_costs_a_hash_of_the_same_parameters() -> None:
    passwords = Passwords(CHEAPEST)
    assert not passwords.verify(None, PASSWORD)
    nobodys = passwords._nobodys
    assert not passwords.outdated(nobodys)
    assert len(nobodys) == len(passwords.hash(PASSWORD))


def test_a_session_ends_after_half_a_day_however_much_it_is_used(service: Service) -> None:
    token = signed_in(service)
    for _ in range(14):
        service.clock.advance(minutes=50)
        assert service.call("GET", "/v1/customers", key=token).status_code == 200
    service.clock.now = NOON + timedelta(hours=12) - timedelta(microseconds=1)
    assert service.call("GET", "/v1/customers", key=token).status_code == 200
    service.clock.now = NOON + timedelta(hours=12)
    assert problem(service.call("GET", "/v1/customers", key=token)) == (401, "session_invalid")


def last_used(service: Service, token: str) -> Any:
    with service.database.readers.begin() as session:
        query = select(StaffSession.last_used_at).where(StaffSession.digest == digest(token))
        return session.execute(query).scalar_one()


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/customers"), ("POST", "/v1/customers")])
def test_an_unused_session_runs_idle(service: Service, method: str, path: str) -> None:
    token = signed_in(service)
    body = {"given_name": "Amara"}
    service.clock.advance(seconds=59)
    assert service.call(method, path, key=token, json=body).ok
    assert last_used(service, token) == NOON
    service.clock.advance(minutes=58)
    assert service.call(method, path, key=token, json=body).ok
    assert last_used(service, token) == service.clock()
    service.clock.advance(minutes=59, seconds=59)
    assert service.call(method, path, key=token, json=body).ok
    service.clock.advance(minutes=60)
    answer = service.call(method, path, key=token, json=body)
    assert problem(answer) == (401, "session_invalid")


def test_a_clock_that_was_set_back_does_not_keep_sessions_from_running_idle(
    service: Service,
) -> None:
    token = signed_in(service)
    service.clock.now = NOON - timedelta(days=1)
    assert service.call("GET", "/v1/customers", key=token).ok
    service.clock.advance(minutes=60)
    assert service.call("GET", "/v1/customers", key=token).status_code == 401


def test_a_role_counts_at_once(service: Service) -> None:
    ada = add(service, "manager")
    token = sign_in(service, ada["email"])
    assert service.call("GET", "/v1/audit", key=token).status_code == 200
    service.patch(f"/v1/staff/{ada['id']}", role="reception")
    assert problem(service.call("GET", "/v1/audit", key=token)) == (403, "scope_missing")
    service.patch(f"/v1/staff/{ada['id']}", role="admin")
    assert service.call("GET", "/v1/keys", key=token).status_code == 200


def test_disabling_ends_sessions_for_good(service: Service) -> None:
    ada = add(service, "manager")
    token = sign_in(service, ada["email"])
    service.patch(f"/v1/staff/{ada['id']}", disabled=True)
    assert problem(service.call("GET", "/v1/staff/me", key=token)) == (401, "session_invalid")
    service.patch(f"/v1/staff/{ada['id']}", disabled=False)
    assert service.call("GET", "/v1/staff/me", key=token).status_code == 401
    assert sign_in(service, ada["email"])


def test_keys_are_nobody(service: Service) -> None:
    assert problem(service.call("GET", "/v1/staff/me")) == (403, "staff_only")
    gone = service.call("DELETE", "/v1/staff/sessions/current")
    assert problem(gone) == (403, "staff_only")
    body = {"current_password": PASSWORD, "new_password": PASSWORD}
    answer = service.call("POST", "/v1/staff/me/password", json=body)
    assert problem(answer) == (403, "staff_only")


def test_a_session_is_of_one_organization(service: Service) -> None:
    ada = add(service)
    token = sign_in(service, ada["email"])
    customer = service.fresh().customer()
    assert service.call("GET", f"/v1/customers/{customer}", key=token).status_code == 404
    other = service.fresh()
    assert problem(try_sign_in(other, ada["email"])) == (401, "credentials_wrong")


def test_one_address_in_two_organizations_is_two_accounts(service: Service) -> None:
    add(service, email="ada@example.com")
    other = service.fresh()
    add(other, email="ada@example.com", password="five loud magpies")
    assert sign_in(service, "ada@example.com")
    assert sign_in(other, "ada@example.com", "five loud magpies")
    assert problem(try_sign_in(other, "ada@example.com"))[0] == 401


def test_an_outdated_hash_is_made_anew_at_the_next_sign_in(service: Service) -> None:
    ada = add(service)
    costlier = Passwords(type(CHEAPEST)(**{**vars_of(CHEAPEST), "time_cost": 2}))
    with arranging(service.database) as session:
        session.execute(
            update(StaffAccount)
            .where(StaffAccount.email_key == ada["email"])
            .values(password_hash=costlier.hash(PASSWORD))
        )
    sign_in(service, ada["email"])
    with service.database.readers.begin() as session:
        query = select(StaffAccount).where(StaffAccount.email_key == ada["email"])
        account = session.scalars(query).one()
    assert "t=1" in str(account.password_hash)
    assert account.password_changed_at == NOON
    assert sign_in(service, ada["email"])


def vars_of(parameters: Any) -> dict[str, Any]:
    """The fields of argon2's parameters."""
    return {name: getattr(parameters, name) for name in parameters.__slots__}


def test_staff_are_named_in_what_they_do_and_repeats_are_theirs_alone(service: Service) -> None:
    ada, bo = add(service, name="Ada"), add(service, name="Bo")
    tokens = [sign_in(service, each["email"]) for each in (ada, bo)]
    made = []
    for token in (tokens[0], tokens[0], tokens[1]):
        headers = {"Idempotency-Key": "k"}
        body = {"given_name": "Amara"}
        answer = service.call("POST", "/v1/customers", key=token, json=body, headers=headers)
        made.append(answer.json()["customer"]["id"])
    assert made[0] == made[1] != made[2]
    (entry,) = service.get("/v1/audit", subject_id=made[0])["items"]
    assert entry["actor"] == {"kind": "staff", "id": ada["id"], "name": "Ada"}
    assert [service.get("/v1/audit", subject_id=made[2])["items"][0]["actor"]["name"]] == ["Bo"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"organization": "o", "email": "e@x.de", "password": ""},
        {"organization": "o", "email": "e@x.de", "password": "x" * 1025},
        {"organization": "o" * 64, "email": "e@x.de", "password": "x"},
        {"organization": "o", "email": "e" * 255, "password": "x"},
        {"organization": "o", "email": "e@x.de", "password": 7},
        {"organization": ["o"], "email": None, "password": {}},
    ],
)
def test_malformed_sign_ins(service: Service, body: dict[str, Any]) -> None:
    answer = requests.post(service.url + "/v1/staff/sessions", json=body, timeout=10)
    assert problem(answer) == (422, "invalid_request")
    assert "xxxxx" not in answer.text


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "ﬀ" * 300])
def test_odd_characters_are_wrong_and_no_fault(service: Service, text: str) -> None:
    ada = add(service)
    for field in ("organization", "email", "password"):
        given = {"organization": service.tenant.slug, "email": ada["email"], "password": PASSWORD}
        given[field] = text
        answer = requests.post(
            service.url + "/v1/staff/sessions",
            data=json.dumps(given),
            headers={"Content-Type": "application/json"},
            timeout=10,
        )
        assert answer.status_code in {401, 422}, answer.text


def test_only_the_embedded_desk_and_admins_have_the_scope_of_the_first_account() -> None:
    having = [role for role in Role if Scope.STAFF_SETUP in ROLE_SCOPES[role]]
    assert having == [Role.ADMIN]
