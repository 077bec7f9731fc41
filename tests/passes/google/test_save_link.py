"""The link that saves a card: its claims, signature and length."""

from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from passes.errors import CertificateError, PassContentError
from passes.google.save_link import MAX_LINK_LENGTH, SAVE_URL, load_key, save_link
from tests.passes.google.faces import CARD, ISSUE

AT = datetime(2027, 3, 10, 11, 0, tzinfo=UTC)
ACCOUNT = "cards@club-wallet-cards.iam.gserviceaccount.com"
KEY = rsa.generate_private_key(65537, 2048)


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def made(key: rsa.RSAPrivateKey = KEY, origins: tuple[str, ...] = ()) -> str:
    return save_link(
        ISSUE.object_id(CARD), class_id=ISSUE.class_id, account=ACCOUNT, key=key,
        issued_at=AT, origins=origins, key_id="d6f1c8a0b2",
    )  # fmt: skip


def test_the_claims_of_the_token() -> None:
    link = made(origins=("https://club.example",))
    token = link.removeprefix(SAVE_URL)
    assert SAVE_URL == "https://pay.google.com/gp/v/save/"
    header = jwt.get_unverified_header(token)
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "d6f1c8a0b2"}
    claims = jwt.decode(
        token, KEY.public_key(), algorithms=["RS256"], audience="google",
        options={"verify_iat": False},
    )  # fmt: skip
    assert claims == {
        "iss": ACCOUNT,
        "aud": "google",
        "typ": "savetowallet",
        "iat": 1804676400,
        "origins": ["https://club.example"],
        "payload": {
            "loyaltyObjects": [{"id": f"3388000000022222222.{CARD}", "classId": ISSUE.class_id}]
        },
    }


def test_an_altered_token_does_not_verify() -> None:
    head, body, signature = made().removeprefix(SAVE_URL).split(".")
    altered = "A" if body[-2] != "A" else "B"
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(
            f"{head}.{body[:-2]}{altered}{body[-1]}.{signature}", KEY.public_key(),
            algorithms=["RS256"], audience="google",
        )  # fmt: skip


def test_links_stay_short_even_with_a_large_key() -> None:
    assert len(made(origins=("https://cards.a-club-with-a-long-name.example",))) < 1000
    large = rsa.generate_private_key(65537, 3072)
    assert len(made(large, ("https://cards.a-club-with-a-long-name.example",))) < MAX_LINK_LENGTH
    with pytest.raises(PassContentError, match="too long"):
        made(origins=tuple(f"https://site-{number}.example" for number in range(60)))


def test_keys_that_cannot_sign_are_refused() -> None:
    assert load_key(pem_of(KEY)).key_size == 2048
    elliptic = pem_of(ec.generate_private_key(ec.SECP256R1()))
    for pem in ("", "-----BEGIN PRIVATE KEY-----\n", elliptic):
        with pytest.raises(CertificateError) as refused:
            load_key(pem)
        assert refused.value.path == "private_key"
