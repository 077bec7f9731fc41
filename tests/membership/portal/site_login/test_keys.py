"""Keys of sites: public ones of two kinds, told apart by their ids, revoked for good."""

import threading
from typing import Any

import pytest
from sqlalchemy import select

from membership.base.scopes import Scope
from membership.store.models import EmbedKey
from tests.membership.portal.site_login.sites import Site, add_keys, new_site, rsa_key
from tests.membership.recorded import audited
from tests.membership.support import Service


def refusal(service: Service, *keys: Any) -> tuple[int, str]:
    """Status and code of a refusal to add keys, of which none was stored."""
    before = service.get("/v1/signup/keys")
    answer = add_keys(service, *keys)
    assert service.get("/v1/signup/keys") == before
    return answer.status_code, answer.json()["code"]


def revoked(service: Service, key_id: str) -> Any:
    """Revoke a key."""
    return service.post(f"/v1/signup/keys/{key_id}/revoke", status=200)


def test_keys_of_both_kinds_are_kept_without_anything_else(service: Service) -> None:
    site, old = new_site("new"), Site("old", "RS256", rsa_key())
    answer = add_keys(service, {**site.jwk, "note": "ours"}, {**old.jwk, "alg": "RS256"})
    assert answer.status_code == 201
    told = {each["kid"]: each for each in answer.json()["items"]}
    assert {kid: each["algorithm"] for kid, each in told.items()} == {
        "new": "EdDSA",
        "old": "RS256",
    }
    assert service.get("/v1/signup/keys") == answer.json()
    with service.database.readers.begin() as session:
        rows = session.scalars(
            select(EmbedKey).where(EmbedKey.organization_id == service.tenant.id)
        ).all()
    assert {frozenset(row.jwk) for row in rows} == {
        frozenset({"kty", "crv", "x"}),
        frozenset({"kty", "n", "e"}),
    }
    assert len(audited(service, "embed_key.created")) == 2


def test_the_thumbprint_is_that_of_the_standard(service: Service) -> None:
    # The example of RFC 8037, appendix A.3.
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    answer = add_keys(service, {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "1"})
    thumbprint = answer.json()["items"][0]["thumbprint"]
    assert thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("site", [new_site(), Site("rsa", "RS256", rsa_key())])
def test_private_keys_are_refused_and_not_told(service: Service, site: Site) -> None:
    answer = add_keys(service, new_site("other").jwk, site.private_jwk)
    assert (answer.status_code, answer.json()["code"]) == (422, "private_key_refused")
    assert answer.json()["errors"][0]["field"] == "body.jwks.keys.1"
    assert site.private_jwk["d"] not in answer.text
    assert service.get("/v1/signup/keys") == {"items": []}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kid": None}, "kid_invalid"),
        ({"kid": ""}, "kid_invalid"),
        ({"kid": 7}, "kid_invalid"),
        ({"kid": "a b"}, "kid_invalid"),
        ({"kid": "k" * 121}, "kid_invalid"),
        ({"kid": "k\x00"}, "kid_invalid"),
        ({"kty": "oct"}, "key_unsupported"),
        ({"kty": ["OKP"]}, "key_unsupported"),
        ({"kty": None}, "key_unsupported"),
        ({"crv": "X25519"}, "key_unsupported"),
        ({"kty": "EC", "crv": "P-256"}, "key_unsupported"),
        ({"alg": "HS256"}, "key_unsupported"),
        ({"alg": "none"}, "key_unsupported"),
        ({"use": "enc"}, "key_unsupported"),
        ({"k": "c2VjcmV0"}, "private_key_refused"),
        ({"x": None}, "key_invalid"),
        ({"x": 5}, "key_invalid"),
        ({"x": "AAAA"}, "key_invalid"),
        ({"x": "%%%%"}, "key_invalid"),
        ({"x": "A" * 5000}, "key_invalid"),
        ({"kty": "RSA"}, "key_invalid"),
    ],
)
def test_what_is_no_key_for_this_is_refused(
    service: Service, changes: dict[str, Any], code: str
) -> None:
    assert refusal(service, new_site().jwk | changes) == (422, code)


