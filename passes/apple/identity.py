"""Signing identity of passes: a pass type certificate, its key, and the issuing intermediate.

A phone requires (Apple, "Building a Pass", and the policy for passes in Apple's published Security
framework): the subject's UID is the pass type identifier and its OU the team identifier, the
certificate has the pass extension and the pass signing purpose, and its chain leads through Apple's
Worldwide Developer Relations (WWDR) intermediate to Apple's root. All of that is checked here
except for the root, which is not in the file.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtensionOID, NameOID

from passes.apple.key_file import Key, KeyFile, read_certificates, read_key_file
from passes.errors import CertificateError

PASS_EXTENSION = x509.ObjectIdentifier("1.2.840.113635.100.6.1.16")
"""Extension of certificates that Apple issues for passes."""
PASS_PURPOSE = x509.ObjectIdentifier("1.2.840.113635.100.4.14")
"""Extended key usage of these certificates."""

_APPLE = "Apple Inc."
_PASS_TYPE = re.compile(r"pass\.[A-Za-z0-9.-]{1,150}", re.ASCII)
_TEAM = re.compile(r"[A-Za-z0-9]{1,20}", re.ASCII)
_MIN_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """The public facts of an identity.

    ``not_before`` and ``not_after`` bound the validity of the whole chain (UTC). ``issuer`` is the
    name of the intermediate; ``apple`` is true if it claims to be Apple's.
    """

    pass_type_id: str
    team_id: str
    serial: str
    issuer: str
    not_before: datetime
    not_after: datetime
    apple: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its key; ``development`` is true if it is self-made."""

    certificate: x509.Certificate
    intermediate: x509.Certificate
    key: Key = field(repr=False)
    facts: IdentityFacts
    development: bool = False

    def check_dates(self, now: datetime) -> None:
        """Raise CertificateError outside the validity of the chain."""
        for path, each in (("certificate", self.certificate), ("wwdr", self.intermediate)):
            if now < each.not_valid_before_utc:
                start = each.not_valid_before_utc
                raise CertificateError(f"{path}.notBefore", f"is not good before {start:%Y-%m-%d}")
            if now > each.not_valid_after_utc:
                end = each.not_valid_after_utc
                raise CertificateError(f"{path}.notAfter", f"expired on {end:%Y-%m-%d}")

    def check_names(self, pass_type_id: str, team_id: str) -> None:
        """Raise CertificateError for a pass type or team other than the certificate's."""
        here = self.facts
        for path, wanted, found in (
            ("certificate.subject.UID", pass_type_id, here.pass_type_id),
            ("certificate.subject.OU", team_id, here.team_id),
        ):
            if wanted != found:
                raise CertificateError(path, f"is {found}, not {wanted}")

    def pem(self) -> bytes:
        """Return key, certificate and intermediate as unencrypted PEM, for ``load_identity``."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = (self.certificate, self.intermediate)
        return key + b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def load_identity(
    data: bytes, *, password: bytes | None = None, intermediate: bytes | None = None
) -> Identity:
    """Load a ``.p12`` file or PEM text with certificate and key, and check that they match.

    ``intermediate`` is Apple's WWDR certificate (DER or PEM) if the file does not contain it.
    ``Identity.check_dates`` checks the validity.

    Raises CertificateError, whose path is ``certificate``, ``key``, ``password`` or ``wwdr``.
    """
    file = read_key_file(data, password)
    further = () if intermediate is None else read_certificates(intermediate, "wwdr")
    try:
        return identity_of(file, further)
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm) as error:
        if isinstance(error, CertificateError):
            raise
        raise CertificateError("certificate", "holds something that cannot be read") from error


def identity_of(file: KeyFile, further: Iterable[x509.Certificate] = ()) -> Identity:
    """Find the certificate of the key and its issuer, and check them. Raises CertificateError."""
    _check_key(file.key)
    leaf = _leaf(file)
    issuer = _issuer(leaf, (*further, *(each for each in file.certificates if each != leaf)))
    facts = _facts(leaf, issuer)
    if facts.apple:
        _check_for_passes(leaf)
    return Identity(leaf, issuer, file.key, facts)


def _check_key(key: Key) -> None:
    """Raise CertificateError for keys of other types, and for short RSA keys."""
    if isinstance(key, RSAPrivateKey) and key.key_size < _MIN_RSA_BITS:
        raise CertificateError("key", f"has {key.key_size} bits, fewer than {_MIN_RSA_BITS}")
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise CertificateError("key", "is neither an RSA nor an EC key")


def _leaf(file: KeyFile) -> x509.Certificate:
    """Return the certificate that the key belongs to."""
    if not file.certificates:
        raise CertificateError("certificate", "is missing: the file holds a key only")
    mine = file.key.public_key()
    for each in file.certificates:
        if each.public_key() == mine:
            return each
    raise CertificateError("key", "does not belong to the certificate")


def _issuer(leaf: x509.Certificate, candidates: Iterable[x509.Certificate]) -> x509.Certificate:
    """Return the intermediate among ``candidates`` that issued the certificate."""
    name = _name(leaf.issuer)
    named = [each for each in candidates if each.subject == leaf.issuer]
    if not named:
        raise CertificateError("wwdr", f"the certificate that issued it is missing: {name}")
    for each in named:
        try:
            leaf.verify_directly_issued_by(each)
        except (ValueError, TypeError, InvalidSignature):
            continue
        if not _may_issue(each):
            raise CertificateError("wwdr", "may not issue certificates")
        return each
    raise CertificateError("wwdr", f"has the name {name}, but did not sign the certificate")


def _may_issue(certificate: x509.Certificate) -> bool:
    """Whether it is the certificate of a certificate authority."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return found.value.ca


