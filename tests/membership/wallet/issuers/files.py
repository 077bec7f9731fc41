"""Certificates and key files as people have them, and bodies that carry them."""

import base64
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from passes.apple.development import DevelopmentAuthority, ec_key, rsa_key
from passes.apple.identity import Identity
from tests.membership.support import NOON

PASS_TYPE, TEAM = "pass.example.club", "A1B2C3D4E5"
ISSUER = "3388000000012345678"
ACCOUNT = "wallet@example-club.iam.gserviceaccount.com"
P12_PASSWORD = "four quiet herons"

FAR = timedelta(days=300)


@cache
def authority() -> DevelopmentAuthority:
    """One that issues all certificates of these tests."""
    return DevelopmentAuthority()


def identity(
    pass_type_id: str = PASS_TYPE,
    *,
    begins: datetime = NOON - timedelta(days=65),
    ends: datetime = NOON + FAR,
) -> Identity:
    """A certificate with its key."""
    return authority().issue(pass_type_id, TEAM, new_key=ec_key, dates=(begins, ends))


def p12(one: Identity, password: str | None = P12_PASSWORD) -> bytes:
    """A ``.p12`` file with its intermediate."""
    lock = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(
        b"pass", one.key, one.certificate, [one.intermediate], lock
    )


def encoded(data: bytes) -> str:
    """Bytes as the API takes them."""
    return base64.b64encode(data).decode()


def apple_body(one: Identity | None = None, **more: Any) -> dict[str, Any]:
    """A body that carries a certificate, as PEM."""
    return {"certificate": encoded((one or identity()).pem()), **more}


def p12_body(one: Identity | None = None, **more: Any) -> dict[str, Any]:
    """A body that carries a certificate as a ``.p12`` file with its password."""
    return {"certificate": encoded(p12(one or identity())), "password": P12_PASSWORD, **more}


def stretched(file: bytes, times: int) -> bytes:
    """A ``.p12`` file that says that its password is to be hashed so often."""
    at = file.rindex(b"\x02\x02\x08\x00")
    assert at == len(file) - 4, "the number of rounds (2,048) is what ends the file"
    longer = file[:at] + b"\x02\x04" + times.to_bytes(4)
    for start in range(at - 100, at):  # the sequence of the check sum, which the number is in
        if file[start] == 0x30 and start + 2 + file[start + 1] == len(file):
            longer = longer[: start + 1] + bytes([file[start + 1] + 2]) + longer[start + 2 :]
    return longer[:2] + (int.from_bytes(longer[2:4]) + 2).to_bytes(2) + longer[4:]


@cache
def google_key() -> str:
    """The private key of a service account."""
    made = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.decode()


def key_file(**changed: Any) -> dict[str, Any]:
    """The key file of a service account, with the fields that Google puts into it."""
    return {
        "type": "service_account",
        "project_id": "example-club",
        "private_key_id": "6f1c2f5e8f1d4a529c395d1f0b6f7c10",
        "private_key": google_key(),
        "client_email": ACCOUNT,
        "client_id": "104512345678901234567",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/wallet",
        "universe_domain": "googleapis.com",
        **changed,
    }


def google_body(issuer_id: str = ISSUER, **changed: Any) -> dict[str, Any]:
    """A body that carries a service account."""
    return {"issuer_id": issuer_id, "service_account": key_file(**changed)}
