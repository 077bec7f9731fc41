"""Files that are made to keep whoever opens them busy for minutes."""

import multiprocessing
import subprocess
import threading
import time
from functools import partial
from pathlib import Path

import pytest
import requests

from membership.wallet.issuers.opening import check_decryption_time
from passes.errors import CertificateError
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import TIMEOUT, running_service
from tests.membership.wallet.issuers.files import encoded, identity, p12, stretched


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


def test_the_desk_scans_while_a_file_is_opened(
    databases: Databases, tmp_path: Path, file: bytes
) -> None:
    with running_service(databases.new(SQLITE, tmp_path)) as service:
        code = service.card(service.customer())["code"]
        body = {"certificate": encoded(stretched(file, 2**31 - 1))}
        answers: list[requests.Response] = []
        before = set(multiprocessing.active_children())
        put = partial(service.call, "PUT", "/v1/wallets/apple", json=body)
        thread = threading.Thread(target=lambda: answers.append(put()))
        thread.start()
        deadline = time.monotonic() + TIMEOUT
        while not set(multiprocessing.active_children()) - before:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert service.scan(code)
        assert answers == []
        thread.join()
    assert [each.status_code for each in answers] == [422]
    assert answers[0].json()["code"] == "certificate_invalid"
