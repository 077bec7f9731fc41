"""The life of a key: who made it, when it was used, when it ends, and what a leaver's keys do."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from membership.base.actors import Actor
from membership.base.settings import ServiceSettings
from membership.store.database import Database
from membership.store.models import ApiKey
from membership.web.key_uses import KeyUses
from tests.membership.accounts.staff.people import add, problem, sign_in, signed_in
from tests.membership.application import new_app
from tests.membership.conftest import Databases
from tests.membership.recorded import audited
from tests.membership.support import Clock, Service, running_service

ACCESS = {"name": "Door", "scopes": ["permissions:read"]}


def listed(service: Service, key_id: str) -> Any:
    """A key as the list shows it."""
    return next(each for each in service.get("/v1/keys")["items"] if each["id"] == key_id)


def made_by(service: Service, token: str, **fields: Any) -> Any:
    """A key that a signed-in admin makes."""
    answer = service.call("POST", "/v1/keys", key=token, json={**ACCESS, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def asked(service: Service, key: str) -> Any:
    """The answer to the key's question."""
    return service.call("GET", "/v1/access?number=1", key=key)


def test_a_key_knows_its_maker(service: Service) -> None:
    ada = add(service, name="Ada")
    key = made_by(service, sign_in(service, ada["email"]))
    assert key["made_by"] == {"kind": "staff", "id": ada["id"], "name": "Ada"}
    assert listed(service, key["id"])["made_by"] == key["made_by"]
    further = service.post("/v1/keys", ACCESS)
    assert further["made_by"]["kind"] == "api_key"
    assert further["made_by"]["name"] == "everything"


def test_an_expired_key_says_so(service: Service) -> None:
    ends = service.clock() + timedelta(days=1)
    key = service.post("/v1/keys", {**ACCESS, "expires_at": ends.isoformat()})
    desk = {"name": "Desk", "scopes": ["scans:write"], "expires_at": ends.isoformat()}
    scanning = service.post("/v1/keys", desk)["key"]
    amara = service.customer("Amara")
    code = service.card(amara)
    scan = {"text": code, "method": "camera"}

    def answers() -> list[Any]:
        return [
            asked(service, key["key"]),
            service.call("GET", f"/v1/customers/{amara}/permissions/x", key=key["key"]),
            service.call("POST", "/v1/scans", key=scanning, json=scan | {"visit_id": str(uuid4())}),
            service.call("GET", "/v1/desk", key=scanning),
        ]

    assert all(each.status_code != 401 for each in answers())
    service.clock.advance(days=1)
    for each in answers():
        assert problem(each) == (401, "key_expired")
        assert each.headers["WWW-Authenticate"] == "Bearer"
        assert ends.isoformat().replace("+00:00", "Z") in each.json()["detail"]
    assert listed(service, key["id"])["expires_at"] is not None
    assert listed(service, key["id"])["revoked_at"] is None


@pytest.mark.parametrize("seconds", [0, -60])
def test_no_key_ends_before_it_begins(service: Service, seconds: int) -> None:
    ends = (service.clock() + timedelta(seconds=seconds)).isoformat()
    answer = service.call("POST", "/v1/keys", json={**ACCESS, "expires_at": ends})
    assert problem(answer) == (422, "expiry_in_the_past")


class _Uses:
    """The application of a service that these tests look into."""

    app: FastAPI

    def __call__(self, settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        self.app = new_app(settings, database, clock)
        return self.app


@pytest.mark.both_databases(reason="uses are stored beside the requests")
def test_use_is_stored_about_once_a_minute(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = _Uses()
    settings = databases.new(backend, tmp_path_factory.mktemp("data"))
    with running_service(settings, made) as service:
        key = service.post("/v1/keys", ACCESS)
        assert key["last_used_at"] is None
        seen = []
        for seconds in (0, 59, 1, 30, 30):
            service.clock.advance(seconds=seconds)
            assert asked(service, key["key"]).status_code == 404
            made.app.state.key_uses.settle()
            seen.append(listed(service, key["id"])["last_used_at"])
        first, second, third = (
            "2027-03-10T11:00:00Z",
            "2027-03-10T11:01:00Z",
            "2027-03-10T11:02:00Z",
        )
        assert seen == [first, first, second, second, third]
        assert audited(service, "key.changed") == []


def test_a_use_that_cannot_be_stored_delays_nobody(database: Database) -> None:
    uses = KeyUses(database)
    now = Clock()()
    database.engine.dispose()
    uses.note(Actor("api_key", "gone", uuid4()), 1, None, now)  # type: ignore[arg-type]
    uses.settle()
    with database.readers.begin() as session:
        assert session.query(ApiKey).filter(ApiKey.last_used_at.is_not(None)).count() == 0


def test_the_keys_of_a_leaver_are_shown_and_ended_in_one_step(service: Service) -> None:
    ada = add(service, name="Ada")
    token = sign_in(service, ada["email"])
    keys = [made_by(service, token, name=f"Key {number}") for number in range(3)]
    service.post(f"/v1/keys/{keys[2]['id']}/revoke", status=200)
    bos = made_by(service, signed_in(service), name="Bo's")
    changed = service.patch(f"/v1/staff/{ada['id']}", disabled=True)
    assert changed["open_keys"] == 2
    assert sorted(each["open_keys"] for each in service.get("/v1/staff")["items"]) == [1, 2]
    left = service.get("/v1/keys", maker_disabled="true")["items"]
    assert {each["name"] for each in left} == {"Key 0", "Key 1", "Key 2"}
    assert all(each["maker_disabled"] for each in left)
    assert not listed(service, bos["id"])["maker_disabled"]
    assert asked(service, keys[0]["key"]).status_code != 401
    path = f"/v1/keys/made-by/{ada['id']}/revoke"
    ended = service.post(path, status=200)["items"]
    assert sorted(each["name"] for each in ended) == ["Key 0", "Key 1"]
    assert all(each["revoked_at"] for each in ended)
    for key in keys:
        assert problem(asked(service, key["key"])) == (401, "key_invalid")
    assert asked(service, bos["key"]).status_code != 401
    assert service.post(path, status=200) == {"items": []}
    assert len(audited(service, "key.changed", "key.revoked")) >= 3
    assert problem(service.call("POST", f"/v1/keys/made-by/{uuid4()}/revoke")) == (
        404,
        "staff_not_found",
    )