def test_weak_rsa_keys_are_refused(service: Service) -> None:
    small = Site("small", "RS256", rsa_key(1024)).jwk
    assert refusal(service, small) == (422, "key_size_refused")
    usual = Site("usual", "RS256", rsa_key()).jwk
    assert refusal(service, usual | {"e": "Aw"}) == (422, "key_invalid")
    assert refusal(service, usual | {"n": "A" * 342}) == (422, "key_invalid")


@pytest.mark.parametrize("jwks", [{}, {"keys": []}, {"keys": "x"}, {"keys": [1]}, [], None])
def test_what_is_no_set_is_refused(service: Service, jwks: Any) -> None:
    answer = service.call("POST", "/v1/signup/keys", json={"jwks": jwks})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_kid_is_of_one_good_key(service: Service) -> None:
    first = new_site("site")
    assert refusal(service, first.jwk, new_site("site").jwk) == (422, "kid_twice")
    made = add_keys(service, first.jwk).json()
    assert add_keys(service, first.jwk).json() == made
    assert refusal(service, new_site("next").jwk, new_site("site").jwk) == (409, "kid_taken")
    revoked(service, made["items"][0]["id"])
    assert refusal(service, first.jwk) == (409, "key_was_revoked")
    assert refusal(service, first.jwk | {"kid": "else"}) == (409, "key_was_revoked")
    again = add_keys(service, new_site("site").jwk)
    assert [each["revoked_at"] is None for each in again.json()["items"]] == [True, False]


def test_at_most_ten_are_good(service: Service) -> None:
    sites = [new_site(f"site-{number}") for number in range(11)]
    assert refusal(service, *(site.jwk for site in sites)) == (422, "invalid_request")
    made = add_keys(service, *(site.jwk for site in sites[:10])).json()["items"]
    assert refusal(service, sites[10].jwk) == (409, "too_many_keys")
    revoked(service, made[0]["id"])
    assert add_keys(service, sites[10].jwk).status_code == 201


def test_of_two_at_once_with_one_kid_one_is_taken(service: Service) -> None:
    together, codes = threading.Barrier(2), []

    def add() -> None:
        key = new_site("site").jwk
        together.wait(10)
        codes.append(service.call("POST", "/v1/signup/keys", json={"jwks": {"keys": [key]}}))

    adders = [threading.Thread(target=add) for _ in range(2)]
    for each in adders:
        each.start()
    for each in adders:
        each.join()
    assert sorted(each.status_code for each in codes) == [201, 409]


def test_revoking_is_for_good_and_recorded_once(service: Service) -> None:
    key_id = add_keys(service, new_site().jwk).json()["items"][0]["id"]
    first = revoked(service, key_id)
    service.clock.advance(hours=1)
    assert revoked(service, key_id) == first
    assert [each[0] for each in audited(service, "embed_key.revoked")] == [key_id]


def test_other_clubs_keys_are_not_there(service: Service) -> None:
    site = new_site()
    key_id = add_keys(service, site.jwk).json()["items"][0]["id"]
    other = service.fresh()
    assert other.get("/v1/signup/keys") == {"items": []}
    answer = other.call("POST", f"/v1/signup/keys/{key_id}/revoke")
    assert (answer.status_code, answer.json()["code"]) == (404, "embed_key_not_found")
    assert add_keys(other, site.jwk).status_code == 201
    assert service.get("/v1/signup/keys")["items"][0]["revoked_at"] is None


def test_scopes(service: Service) -> None:
    reader = service.key_with(Scope.ORGANIZATION_READ)
    assert service.call("GET", "/v1/signup/keys", key=reader).status_code == 200
    body = {"jwks": {"keys": [new_site().jwk]}}
    answer = service.call("POST", "/v1/signup/keys", key=reader, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
