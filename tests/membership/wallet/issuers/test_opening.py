"""Files that are made to keep whoever opens them busy for minutes."""

import subprocess
from pathlib import Path

import pytest

from membership.wallet.issuers.opening import check_decryption_time
from passes.errors import CertificateError
from tests.membership.wallet.issuers.files import identity, p12, stretched


@pytest.fixture
def file(tmp_path: Path) -> bytes:
    """A ``.p12`` file as openssl makes it, without a password."""
    (tmp_path / "all.pem").write_bytes(identity().pem())
    command = ["openssl", "pkcs12", "-export", "-in", "all.pem", "-out", "p12", "-passout", "pass:"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=20)
    return (tmp_path / "p12").read_bytes()


def test_a_password_that_is_hashed_for_minutes(file: bytes) -> None:
    check_decryption_time(stretched(file, 100_000), None)
    with pytest.raises(CertificateError, match="takes too long to open") as refused:
        check_decryption_time(stretched(file, 2**31 - 1), None, cpu_seconds=0.5)
    assert refused.value.path == "certificate"


@pytest.mark.parametrize("password", [b"four quiet herons", b"wrong", None])
def test_what_opens_or_is_refused_at_once_passes(password: bytes | None) -> None:
    check_decryption_time(p12(identity()), password)


def test_what_is_no_file_is_left_to_others() -> None:
    check_decryption_time(b"garbage", None)
    check_decryption_time(b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"x")
