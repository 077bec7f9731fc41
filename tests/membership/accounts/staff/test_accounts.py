"""Accounts: who may make and change them, and that an admin who can sign in is left."""

import threading
from typing import Any

import pytest
import requests
from sqlalchemy import select

from membership.base.scopes import DESK_SCOPES, ROLE_SCOPES, Scope
from membership.store.models import Role, StaffAccount, StaffSession
from tests.membership.accounts.staff.people import (
    PASSWORD,
    actions,
    add,
    mails,
    problem,
    sign_in,
    signed_in,
    token_for,
    try_sign_in,
)
from tests.membership.support import NOON, TIMEOUT, Service


def test_create_list_and_change(service: Service) -> None:
    made = add(service, "reception", name="Jonas Weber", email="Jonas@Example.com")
    assert made == {
        "id": made["id"],
        "name": "Jonas Weber",
        "email": "Jonas@example.com",
        "role": "reception",
        "has_password": True,
        "second_factor": False,
        "disabled_at": None,
        "open_keys": 0,
        "last_login_at": None,
        "created_at": "2027-03-10T11:00:00Z",
    }
    path = f"/v1/staff/{made['id']}"
    changed = service.patch(path, name="Jo", role="manager", email="jo@example.com")
    assert changed == made | {"name": "Jo", "role": "manager", "email": "jo@example.com"}
    sign_in(service, "JO@example.com")
    assert problem(try_sign_in(service, "jonas@example.com"))[0] == 401
    (listed,) = service.get("/v1/staff")["items"]
    assert listed == changed | {"last_login_at": "2027-03-10T11:00:00Z"}
    assert service.patch(path) == listed
    (entry,) = service.get("/v1/audit", subject_id=made["id"], action="staff.changed")["items"]
    assert entry["before"] == {"name": "Jonas Weber", "role": "reception", "email": made["email"]}
    assert entry["after"] == {"name": "Jo", "role": "manager", "email": "jo@example.com"}


def test_pages(service: Service) -> None:
    made = []
    for _ in range(5):
        service.clock.advance(seconds=1)
        made.append(add(service)["id"])
    found, cursor = [], None
    while True:
        more: dict[str, Any] = {} if cursor is None else {"cursor": cursor}
        page = service.get("/v1/staff", limit=2, **more)
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == made
    bad = service.call("GET", "/v1/staff", params={"cursor": "x"})
    assert problem(bad) == (422, "invalid_cursor")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "email": "a@example.com", "role": "admin"},
        {"name": "A", "email": "a", "role": "admin"},
        {"name": "A", "email": "a@example.com", "role": "king"},
        {"name": "A", "email": "a@example.com"},
        {"name": "A\nB", "email": "a@example.com", "role": "admin"},
        {"name": "A", "email": "a@example.com\r\nBcc: b@example.com", "role": "admin"},
        {"name": "A", "email": "a@example.com", "role": "admin", "password": "short"},
        {"name": "Abcdefghijk", "email": "a@b.de", "role": "admin", "password": "abcdefghijk"},
    ],
)
def test_accounts_that_are_refused(service: Service, body: dict[str, Any]) -> None:
    assert service.call("POST", "/v1/staff", json=body).status_code == 422
    assert service.get("/v1/staff")["items"] == []


@pytest.mark.parametrize("field", ["name", "email", "role", "disabled"])
def test_nothing_can_be_emptied(service: Service, field: str) -> None:
    made = add(service)
    answer = service.call("PATCH", f"/v1/staff/{made['id']}", json={field: None})
    assert problem(answer) == (422, "invalid_request")


def test_one_account_per_address(service: Service) -> None:
    ada, bo = add(service, email="ada@example.com"), add(service)
    body = {"name": "B", "email": "ADA@example.com", "role": "admin", "password": PASSWORD}
    assert problem(service.call("POST", "/v1/staff", json=body)) == (409, "email_taken")
    change = {"email": "Ada@example.com"}
    taken = service.call("PATCH", f"/v1/staff/{bo['id']}", json=change)
    assert problem(taken) == (409, "email_taken")
    assert service.patch(f"/v1/staff/{ada['id']}", **change)["email"] == "Ada@example.com"
    assert service.fresh().post("/v1/staff", body)["email"] == "ADA@example.com"


def test_accounts_of_others_are_not_there(service: Service) -> None:
    ada = add(service)
    other = service.fresh()
    answer = other.call("PATCH", f"/v1/staff/{ada['id']}", json={"name": "X"})
    assert problem(answer) == (404, "staff_not_found")
    assert other.get("/v1/staff")["items"] == []


