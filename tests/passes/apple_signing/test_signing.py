"""Signatures of passes: openssl, trusting only the root, accepts them and no altered one."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from passes.apple.development import (
    DEVELOPMENT_TEAM,
    DevelopmentAuthority,
    development_identity,
    development_root,
    ec_key,
    rsa_key,
)
from passes.apple.identity import Identity
from passes.apple.key_file import Key
from passes.apple.signer import Signer
from passes.apple.signing import AppleSigner
from passes.errors import CertificateError
from tests.passes.apple_signing.certificates import DATES, NOW, PASS_TYPE, TEAM
from tests.passes.apple_signing.openssl import Refused, printed, verify, verify_signature

FILES = {
    "pass.json": json.dumps({"passTypeIdentifier": PASS_TYPE, "teamIdentifier": TEAM}).encode(),
    "icon.png": b"no picture, but a file",
    "de.lproj/pass.strings": '"MEMBER" = "Mitglied";'.encode("utf-16"),
}


def at_noon() -> datetime:
    """The current time of these tests."""
    return NOW


def pack(signer: Signer, files: dict[str, bytes] | None = None) -> bytes:
    """Return a signed archive of files, built by the test."""
    files = FILES if files is None else files
    listed = {
        each: hashlib.sha1(content, usedforsecurity=False).hexdigest()
        for each, content in files.items()
    }
    manifest = json.dumps(listed).encode()
    whole = {**files, "manifest.json": manifest, "signature": signer.sign(manifest)}
    return zipped(whole)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a ZIP archive of files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for each, content in files.items():
            archive.writestr(each, content)
    return stream.getvalue()


@pytest.fixture(scope="module")
def authority() -> DevelopmentAuthority:
    return DevelopmentAuthority()


@pytest.fixture(scope="module", params=[rsa_key, ec_key], ids=["rsa", "ec"])
def identity(request: pytest.FixtureRequest, authority: DevelopmentAuthority) -> Identity:
    new_key: Callable[[], Key] = request.param
    return authority.issue(PASS_TYPE, TEAM, new_key=new_key)


def test_openssl_verifies_with_only_the_root(
    identity: Identity, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    content = verify(pack(AppleSigner(identity, at_noon)), authority.root, tmp_path)
    assert content == json.loads(FILES["pass.json"])


def test_the_signature_is_detached_and_has_a_signing_time(
    identity: Identity, tmp_path: Path
) -> None:
    began = datetime.now(UTC)
    told = printed(AppleSigner(identity, at_noon).sign(b"a manifest\n"), tmp_path)
    signed = told.split("object: signingTime", 1)[1].split("UTCTIME:", 1)[1]
    at = datetime.strptime(signed.splitlines()[0], "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    assert timedelta(seconds=-1) <= at - began < timedelta(minutes=1)
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert "eContent: <ABSENT>" in lines
    assert "contentType: pkcs7-signedData (1.2.840.113549.1.7.2)" in lines
    assert told.count("d.certificate:") == 2


def test_line_breaks_are_not_converted(
    identity: Identity, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    signer = AppleSigner(identity, at_noon)
    for manifest in (b"{\n}\n", b"{\r\n}\r\n", b"{}", b"\xff\x00"):
        verify_signature(manifest, signer.sign(manifest), authority.root, tmp_path)
    with pytest.raises(Refused):
        verify_signature(b"{\r\n}", signer.sign(b"{\n}"), authority.root, tmp_path)


@pytest.mark.parametrize("changed", ["pass.json", "icon.png", "manifest.json", "signature"])
def test_a_flipped_byte_is_refused(
    identity: Identity, authority: DevelopmentAuthority, tmp_path: Path, changed: str
) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(AppleSigner(identity, at_noon)))) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    spoilt = bytearray(files[changed])
    # In a digest, so that the manifest stays JSON; at the end of the signature.
    spoilt[-8] ^= 0x01
    with pytest.raises(Refused):
        verify(zipped({**files, changed: bytes(spoilt)}), authority.root, tmp_path)


def test_openssl_refuses_a_flipped_byte_of_the_manifest(
    identity: Identity, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    manifest = b'{"icon.png": "0f5c"}'
    signature = AppleSigner(identity, at_noon).sign(manifest)
    verify_signature(manifest, signature, authority.root, tmp_path)
    for place in (0, len(manifest) // 2, len(manifest) - 1):
        spoilt = bytearray(manifest)
        spoilt[place] ^= 0x01
        with pytest.raises(Refused, match="digest failure"):
            verify_signature(bytes(spoilt), signature, authority.root, tmp_path)


def test_an_added_or_missing_file_is_refused(
    identity: Identity, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(AppleSigner(identity, at_noon)))) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    for wrong in ({**files, "more.png": b""}, {k: v for k, v in files.items() if k != "icon.png"}):
        with pytest.raises(Refused, match="manifest"):
            verify(zipped(wrong), authority.root, tmp_path)


def test_a_missing_intermediate_is_refused(
    identity: Identity, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    builder = PKCS7SignatureBuilder().set_data(b"manifest")
    alone = builder.add_signer(identity.certificate, identity.key, SHA256()).sign(
        Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary]
    )
    with pytest.raises(Refused, match="unable to get local issuer certificate"):
        verify_signature(b"manifest", alone, authority.root, tmp_path)


def test_another_root_is_refused(identity: Identity, tmp_path: Path) -> None:
    signature = AppleSigner(identity, at_noon).sign(b"manifest")
    with pytest.raises(Refused):
        verify_signature(b"manifest", signature, DevelopmentAuthority().root, tmp_path)


def test_an_expired_certificate_is_refused(authority: DevelopmentAuthority, tmp_path: Path) -> None:
    past = (datetime(2022, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC))
    expired = authority.issue(PASS_TYPE, TEAM, new_key=ec_key, dates=past)
    late = AppleSigner(expired, at_noon)
    with pytest.raises(CertificateError) as refused:
        late.sign(b"manifest")
    assert refused.value.path == "certificate.notAfter"
    # With a clock that was set back it signs, and a verifier refuses the signature.
    signature = AppleSigner(expired, lambda: past[0]).sign(b"manifest")
    with pytest.raises(Refused, match="certificate has expired"):
        verify_signature(b"manifest", signature, authority.root, tmp_path)


def test_the_clock_decides_about_validity(authority: DevelopmentAuthority) -> None:
    issued = authority.issue(PASS_TYPE, TEAM, new_key=ec_key, dates=DATES)
    second = timedelta(seconds=1)
    for now, path in (
        (DATES[0] - second, "certificate.notBefore"),
        (DATES[0], None),
        (DATES[1], None),
        (DATES[1] + second, "certificate.notAfter"),
    ):
        signer = AppleSigner(issued, lambda now=now: now)  # type: ignore[misc]
        if path is None:
            assert signer.sign(b"manifest")
            continue
        with pytest.raises(CertificateError) as refused:
            signer.sign(b"manifest")
        assert refused.value.path == path


def test_another_pass_type_or_team_is_refused(
    authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    other = authority.issue("pass.example.other", TEAM, new_key=ec_key)
    with pytest.raises(CertificateError) as refused:
        AppleSigner(other, at_noon, pass_type_id=PASS_TYPE, team_id=TEAM)
    assert refused.value.path == "certificate.subject.UID"
    with pytest.raises(CertificateError) as refused:
        AppleSigner(other, at_noon, team_id="Z9Z9Z9Z9Z9")
    assert refused.value.path == "certificate.subject.OU"
    with pytest.raises(Refused, match="passTypeIdentifier"):
        verify(pack(AppleSigner(other, at_noon)), authority.root, tmp_path)


def test_development_identities_are_cached_for_each_pass_type() -> None:
    one = development_identity("pass.walletdesk.development.club")
    assert development_identity("pass.walletdesk.development.club") is one
    two = development_identity("pass.walletdesk.development.other")
    assert two.facts.pass_type_id == "pass.walletdesk.development.other"
    assert two.intermediate == one.intermediate
    assert one.certificate.public_key() != two.certificate.public_key()
    assert one.development
    assert not one.facts.apple
    assert one.facts.team_id == DEVELOPMENT_TEAM
    assert len(DEVELOPMENT_TEAM) == 10


def test_openssl_verifies_development_passes(tmp_path: Path) -> None:
    signer = AppleSigner(development_identity("pass.walletdesk.development.club"), at_noon)
    assert signer.development
    verify_signature(b"manifest", signer.sign(b"manifest"), development_root(), tmp_path)


def test_the_repr_of_an_identity_has_no_key(authority: DevelopmentAuthority) -> None:
    issued = authority.issue(PASS_TYPE, TEAM, new_key=ec_key)
    assert "Private" not in repr(issued)
    assert isinstance(issued.certificate, x509.Certificate)
