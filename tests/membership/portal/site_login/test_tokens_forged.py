"""Tokens that no site of the club has signed, and what is no token at all."""

from io import StringIO
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from jwt.utils import base64url_encode

from tests.membership.portal.site_login.sites import (
    Site,
    good_claims,
    known,
    new_site,
    reason,
    rsa_key,
    show,
    unsigned,
)
from tests.membership.support import Service


def test_other_algorithms_are_refused(service: Service, log: StringIO) -> None:
    site = known(service, Site("rsa", "RS256", rsa_key()))
    claims = good_claims(service)
    bare = unsigned({"alg": "none", "typ": "JWT", "kid": "rsa"}, claims)
    assert reason(service, log, bare) == "algorithm_wrong"
    # The public key, as the secret of an algorithm that has only one.
    public = site.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = unsigned({"alg": "HS256", "typ": "JWT", "kid": "rsa"}, claims)
    mac = hmac.HMAC(public, hashes.SHA256())
    mac.update(text[:-1].encode())
    forged = text + base64url_encode(mac.finalize()).decode()
    assert reason(service, log, forged) == "algorithm_wrong"
    larger = jwt.encode(claims, rsa_key(), algorithm="RS512", headers={"kid": "rsa"})
    assert reason(service, log, larger) == "algorithm_wrong"
    # An algorithm that is known, but not that of the key.
    other = new_site("rsa").token(service)
    assert reason(service, log, other) == "algorithm_wrong"


def test_signatures_and_keys_are_looked_at(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    assert reason(service, log, new_site().token(service)) == "signature_wrong"
    good = site.token(service)
    head, body, signature = good.split(".")
    longer = base64url_encode(b'{"a": 1}').decode()
    assert reason(service, log, f"{head}.{longer}.{signature}") == "signature_wrong"
    assert reason(service, log, f"{head}.{body}.") == "signature_wrong"
    assert reason(service, log, new_site("other").token(service)) == "kid_unknown"
    claims = good_claims(service)
    for kid in (None, "", "a b", "k" * 121, "k\x00"):
        headers = {} if kid is None else {"kid": kid}
        token = jwt.encode(claims, site.private, algorithm="EdDSA", headers=headers)
        assert reason(service, log, token) == "kid_missing"
    assert show(service, good).status_code == 200


def test_revoked_keys_are_good_no_longer_and_others_are(service: Service, log: StringIO) -> None:
    old, new = new_site("old"), Site("new", "RS256", rsa_key())
    known(service, old)
    known(service, new)
    assert show(service, old.token(service)).status_code == 200
    assert show(service, new.token(service)).status_code == 200
    keys = {each["kid"]: each["id"] for each in service.get("/v1/signup/keys")["items"]}
    service.post(f"/v1/signup/keys/{keys['old']}/revoke", status=200)
    assert reason(service, log, old.token(service)) == "kid_unknown"
    assert show(service, new.token(service)).status_code == 200


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not_a_jwt"),
        ("x", "not_a_jwt"),
        ("..", "not_a_jwt"),
        ("a.b.c", "not_a_jwt"),
        ("ä.ö.ü", "not_a_jwt"),
        ("\x00", "not_a_jwt"),
        (base64url_encode(b"[" * 2900).decode() + ".e30.e30", "not_a_jwt"),
        (base64url_encode(b"[]").decode() + ".e30.e30", "not_a_jwt"),
        ("e30.e30.e30", "kid_missing"),
        ("x" * 4097, "too_long"),
        ("x" * 100_000, "too_long"),
    ],
)
def test_what_is_no_token_is_refused(service: Service, log: StringIO, text: str, why: str) -> None:
    known(service, new_site())
    assert reason(service, log, text) == why


@pytest.mark.parametrize("payload", [b"", b"[]", b"x", b"5", b"\xff", b"[" * 2900])
def test_a_signed_body_that_is_no_object_is_refused(
    service: Service, log: StringIO, payload: bytes
) -> None:
    site = known(service, new_site())
    token = jwt.PyJWS().encode(payload, site.private, "EdDSA", headers={"kid": site.kid})
    assert reason(service, log, token) == "broken"


@pytest.mark.parametrize("token", [None, 5, ["x"], {"a": "b"}])
def test_what_is_no_text_is_an_invalid_request(service: Service, token: Any) -> None:
    known(service, new_site())
    answer = show(service, token)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
