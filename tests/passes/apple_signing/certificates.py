"""Valid and invalid certificates for the tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

PASS_TYPE, TEAM = "pass.example.club", "A1B2C3D4E5"
NOW = datetime(2027, 3, 10, 11, 0, tzinfo=UTC)
DATES = (datetime(2026, 6, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC))
WWDR_NAME = "Apple Worldwide Developer Relations Certification Authority"

AnyKey = Any


def name(**parts: str) -> x509.Name:
    """Return a name from ``uid``, ``ou``, ``cn``, ``o``; commas separate several values."""
    oids = {
        "uid": NameOID.USER_ID,
        "cn": NameOID.COMMON_NAME,
        "ou": NameOID.ORGANIZATIONAL_UNIT_NAME,
        "o": NameOID.ORGANIZATION_NAME,
    }
    return x509.Name(
        [
            x509.NameAttribute(oids[part], value)
            for part, values in parts.items()
            for value in values.split(",")
        ]
    )


@dataclass(frozen=True)
class Authority:
    """An intermediate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def issue(
        self,
        key: AnyKey,
        subject: x509.Name,
        dates: tuple[datetime, datetime] = DATES,
        extensions: Sequence[x509.ExtensionType] = (),
    ) -> x509.Certificate:
        """Issue a certificate."""
        builder = x509.CertificateBuilder(
            self.certificate.subject, subject, key.public_key(), 4711, *dates
        )
        for each in extensions:
            builder = builder.add_extension(each, critical=False)
        return builder.sign(self.key, SHA256())


def authority(
    subject: x509.Name | None = None,
    *,
    dates: tuple[datetime, datetime] = DATES,
    constraints: x509.BasicConstraints | None = x509.BasicConstraints(True, None),  # noqa: B008
) -> Authority:
    """Return a self-signed intermediate: its issuer is not checked."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = subject or name(cn="Some Intermediate", o="Some Authority")
    builder = x509.CertificateBuilder(named, named, key.public_key(), 815, *dates)
    if constraints is not None:
        builder = builder.add_extension(constraints, critical=True)
    return Authority(builder.sign(key, SHA256()), key)


def pem_of(*certificates: x509.Certificate) -> bytes:
    """Return certificates as PEM."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def key_pem(
    key: AnyKey,
    password: bytes | None = None,
    form: PrivateFormat = PrivateFormat.PKCS8,
) -> bytes:
    """Return a key as PEM, encrypted if there is a password."""
    lock: KeySerializationEncryption = NoEncryption()
    if password is not None:
        lock = BestAvailableEncryption(password)
    return bytes(key.private_bytes(Encoding.PEM, form, lock))
