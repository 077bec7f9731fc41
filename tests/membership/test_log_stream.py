"""The log of a service: it never raises, and its file does not grow without end."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from membership.base.log_stream import LOG_FILE, LogStream
from membership.base.settings import SQLITE_FILE_NAME
from tests.conftest import ROOT
from tests.membership import launcher
from tests.membership.support import TIMEOUT

FULL = Path("/dev/full")
"""A device that takes not one byte."""


def test_a_full_disk_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    with (tmp_path / "log").open("a") as file, FULL.open("w") as full:
        log, roomy = LogStream(file), os.dup(file.fileno())
        os.dup2(full.fileno(), file.fileno())
        for number in range(3):
            log.write(f"line {number}\n")
            log.flush()
        os.dup2(roomy, file.fileno())
        os.close(roomy)
        log.write("line 3\n")
        log.write("line 4\n")
    lost, *lines = (tmp_path / "log").read_text().splitlines()
    assert json.loads(lost) == {"event": "log_lines_lost", "count": 3}
    assert lines == ["line 3", "line 4"]


@pytest.mark.long
@pytest.mark.parametrize("spoiled", [False, True], ids=["starts", "cannot start"])
def test_a_service_whose_log_is_full_answers_and_says_why_it_cannot_start(
    tmp_path: Path, spoiled: bool
) -> None:
    if spoiled:
        (tmp_path / SQLITE_FILE_NAME).write_text("to do: buy milk\n" * 100)
    program = [sys.executable, "-m", launcher.__name__, str(tmp_path), "--stdin", "--desk-key"]
    with FULL.open("w") as full:
        service = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=full, text=True, cwd=ROOT
        )
    assert service.stdout is not None
    with service:
        said = json.loads(service.stdout.readline())
        if spoiled:
            assert said["code"] == "not_a_database"
        else:
            headers = {"Authorization": f"Bearer {said['key']}"}
            for path, status in (("/v1/desk", 200), ("/v1/visits", 200), ("/v1/none", 404)):
                answer = requests.get(said["url"] + path, headers=headers, timeout=TIMEOUT)
                assert answer.status_code == status
        service.communicate(timeout=60)


def test_a_stream_that_is_closed_raises_nothing(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as file:
        log = LogStream(file)
    assert log.write("line\n") == 5


def test_the_log_of_a_kiosks_service_is_rotated_by_size(tmp_path: Path) -> None:
    with (tmp_path / LOG_FILE).open("a") as file:
        log = LogStream(file, tmp_path, most_bytes=10_000)
        for number in range(2_000):
            log.write(f"line {number:04d} {'x' * 20}\n")
    sizes = [(tmp_path / name).stat().st_size for name in (LOG_FILE, f"{LOG_FILE}.1")]
    assert all(0 < size < 20_000 for size in sizes)
    assert (tmp_path / LOG_FILE).read_text().splitlines()[-1].startswith("line 1999")


def test_a_log_that_cannot_be_begun_anew_goes_on_in_its_file(tmp_path: Path) -> None:
    (tmp_path / f"{LOG_FILE}.new").mkdir()
    with (tmp_path / LOG_FILE).open("a") as file:
        log = LogStream(file, tmp_path, most_bytes=1_000)
        for number in range(1_000):
            log.write(f"line {number:03d}\n")
    lines = (tmp_path / LOG_FILE).read_text().splitlines()
    assert lines == [f"line {number:03d}" for number in range(1_000)]
    assert not (tmp_path / f"{LOG_FILE}.1").exists()


def test_what_is_not_that_file_is_not_rotated(tmp_path: Path) -> None:
    (tmp_path / LOG_FILE).write_text("of another process")
    with (tmp_path / "elsewhere").open("a") as file:
        log = LogStream(file, tmp_path, most_bytes=100)
        for _ in range(500):
            log.write("a line of some length\n")
    assert (tmp_path / LOG_FILE).read_text() == "of another process"
    assert (tmp_path / "elsewhere").stat().st_size == 500 * 22


def test_a_line_that_was_cut_off_spoils_no_other() -> None:
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    with os.fdopen(reads, "rb") as pipe, os.fdopen(writes, "w") as stream:
        room = fcntl.fcntl(writes, fcntl.F_GETPIPE_SZ)
        os.write(writes, b"x" * (room - 4096))
        log = LogStream(stream)
        log.write(json.dumps({"event": "y" * 8000}) + "\n")
        pipe.read(room)
        for number in range(2):
            log.write(json.dumps({"event": "next", "number": number}) + "\n")
        lines = os.read(reads, room).decode().splitlines()
    assert [json.loads(line) for line in lines if line] == [
        {"event": "log_lines_lost", "count": 1},
        {"event": "next", "number": 0},
        {"event": "next", "number": 1},
    ]
