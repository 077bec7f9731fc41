"""Every route against every sort of caller, generated from the application's own routes.

A route without an entry in ``tests.membership.needs`` fails here: whoever adds one says who may
call it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests

from membership.base.scopes import ROLE_SCOPES, Scope
from membership.store.models import Role, StaffAccount, StaffSession
from membership.web.access import SESSION_PREFIX, digest
from tests.membership.application import api_document
from tests.membership.conftest import SQLITE, Databases
from tests.membership.every_route import AnyRoute
from tests.membership.needs import ANYBODY, CALLER, NEEDS, STAFF
from tests.membership.support import TIMEOUT, Service, arranging, running_service


@pytest.fixture(scope="module")
def sqlite_service(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service on SQLite; who may call what does not depend on the database."""
    with running_service(databases.new(SQLITE, tmp_path_factory.mktemp("data"))) as service:
        yield service


@pytest.fixture(scope="module")
def routes() -> list[AnyRoute]:
    return api_document().routes


def test_every_route_has_an_entry(routes: list[AnyRoute]) -> None:
    there = {route.name for route in routes}
    assert there - set(NEEDS) == set(), "say in NEEDS who may call them"
    assert set(NEEDS) - there == set(), "entries of routes that are no more"


def send(service: Service, route: AnyRoute, key: str | None, **more: Any) -> requests.Response:
    """Call a route, with an empty body and ids that nobody has unless told otherwise."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    nobodys = dict.fromkeys(route.path_names, uuid4())
    url = service.url + more.pop("path", route.path.format(**nobodys))
    if route.takes_bytes:
        more = {"data": b"no picture", **more}
        headers["Content-Type"] = "application/octet-stream"
    elif route.body is not None:
        more = {"json": {}, **more}
    return service.http.request(route.method, url, headers=headers, timeout=TIMEOUT, **more)


def of_need(routes: list[AnyRoute], *, scoped: bool) -> list[AnyRoute]:
    """Routes for holders of a scope, or all that need a caller."""
    return [
        route
        for route in routes
        if (isinstance(NEEDS[route.name], Scope) if scoped else NEEDS[route.name] != ANYBODY)
    ]


def without_a_good_key(service: Service, routes: list[AnyRoute], kinds: int) -> None:
    """Call each route without a key, with a revoked one, and with ``kinds`` kinds of bad ones."""
    revoked = service.post("/v1/keys", {"name": "revoked", "scopes": list(Scope)})
    service.post(f"/v1/keys/{revoked['id']}/revoke", status=200)
    bad = ["mk_live_wrong", "ms_wrong", service.key[:-1]]
    wrong = [
        (route.name, answer.status_code, answer.text)
        for number, route in enumerate(of_need(routes, scoped=False))
        for key in (
            None,
            revoked["key"],
            *(bad[(number + each) % len(bad)] for each in range(kinds)),
        )
        if (answer := send(service, route, key)).status_code != 401
        or "Bearer" not in answer.headers["WWW-Authenticate"]
    ]
    assert wrong == []


def test_without_a_good_key(sqlite_service: Service, routes: list[AnyRoute]) -> None:
    without_a_good_key(sqlite_service.fresh(), routes, 1)


@pytest.mark.soak
def test_without_any_good_key(sqlite_service: Service, routes: list[AnyRoute]) -> None:
    without_a_good_key(sqlite_service.fresh(), routes, 3)


def test_just_the_scope_that_is_needed_lets_in(
    sqlite_service: Service, routes: list[AnyRoute]
) -> None:
    service = sqlite_service.fresh()
    only = {scope: service.key_with(scope) for scope in Scope}
    without = {scope: service.key_with(*set(Scope) - {scope}) for scope in Scope}
    wrong = []
    for route in of_need(routes, scoped=True):
        need = Scope(NEEDS[route.name])
        shut = send(service, route, without[need])
        if shut.status_code != 403 or shut.json()["code"] != "scope_missing":
            wrong.append((route.name, "all scopes but one", shut.status_code, shut.text))
        let_in = send(service, route, only[need])
        if let_in.status_code in (401, 403) or let_in.status_code >= 500:
            wrong.append((route.name, f"only {need.value}", let_in.status_code, let_in.text))
    assert wrong == []


def sign_in(service: Service, role: Role) -> str:
    """A session of a new member of staff; returns its token."""
    token = SESSION_PREFIX + uuid4().hex
    staff = uuid4()
    now = service.clock()
    with arranging(service.database) as session:
        session.add(
            StaffAccount(
                organization_id=service.tenant.id, id=staff, name=role.value, role=role,
                email=f"{staff.hex}@example.com", email_key=f"{staff.hex}@example.com",
                password_hash="none", created_at=now,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            StaffSession(
                organization_id=service.tenant.id, id=uuid4(), staff_id=staff, digest=digest(token),
                created_at=now, last_used_at=now, expires_at=now.replace(year=now.year + 1),
            )
        )  # fmt: skip
    return token


@pytest.mark.parametrize("role", Role)
def test_roles_of_staff(sqlite_service: Service, routes: list[AnyRoute], role: Role) -> None:
    service = sqlite_service.fresh()
    wrong = []
    for route in of_need(routes, scoped=False):
        token = sign_in(service, role)  # one for each: some routes end the session
        need = NEEDS[route.name]
        may = need in (STAFF, CALLER) or need in ROLE_SCOPES[role]
        answer = send(service, route, token)
        refused = answer.status_code == 403 and answer.json()["code"] == "scope_missing"
        if refused == may or answer.status_code == 401 or answer.status_code >= 500:
            wrong.append((route.name, may, answer.status_code, answer.text))
    assert wrong == []


def test_what_is_for_staff_is_not_for_keys(sqlite_service: Service, routes: list[AnyRoute]) -> None:
    service = sqlite_service.fresh()
    for route in routes:
        if NEEDS[route.name] == STAFF:
            answer = send(service, route, service.key)
            assert answer.status_code in (403, 422), (route.name, answer.text)
            assert "204" not in answer.text
