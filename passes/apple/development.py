"""A self-made chain, for an organization without a certificate of Apple's.

It looks as Apple's does (root, intermediate, a certificate for one pass type) and signs passes
that openssl verifies with its root. An iPhone refuses them: it trusts Apple's root alone. The
keys are made in memory, and are others in every process.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from passes.apple.identity import Identity, identity_of
from passes.apple.key_file import Key, KeyFile

DEVELOPMENT_TEAM = "DEVELOPMEN"
"""Team of development passes; Apple's have ten characters as well."""

FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2049, 12, 31, tzinfo=UTC)

_KEPT = 256
_lock = threading.Lock()


def rsa_key() -> rsa.RSAPrivateKey:
    """A new RSA key of 2,048 bits, as Apple's certificates have."""
    return rsa.generate_private_key(65537, 2048)


def ec_key() -> ec.EllipticCurvePrivateKey:
    """A new key on the curve P-256."""
    return ec.generate_private_key(ec.SECP256R1())


class DevelopmentAuthority:
    """A root and an intermediate that issues certificates for pass types."""

    def __init__(self) -> None:
        """Make new keys."""
        self._key = ec_key()
        root_key = ec_key()
        root_name, name = _name("Development Root"), _name("Development Intermediate")
        root = _certificate(root_name, root_name, root_key.public_key(), (FIRST_DAY, LAST_DAY))
        self.root = _for_issuing(root).sign(root_key, SHA256())
        made = _certificate(name, root_name, self._key.public_key(), (FIRST_DAY, LAST_DAY))
        self.intermediate = _for_issuing(made).sign(root_key, SHA256())

    def issue(
        self,
        pass_type_id: str,
        team_id: str,
        *,
        new_key: Callable[[], Key] = rsa_key,
        dates: tuple[datetime, datetime] = (FIRST_DAY, LAST_DAY),
    ) -> Identity:
        """Make a key and its certificate for a pass type, good between two dates."""
        key = new_key()
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.USER_ID, pass_type_id),
                x509.NameAttribute(NameOID.COMMON_NAME, f"Pass Type ID: {pass_type_id}"[:64]),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, team_id),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Development"),
            ]
        )
        made = _certificate(subject, self.intermediate.subject, key.public_key(), dates)
        leaf = made.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        ).add_extension(_usage(issues=False), critical=True)
        found = identity_of(KeyFile(key, (leaf.sign(self._key, SHA256()), self.intermediate)))
        return Identity(found.certificate, found.intermediate, key, found.facts, development=True)


def development_identity(pass_type_id: str, team_id: str = DEVELOPMENT_TEAM) -> Identity:
    """The identity of a pass type in this process, made at the first need."""
    with _lock:  # else two threads would each make one
        return _identity(pass_type_id, team_id)


def development_root() -> x509.Certificate:
    """The root of this process, for whoever verifies its passes."""
    with _lock:
        return _authority().root


@lru_cache(maxsize=_KEPT)
def _identity(pass_type_id: str, team_id: str) -> Identity:
    return _authority().issue(pass_type_id, team_id)


@lru_cache(maxsize=1)
def _authority() -> DevelopmentAuthority:
    return DevelopmentAuthority()


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Not Apple"),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: RSAPublicKey | EllipticCurvePublicKey,
    dates: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    """A certificate yet without extensions and signature."""
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=dates[0],
        not_valid_after=dates[1],
    )


def _for_issuing(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    """Let a certificate issue others."""
    return builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    ).add_extension(_usage(issues=True), critical=True)


def _usage(*, issues: bool) -> x509.KeyUsage:
    """What a key is for: to sign certificates, or data."""
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )
