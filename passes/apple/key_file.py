"""Parsing of files with certificates and keys: PKCS #12, PEM and DER.

``.p12`` files that Keychain Access on a Mac encrypted with RC2 are supported. No error message
quotes the contents.
"""

import re
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from passes.errors import CertificateError

Key = RSAPrivateKey | EllipticCurvePrivateKey
"""Types of keys that can sign passes."""

MAX_BYTES = 64 * 1024
"""Largest file that is parsed; a certificate with key and intermediate has about 6 KiB."""

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----.+?-----END \1-----", re.DOTALL)
_NOT_KEYS = frozenset({b"CERTIFICATE", b"TRUSTED CERTIFICATE", b"EC PARAMETERS"})


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key and the certificates in the same file, in their order."""

    key: Key = field(repr=False)
    certificates: tuple[x509.Certificate, ...]


def read_key_file(data: bytes, password: bytes | None) -> KeyFile:
    """Parse a key with certificates. A password is ignored if none is needed.

    Raises CertificateError.
    """
    _check_size(data, "certificate")
    if b"-----BEGIN " in data:
        return _from_pem(data, password)
    return _from_pkcs12(data, password)


def read_certificates(data: bytes, path: str) -> tuple[x509.Certificate, ...]:
    """Parse certificates: PEM, or a single one in DER. Raises CertificateError with ``path``."""
    _check_size(data, path)
    blocks = [match[0] for match in _BLOCK.finditer(data) if match[1] == b"CERTIFICATE"]
    try:
        if blocks:
            return tuple(x509.load_pem_x509_certificate(each) for each in blocks)
        return (x509.load_der_x509_certificate(data),)
    except ValueError as error:
        raise CertificateError(path, "is not a certificate") from error


def _check_size(data: bytes, path: str) -> None:
    """Raise CertificateError for an empty or too large file."""
    if not data:
        raise CertificateError(path, "is empty")
    if len(data) > MAX_BYTES:
        raise CertificateError(path, f"has {len(data)} bytes, more than {MAX_BYTES}")


def _from_pem(data: bytes, password: bytes | None) -> KeyFile:
    """Parse PEM blocks; text between them is ignored."""
    keys = [match[0] for match in _BLOCK.finditer(data) if match[1] not in _NOT_KEYS]
    if len(keys) != 1:
        raise CertificateError("key", f"there are {len(keys)} in the file instead of 1")
    return KeyFile(_pem_key(keys[0], password), read_certificates(data, "certificate"))


def _pem_key(block: bytes, password: bytes | None) -> Key:
    """Parse one key."""
    encrypted = b"ENCRYPTED" in block
    if encrypted and not password:
        raise CertificateError("password", "is needed: the key is encrypted")
    try:
        key = load_pem_private_key(block, password if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if encrypted:
            raise CertificateError("password", "does not open the key") from error
        raise CertificateError("key", "cannot be read") from error
    return _supported(key)


def _from_pkcs12(data: bytes, password: bytes | None) -> KeyFile:
    """Parse a ``.p12`` file."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, password or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if "password" in str(error).lower():
            raise CertificateError("password", "does not open the file") from error
        raise CertificateError("certificate", "is neither a .p12 file nor PEM") from error
    if key is None:
        raise CertificateError("key", "is missing: export the certificate together with its key")
    first = () if certificate is None else (certificate,)
    return KeyFile(_supported(key), (*first, *others))


def _supported(key: object) -> Key:
    """Raise CertificateError for keys of other types."""
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise CertificateError("key", "is neither an RSA nor an EC key")
    return key