def _facts(leaf: x509.Certificate, issuer: x509.Certificate) -> IdentityFacts:
    """Return the public facts of certificate and issuer."""
    chain = (leaf, issuer)
    return IdentityFacts(
        pass_type_id=_only(leaf, NameOID.USER_ID, "UID", _PASS_TYPE),
        team_id=_only(leaf, NameOID.ORGANIZATIONAL_UNIT_NAME, "OU", _TEAM),
        serial=f"{leaf.serial_number:X}",
        issuer=_name(leaf.issuer),
        not_before=max(each.not_valid_before_utc for each in chain),
        not_after=min(each.not_valid_after_utc for each in chain),
        apple=_APPLE in _values(leaf.issuer, NameOID.ORGANIZATION_NAME),
    )


def _check_for_passes(leaf: x509.Certificate) -> None:
    """Refuse Apple's certificates for other purposes, such as push notifications to apps."""
    if PASS_EXTENSION not in {each.oid for each in leaf.extensions}:
        raise CertificateError(
            "certificate.extensions", "Apple did not issue it for passes: not a Pass Type ID's"
        )
    try:
        usage = leaf.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE).value
    except x509.ExtensionNotFound:
        usage = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    if not isinstance(usage, x509.ExtendedKeyUsage) or PASS_PURPOSE not in usage:
        raise CertificateError("certificate.extensions", "its purpose is not the signing of passes")


def _only(
    leaf: x509.Certificate, oid: x509.ObjectIdentifier, name: str, form: re.Pattern[str]
) -> str:
    """Return the single value of an attribute of the subject, after checking its form."""
    path, values = f"certificate.subject.{name}", _values(leaf.subject, oid)
    if len(values) != 1:
        raise CertificateError(path, f"there are {len(values)} instead of 1")
    if not form.fullmatch(values[0]):
        raise CertificateError(path, "is not that of a certificate for passes")
    return values[0]


def _values(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    """Return every value of an attribute of a name."""
    return [str(each.value) for each in name.get_attributes_for_oid(oid)]


def _name(name: x509.Name) -> str:
    """Return the common name of a certificate authority, or else its whole name."""
    return next(iter(_values(name, NameOID.COMMON_NAME)), name.rfc4514_string())