def test_who_is_invited_sets_the_password(service: Service) -> None:
    body = {"name": "Bo", "email": "bo@example.com", "role": "manager"}
    headers = {"Idempotency-Key": "k"}
    first = service.call("POST", "/v1/staff", json=body, headers=headers).json()
    again = service.call("POST", "/v1/staff", json=body, headers=headers).json()
    assert first == again
    assert first["has_password"] is False
    ((recipient, text),) = mails(service)
    assert recipient == "bo@example.com"
    token = token_for(service, recipient)
    assert f"https://club.example/desk/staff/set-password#token={token}\n" in text
    assert actions(service, subject_id=first["id"]) == ["staff.created", "staff.invited"]
    service.clock.advance(days=2, hours=23)
    confirm = {"token": token, "password": PASSWORD}
    answer = service.call("POST", "/v1/staff/password-resets/confirm", json=confirm)
    assert answer.status_code == 204
    assert sign_in(service, "bo@example.com")


def test_a_new_address_or_disabling_makes_mailed_links_worthless(service: Service) -> None:
    changes: list[dict[str, Any]] = [{"email": "c@example.com"}, {"disabled": True}]
    for number, change in enumerate(changes):
        email = f"b{number}@example.com"
        made = service.post("/v1/staff", {"name": "B", "email": email, "role": "manager"})
        token = token_for(service, email)
        service.patch(f"/v1/staff/{made['id']}", **change)
        service.patch(f"/v1/staff/{made['id']}", disabled=False)
        confirm = {"token": token, "password": PASSWORD}
        answer = service.call("POST", "/v1/staff/password-resets/confirm", json=confirm)
        assert problem(answer) == (422, "reset_token_invalid")


@pytest.mark.parametrize("change", [{"role": "manager"}, {"disabled": True}])
def test_the_last_admin_who_can_sign_in_stays(service: Service, change: dict[str, Any]) -> None:
    ada = add(service)
    add(service, "manager")
    service.post("/v1/staff", {"name": "Invited", "email": "i@example.com", "role": "admin"})
    disabled = add(service)
    service.patch(f"/v1/staff/{disabled['id']}", disabled=True)
    path = f"/v1/staff/{ada['id']}"
    assert problem(service.call("PATCH", path, json=change)) == (409, "last_admin")
    service.patch(path, name="Ada", role="admin", disabled=False)
    add(service)
    service.patch(path, **change)


@pytest.mark.both_databases(reason="admins change each other at the same time")
@pytest.mark.parametrize("change", [{"role": "manager"}, {"disabled": True}])
def test_two_admins_who_change_each_other_at_once(service: Service, change: dict[str, Any]) -> None:
    admins = [add(service), add(service)]
    tokens = [sign_in(service, admin["email"]) for admin in admins]
    start = threading.Barrier(2)
    statuses: list[int] = []

    def run(token: str, other: str) -> None:
        start.wait()
        answer = requests.patch(
            f"{service.url}/v1/staff/{other}",
            json=change,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
        )
        statuses.append(answer.status_code)

    pairs = zip(tokens, reversed(admins), strict=True)
    threads = [threading.Thread(target=run, args=(token, other["id"])) for token, other in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The later one finds that it is the last, or that it is no admin any more.
    assert sorted(statuses)[0] == 200
    assert sorted(statuses)[1] in {401, 403, 409}
    with service.database.readers.begin() as session:
        left = session.scalars(
            select(StaffAccount).where(
                StaffAccount.organization_id == service.tenant.id,
                StaffAccount.role == Role.ADMIN,
                StaffAccount.disabled_at.is_(None),
            )
        ).all()
    assert len(left) == 1


def test_a_key_cannot_raise_anybody_above_itself(service: Service) -> None:
    key = service.key_with(Scope.STAFF_WRITE, *ROLE_SCOPES[Role.MANAGER])
    body = {"name": "B", "email": "b@example.com", "role": "admin"}
    answer = service.call("POST", "/v1/staff", key=key, json=body)
    assert problem(answer) == (403, "scope_missing")
    ada, bo = add(service, "admin"), add(service, "reception")
    for made, change in ((bo, {"role": "admin"}), (ada, {"email": "mine@example.com"})):
        answer = service.call("PATCH", f"/v1/staff/{made['id']}", key=key, json=change)
        assert problem(answer) == (403, "scope_missing")
    path = f"/v1/staff/{bo['id']}"
    assert service.call("PATCH", path, key=key, json={"role": "manager"}).status_code == 200


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.MANAGER])
def test_only_admins_look_after_accounts(service: Service, role: Role) -> None:
    token = signed_in(service, role)
    body = {"name": "B", "email": "b@example.com", "role": "reception"}
    for method, path in (("GET", "/v1/staff"), ("POST", "/v1/staff")):
        answer = service.call(method, path, key=token, json=body)
        assert problem(answer) == (403, "scope_missing")


