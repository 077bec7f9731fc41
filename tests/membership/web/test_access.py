"""API keys: who may call what, and that a key is stored in no readable form."""

import pytest
import requests
from sqlalchemy import select, text

from membership.base.scopes import DESK_SCOPES, Scope
from membership.store.models import ApiKey
from membership.web.access import KEY_PREFIX, digest
from tests.membership.support import TIMEOUT, Service

ID = "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"


def test_without_a_key_the_answer_says_how_to_show_one(service: Service) -> None:
    bare = requests.get(service.url + "/v1/desk", timeout=TIMEOUT)
    assert (bare.status_code, bare.json()["code"]) == (401, "key_missing")
    assert bare.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("shown", ["", "x", KEY_PREFIX, "mk_live_" + "A" * 43, "é" * 9])
def test_wrong_keys(service: Service, shown: str) -> None:
    headers = {"Authorization": f"Bearer {shown}".encode()}
    answer = requests.get(service.url + "/v1/desk", headers=headers, timeout=TIMEOUT)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_other_schemes(service: Service) -> None:
    answer = requests.get(service.url + "/v1/desk", auth=("user", service.key), timeout=TIMEOUT)
    assert answer.status_code == 401


def test_make_use_and_revoke_a_key(service: Service) -> None:
    made = service.post("/v1/keys", {"name": "Website", "scopes": ["permissions:read"]})
    key = made.pop("key")
    assert key.startswith(KEY_PREFIX)
    assert made["prefix"] == key[: len(made["prefix"])]
    path = f"/v1/customers/{service.customer()}/permissions"
    assert service.call("GET", path, key=key).status_code == 200
    (listed,) = [each for each in service.get("/v1/keys")["items"] if each["id"] == made["id"]]
    # Its use is stored beside the request, so that it may be there already.
    assert listed | {"last_used_at": None} == made

    service.post(f"/v1/keys/{made['id']}/revoke", status=200)
    answer = service.call("GET", path, key=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_invalid")
    (listed,) = [each for each in service.get("/v1/keys")["items"] if each["id"] == made["id"]]
    assert listed["revoked_at"] == "2027-03-10T11:00:00Z"


def test_making_a_key_cannot_be_repeated(service: Service) -> None:
    before = [each["id"] for each in service.get("/v1/keys")["items"]]
    body = {"name": "Website", "scopes": ["permissions:read"]}
    answer = service.call("POST", "/v1/keys", json=body, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_refused")
    assert answer.json()["errors"][0]["field"] == "header.Idempotency-Key"
    assert [each["id"] for each in service.get("/v1/keys")["items"]] == before


def test_a_key_hands_on_no_more_than_it_has(service: Service) -> None:
    key = service.key_with(Scope.KEYS_WRITE)
    body = {"name": "More", "scopes": ["keys:write", "customers:write"]}
    answer = service.call("POST", "/v1/keys", key=key, json=body)
    assert answer.status_code == 403
    assert "customers:write" in answer.json()["detail"]
    body["scopes"] = []
    assert service.call("POST", "/v1/keys", key=key, json=body).status_code == 422


def test_keys_of_others_cannot_be_revoked(service: Service) -> None:
    (key,) = service.get("/v1/keys")["items"]
    problem = service.fresh().post(f"/v1/keys/{key['id']}/revoke", status=404)
    assert problem["code"] == "key_not_found"
    assert service.get("/v1/desk")["visits_today"] == 0


def test_keys_are_stored_hashed(service: Service) -> None:
    with service.database.readers.begin() as session:
        row = session.scalars(select(ApiKey).where(ApiKey.digest == digest(service.key))).one()
        assert row.prefix == service.key[: len(row.prefix)]
        assert len(row.prefix) < len(service.key) / 3
        columns = session.execute(text("SELECT * FROM api_keys")).all()
    assert service.key not in repr(columns)


def test_desk_keys_can_do_what_a_kiosk_does(service: Service) -> None:
    key = service.key_with(*DESK_SCOPES)
    customer = service.customer()
    body = {"visit_id": ID, "text": customer}
    assert service.call("POST", "/v1/scans", key=key, json=body).status_code == 200
    for method, path in (
        ("GET", "/v1/desk"),
        ("GET", "/v1/visits"),
        ("GET", f"/v1/customers/{customer}"),
        ("POST", f"/v1/visits/{ID}/undo"),
    ):
        assert service.call(method, path, key=key).status_code == 200
    assert service.call("POST", "/v1/customers", key=key, json={}).status_code == 403
