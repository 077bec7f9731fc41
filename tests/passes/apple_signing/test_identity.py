"""Loading exported certificates and keys: parsed, checked, or refused with a path."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from passes.apple.development import DevelopmentAuthority, ec_key
from passes.apple.identity import PASS_EXTENSION, PASS_PURPOSE, Identity, load_identity
from passes.apple.key_file import MAX_BYTES
from passes.errors import CertificateError
from tests.generated import examples
from tests.passes.apple_signing.certificates import (
    DATES,
    NOW,
    PASS_TYPE,
    TEAM,
    WWDR_NAME,
    Authority,
    authority,
    key_pem,
    name,
    pem_of,
)
from tests.passes.apple_signing.openssl import openssl

SUBJECT = name(uid=PASS_TYPE, ou=TEAM, cn=f"Pass Type ID: {PASS_TYPE}")
FOR_PASSES = (
    x509.UnrecognizedExtension(PASS_EXTENSION, b"\x0c\x11pass.example.club"),
    x509.ExtendedKeyUsage([PASS_PURPOSE]),
)


@pytest.fixture(scope="module")
def wwdr() -> Authority:
    return authority()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def leaf(wwdr: Authority, key: rsa.RSAPrivateKey) -> x509.Certificate:
    return wwdr.issue(key, SUBJECT)


def is_whole(identity: Identity, leaf: x509.Certificate, wwdr: Authority) -> bool:
    """Whether an identity has a certificate, its key and its issuer."""
    identity.check_names(PASS_TYPE, TEAM)
    identity.check_dates(NOW)
    facts = identity.facts
    assert (facts.pass_type_id, facts.team_id, facts.serial) == (PASS_TYPE, TEAM, "1267")
    assert (facts.not_before, facts.not_after) == DATES
    assert not facts.apple
    assert not identity.development
    return identity.certificate == leaf and identity.intermediate == wwdr.certificate


def refused(data: bytes, **options: Any) -> CertificateError:
    """Return the error of a refused file."""
    with pytest.raises(CertificateError) as caught:
        load_identity(data, **options)
    return caught.value


def p12(
    key: Any, leaf: x509.Certificate | None, others: list[Any], password: bytes | None
) -> bytes:
    """Return a ``.p12`` file."""
    lock: Any = NoEncryption() if password is None else BestAvailableEncryption(password)
    return pkcs12.serialize_key_and_certificates(b"pass", key, leaf, others, lock)


def test_pem_in_any_order(leaf: x509.Certificate, wwdr: Authority, key: Any) -> None:
    parts = [pem_of(leaf), pem_of(wwdr.certificate), key_pem(key)]
    for first, second, third in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        text = b"Bag Attributes\r\n    friendlyName: x\n".join(
            (parts[first], parts[second], parts[third])
        )
        assert is_whole(load_identity(text), leaf, wwdr)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_encrypted_pem(
    leaf: x509.Certificate, wwdr: Authority, key: Any, form: PrivateFormat
) -> None:
    data = pem_of(leaf, wwdr.certificate) + key_pem(key, b"four quiet herons", form)
    assert is_whole(load_identity(data, password=b"four quiet herons"), leaf, wwdr)
    for wrong in (None, b"", b"four quiet heron"):
        error = refused(data, password=wrong)
        assert error.path == "password"
        assert "heron" not in str(error)


def test_an_unneeded_password_is_ignored(leaf: x509.Certificate, wwdr: Authority, key: Any) -> None:
    data = pem_of(leaf, wwdr.certificate) + key_pem(key)
    assert is_whole(load_identity(data, password=b"superfluous"), leaf, wwdr)


@pytest.mark.parametrize("password", [b"four quiet herons", "Grünfläche".encode(), None])
def test_p12(leaf: x509.Certificate, wwdr: Authority, key: Any, password: bytes | None) -> None:
    data = p12(key, leaf, [wwdr.certificate], password)
    assert is_whole(load_identity(data, password=password), leaf, wwdr)
    assert refused(data, password=b"wrong").path == "password"


def test_p12_as_keychain_access_exports_it(
    leaf: x509.Certificate, wwdr: Authority, key: Any, tmp_path: Path
) -> None:
    """Encrypted with RC2, without the intermediate, which is given as DER."""
    (tmp_path / "all.pem").write_bytes(pem_of(leaf) + key_pem(key))
    done = openssl(
        "pkcs12", "-export", "-legacy", "-in", "all.pem", "-out", "old.p12",
        "-passout", "pass:old password", folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    data, der = (tmp_path / "old.p12").read_bytes(), wwdr.certificate.public_bytes(Encoding.DER)
    found = load_identity(data, password=b"old password", intermediate=der)
    assert is_whole(found, leaf, wwdr)
    assert is_whole(
        load_identity(data, password=b"old password", intermediate=pem_of(wwdr.certificate)),
        leaf,
        wwdr,
    )
    error = refused(data, password=b"old password")
    assert error.path == "wwdr"
    assert "Some Intermediate" in error.message


def test_pem_round_trips(leaf: x509.Certificate, wwdr: Authority, key: Any) -> None:
    once = load_identity(pem_of(leaf, wwdr.certificate) + key_pem(key))
    assert is_whole(load_identity(once.pem()), leaf, wwdr)


def test_ec_keys(wwdr: Authority) -> None:
    for curve in (ec.SECP256R1(), ec.SECP384R1()):
        mine = ec.generate_private_key(curve)
        issued = wwdr.issue(mine, SUBJECT)
        data = key_pem(mine, form=PrivateFormat.TraditionalOpenSSL)
        assert is_whole(load_identity(data + pem_of(issued, wwdr.certificate)), issued, wwdr)


def test_unsupported_keys_are_refused(wwdr: Authority) -> None:
    odd = ed25519.Ed25519PrivateKey.generate()
    error = refused(key_pem(odd) + pem_of(wwdr.issue(odd, SUBJECT), wwdr.certificate))
    assert error.path == "key"
    assert "neither" in error.message
    short = rsa.generate_private_key(65537, 1024)
    error = refused(key_pem(short) + pem_of(wwdr.issue(short, SUBJECT), wwdr.certificate))
    assert error.path == "key"
    assert "1024 bits" in error.message


def test_a_key_of_another_certificate(leaf: x509.Certificate, wwdr: Authority, key: Any) -> None:
    other = key_pem(ec_key())
    error = refused(pem_of(leaf, wwdr.certificate) + other)
    assert error.path == "key"
    assert "does not belong" in error.message
    assert refused(pem_of(leaf, wwdr.certificate)).path == "key"
    assert refused(pem_of(leaf, wwdr.certificate) + other + key_pem(key)).path == "key"
    assert refused(key_pem(key)).path == "certificate"
    assert refused(p12(key, None, [], b"x"), password=b"x").path == "certificate"
    assert refused(p12(None, leaf, [], b"x"), password=b"x").path == "key"


def test_an_intermediate_that_did_not_sign(leaf: x509.Certificate, key: Any) -> None:
    impostor = authority()  # of the same name
    error = refused(pem_of(leaf, impostor.certificate) + key_pem(key))
    assert error.path == "wwdr"
    assert "did not sign" in error.message
    other = authority(name(cn="Another"))
    error = refused(pem_of(leaf) + key_pem(key), intermediate=pem_of(other.certificate))
    assert error.path == "wwdr"
    assert "missing" in error.message


def test_the_issuer_among_several_of_the_same_name(
    leaf: x509.Certificate, wwdr: Authority, key: Any
) -> None:
    data = pem_of(leaf, authority().certificate, wwdr.certificate) + key_pem(key)
    assert is_whole(load_identity(data), leaf, wwdr)


@pytest.mark.parametrize("constraints", [None, x509.BasicConstraints(False, None)])
def test_an_intermediate_that_may_not_issue(
    key: Any, constraints: x509.BasicConstraints | None
) -> None:
    no_authority = authority(constraints=constraints)
    data = key_pem(key) + pem_of(no_authority.issue(key, SUBJECT), no_authority.certificate)
    error = refused(data)
    assert error.path == "wwdr"
    assert "may not issue" in error.message


@pytest.mark.parametrize(
    ("subject", "path"),
    [
        (name(ou=TEAM), "certificate.subject.UID"),
        (name(uid=PASS_TYPE), "certificate.subject.OU"),
        (name(uid="pass.exämple", ou=TEAM), "certificate.subject.UID"),
        (name(uid="com.example.app", ou=TEAM), "certificate.subject.UID"),
        (name(uid=PASS_TYPE, ou="x" * 60 + " y"), "certificate.subject.OU"),
        (name(uid=f"{PASS_TYPE},pass.example.second", ou=TEAM), "certificate.subject.UID"),
        (name(uid=PASS_TYPE, ou=f"{TEAM},Z9Z9Z9Z9Z9"), "certificate.subject.OU"),
    ],
)
def test_subjects_without_one_pass_type_and_team(
    wwdr: Authority, key: Any, subject: x509.Name, path: str
) -> None:
    assert refused(key_pem(key) + pem_of(wwdr.issue(key, subject), wwdr.certificate)).path == path


@pytest.mark.parametrize(
    ("extensions", "taken"),
    [(FOR_PASSES, True), (FOR_PASSES[:1], False), (FOR_PASSES[1:], False), ((), False)],
)
def test_certificates_of_apple_have_to_be_for_passes(
    key: Any, extensions: tuple[x509.ExtensionType, ...], taken: bool
) -> None:
    apple = authority(name(cn=WWDR_NAME, ou="G4", o="Apple Inc."))
    data = key_pem(key) + pem_of(
        apple.issue(key, SUBJECT, extensions=extensions), apple.certificate
    )
    if taken:
        facts = load_identity(data).facts
        assert facts.apple
        assert facts.issuer == WWDR_NAME
    else:
        assert refused(data).path == "certificate.extensions"


def test_the_validity_of_both_certificates_counts(key: Any) -> None:
    short = (DATES[0] + timedelta(days=9), DATES[1] - timedelta(days=9))
    brief = authority(dates=short)
    issued = brief.issue(key, SUBJECT)
    identity = load_identity(key_pem(key) + pem_of(issued, brief.certificate))
    assert (identity.facts.not_before, identity.facts.not_after) == short
    for now, path in (
        (DATES[0] - timedelta(days=1), "certificate.notBefore"),
        (DATES[0] + timedelta(days=1), "wwdr.notBefore"),
        (DATES[1] - timedelta(days=1), "wwdr.notAfter"),
        (DATES[1] + timedelta(days=1), "certificate.notAfter"),
    ):
        with pytest.raises(CertificateError) as caught:
            identity.check_dates(now)
        assert caught.value.path == path


def test_other_pass_types_and_teams_are_refused() -> None:
    identity = DevelopmentAuthority().issue(PASS_TYPE, TEAM, new_key=ec_key)
    for wrong, path in (
        ((PASS_TYPE + "x", TEAM), "certificate.subject.UID"),
        ((PASS_TYPE, TEAM.lower()), "certificate.subject.OU"),
    ):
        with pytest.raises(CertificateError) as caught:
            identity.check_names(*wrong)
        assert caught.value.path == path


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"\x30\x80" * 50,
        b"x" * (MAX_BYTES + 1),
        "-----BEGIN CERTIFICATE-----\nÄ\n-----END CERTIFICATE-----".encode(),
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        b"-----BEGIN PRIVATE KEY-----",
    ],
)
def test_files_that_are_no_certificate(data: bytes, leaf: x509.Certificate, key: Any) -> None:
    assert refused(data).path in ("certificate", "key")
    error = refused(pem_of(leaf) + key_pem(key), intermediate=data)
    assert error.path == "wwdr"


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_a_corrupt_file_raises_only_certificate_errors(data: st.DataObject) -> None:
    whole = _whole()
    at = data.draw(st.integers(0, len(whole) - 1))
    spoilt = bytearray(whole)
    spoilt[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for each in (bytes(spoilt), whole[:cut], data.draw(st.binary(max_size=200))):
        with contextlib.suppress(CertificateError):
            load_identity(each, password=b"pw")


_made: list[bytes] = []


def _whole() -> bytes:
    """Return a small valid file, generated once."""
    if not _made:
        wwdr, key = authority(), ec.generate_private_key(ec.SECP256R1())
        _made.append(key_pem(key) + pem_of(wwdr.issue(key, SUBJECT), wwdr.certificate))
    return _made[0]


def test_dates_are_aware() -> None:
    facts = load_identity(_whole()).facts
    assert facts.not_after == datetime(2027, 6, 1, tzinfo=UTC)