FIRST = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}


def test_the_first_account(service: Service) -> None:
    key = service.key_with(Scope.STAFF_SETUP)
    weak = service.call("POST", "/v1/staff/first-account", key=key, json=FIRST | {"password": "x"})
    assert problem(weak) == (422, "password_too_short")
    assert not service.get("/v1/desk")["has_accounts"]
    made = service.call("POST", "/v1/staff/first-account", key=key, json=FIRST)
    assert made.status_code == 201
    assert service.get("/v1/desk")["has_accounts"]
    assert made.json()["staff"]["role"] == "admin"
    token = made.json()["token"]
    assert service.call("GET", "/v1/staff", key=token).status_code == 200
    second = FIRST | {"email": "b@example.com"}
    answer = service.call("POST", "/v1/staff/first-account", key=key, json=second)
    assert problem(answer) == (409, "staff_exists")
    assert actions(service) == ["staff.created", "staff.signed_in"]


@pytest.mark.both_databases(reason="admins change each other at the same time")
def test_of_several_first_accounts_at_once_one_is_made(service: Service) -> None:
    key = service.key_with(Scope.STAFF_SETUP)
    start = threading.Barrier(4)
    statuses: list[int] = []

    def run(number: int) -> None:
        start.wait()
        answer = requests.post(
            service.url + "/v1/staff/first-account",
            json=FIRST | {"email": f"a{number}@example.com"},
            headers={"Authorization": f"Bearer {key}"},
            timeout=TIMEOUT,
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409]
    with service.database.readers.begin() as session:
        query = select(StaffSession).where(StaffSession.organization_id == service.tenant.id)
        assert len(session.scalars(query).all()) == 1


def test_no_other_scope_makes_a_first_account(service: Service) -> None:
    key = service.key_with(*(set(Scope) - {Scope.STAFF_SETUP}))
    answer = service.call("POST", "/v1/staff/first-account", key=key, json=FIRST)
    assert problem(answer) == (403, "scope_missing")


S = Scope
ALL, MANAGERS, ADMINS = tuple(Role), (Role.MANAGER, Role.ADMIN), (Role.ADMIN,)
WHO_MAY = {
    S.SCANS_WRITE: ALL,
    S.VISITS_READ: ALL,
    S.VISITS_WRITE: ALL,
    S.CUSTOMERS_READ: ALL,
    S.CUSTOMERS_WRITE: ALL,
    S.COMPANIES_READ: ALL,
    S.COMPANIES_WRITE: MANAGERS,
    S.PLANS_READ: ALL,
    S.PLANS_WRITE: MANAGERS,
    S.MEMBERSHIPS_READ: ALL,
    S.MEMBERSHIPS_WRITE: ALL,
    S.CARDS_READ: ALL,
    S.CARDS_WRITE: ALL,
    S.DESIGNS_WRITE: MANAGERS,
    S.WALLETS_WRITE: ADMINS,
    S.PERMISSIONS_READ: ALL,
    S.KEYS_WRITE: ADMINS,
    S.ORGANIZATION_READ: ALL,
    S.ORGANIZATION_WRITE: ADMINS,
    S.STAFF_WRITE: ADMINS,
    S.STAFF_SETUP: ADMINS,
    S.AUDIT_READ: MANAGERS,
    S.WEBHOOKS_WRITE: ADMINS,
    S.IMPORTS_WRITE: MANAGERS,
    S.EXPORTS_READ: MANAGERS,
    S.PERSONAL_WRITE: ADMINS,
}
"""Who may do what: a new scope must be entered here."""


def test_the_table_of_roles_and_scopes() -> None:
    assert {s: tuple(r for r in Role if s in ROLE_SCOPES[r]) for s in Scope} == WHO_MAY
    assert Scope.STAFF_SETUP not in DESK_SCOPES


PROBES = {
    S.SCANS_WRITE: "/v1/desk",
    S.VISITS_READ: "/v1/visits",
    S.CUSTOMERS_READ: "/v1/customers",
    S.COMPANIES_READ: "/v1/companies",
    S.PLANS_READ: "/v1/plans",
    S.MEMBERSHIPS_READ: "/v1/memberships",
    S.KEYS_WRITE: "/v1/keys",
    S.STAFF_WRITE: "/v1/staff",
    S.AUDIT_READ: "/v1/audit",
}


@pytest.mark.parametrize("role", Role)
def test_sessions_may_do_what_their_role_may(service: Service, role: Role) -> None:
    token = signed_in(service, role)
    for scope, path in PROBES.items():
        expected = 200 if role in WHO_MAY[scope] else 403
        assert service.call("GET", path, key=token).status_code == expected, path
    assert service.clock() == NOON
