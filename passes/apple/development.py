"""Self-made certificates, for development without a certificate of Apple's.

The chain has the form of Apple's (root, intermediate, a certificate for one pass type) and its
signatures verify against its root. An iPhone refuses the passes: it trusts Apple's root only. The
keys are generated in memory, anew in every process.
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
"""Team identifier of development passes; like Apple's it has ten characters."""

FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2049, 12, 31, tzinfo=UTC)

_CACHED = 256
_lock = threading.Lock()


def rsa_key() -> rsa.RSAPrivateKey:
    """Generate an RSA key of 2,048 bits, as Apple's certificates have."""
    return rsa.generate_private_key(65537, 2048)


def ec_key() -> ec.EllipticCurvePrivateKey:
    """Generate a key on the curve P-256."""
    return ec.generate_private_key(ec.SECP256R1())


class DevelopmentAuthority:
    """A root and an intermediate, which issues certificates for pass types."""

    def __init__(self) -> None:
        """Generate the keys and certificates of root and intermediate."""
        self._key = ec_key()
        root_key = ec_key()
        root_name, name = _name("Development Root"), _name("Development Intermediate")
        root = _certificate(root_name, root_name, root_key.public_key(), (FIRST_DAY, LAST_DAY))
        self.root = _as_authority(root).sign(root_key, SHA256())
        made = _certificate(name, root_name, self._key.public_key(), (FIRST_DAY, LAST_DAY))
        self.intermediate = _as_authority(made).sign(root_key, SHA256())

    def issue(
        self,
        pass_type_id: str,
        team_id: str,
        *,
        new_key: Callable[[], Key] = rsa_key,
        dates: tuple[datetime, datetime] = (FIRST_DAY, LAST_DAY),
    ) -> Identity:
        """Generate a key and its certificate for a pass type, valid between two dates."""
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
    """Return this process's identity for a pass type, generated at first use. Thread-safe."""
    with _lock:  # otherwise two threads could each generate one
        return _identity(pass_type_id, team_id)


def development_root() -> x509.Certificate:
    """Return the root certificate of this process, against which its passes verify."""
    with _lock:
        return _authority().root


@lru_cache(maxsize=_CACHED)
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
    """Return a certificate builder without extensions."""
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=dates[0],
        not_valid_after=dates[1],
    )


def _as_authority(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    """Add the extensions of a certificate authority."""
    return builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    ).add_extension(_usage(issues=True), critical=True)


def _usage(*, issues: bool) -> x509.KeyUsage:
    """Return the key usage: signing of certificates, or of data."""
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
