"""API keys over the API: listed in pages, newest first, and revoked for good."""

from typing import Any
from uuid import UUID

import pytest

from membership.base.scopes import Scope
from membership.web.paging import encode_cursor
from tests.membership.recorded import audited
from tests.membership.support import Service


def make(service: Service, name: str) -> Any:
    """Make a key that may ask for permissions."""
    return service.post("/v1/keys", {"name": name, "scopes": ["permissions:read"]})


def names(page: Any) -> list[str]:
    """Names of a page of keys."""
    return [each["name"] for each in page["items"]]


def test_listed_newest_first_in_pages(service: Service) -> None:
    for number in range(4):
        service.clock.advance(seconds=1)
        make(service, f"Key {number}")
    first = service.get("/v1/keys", limit=3)
    assert names(first) == ["Key 3", "Key 2", "Key 1"]
    rest = service.get("/v1/keys", limit=3, cursor=first["next_cursor"])
    assert names(rest) == ["Key 0", "everything"]
    assert rest["next_cursor"] is None
    assert "key" not in first["items"][0]
    assert names(service.fresh().get("/v1/keys")) == ["everything"]


def test_keys_made_in_one_instant_are_each_listed_once(service: Service) -> None:
    made = {make(service, f"Key {number}")["id"] for number in range(5)}
    seen: list[str] = []
    page = service.get("/v1/keys", limit=2)
    while True:
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        page = service.get("/v1/keys", limit=2, cursor=page["next_cursor"])
    assert len(seen) == len(set(seen)) == len(made) + 1
    assert made <= set(seen)


@pytest.mark.parametrize(
    "cursor",
    ["x", encode_cursor("2027-03-10T11:00:00+00:00", "x"), encode_cursor("soon", str(UUID(int=1)))],
)
def test_strange_cursors_are_refused(service: Service, cursor: str) -> None:
    answer = service.call("GET", "/v1/keys", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


def test_revoked_keys_stay_listed_and_open_nothing(service: Service) -> None:
    key = make(service, "Door")
    path = f"/v1/keys/{key['id']}/revoke"
    revoked = service.post(path, status=200)
    service.clock.advance(hours=1)
    assert service.post(path, status=200) == revoked
    assert service.call("GET", "/v1/access?number=1", key=key["key"]).status_code == 401
    listed = {each["name"]: each["revoked_at"] for each in service.get("/v1/keys")["items"]}
    assert listed == {"Door": "2027-03-10T11:00:00Z", "everything": None}


def test_who_made_a_key_is_kept_but_not_the_key(service: Service) -> None:
    key = make(service, "Door")
    ((subject, before, after),) = audited(service, "key.created")
    assert (subject, before) == (key["id"], None)
    assert after["name"] == "Door"
    assert key["key"] not in str(after)


def test_no_key_hands_on_what_it_lacks(service: Service) -> None:
    keeper = service.key_with(Scope.KEYS_WRITE)
    body = {"name": "More", "scopes": ["keys:write", "customers:read"]}
    answer = service.call("POST", "/v1/keys", key=keeper, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    body["scopes"] = []
    assert service.call("POST", "/v1/keys", json=body).status_code == 422
