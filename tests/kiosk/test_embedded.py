"""The service of one PC under faults: programs that die, lie or cannot be published."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.embedded import EmbeddedService

READY = 'print(\'{"event": "ready", "url": "http://127.0.0.1:1", "key": "k"}\', flush=True)\n'
WAIT = "import sys; sys.stdin.read()\n"


TICK_MS = 100
ALIVE = 'import time\nwhile True: print(\'{"event": "alive"}\', flush=True); time.sleep(0.05)\n'


class Owner:
    """An ``EmbeddedService`` over a program, and what it said."""

    def __init__(self, folder: Path, program: str) -> None:
        self.starts = folder / "starts"
        note = f"open({str(self.starts)!r}, 'a').write('x')\n"
        command = [sys.executable, "-c", note + program]
        self.service = EmbeddedService(command, folder / "data", tick_ms=TICK_MS)
        self.ready: list[tuple[str, str]] = []
        self.down: list[tuple[str, str]] = []
        self.service.ready.connect(lambda url, key: self.ready.append((url, key)))
        self.service.down.connect(lambda code, text: self.down.append((code, text)))

    def started(self) -> int:
        """How often the program was started."""
        return self.starts.stat().st_size if self.starts.exists() else 0


@pytest.fixture
def owners(qapp: QApplication) -> Iterator[list[Owner]]:
    made: list[Owner] = []
    yield made
    for owner in made:
        owner.service.stop()


def run(owners: list[Owner], folder: Path, program: str) -> Owner:
    owner = Owner(folder, program)
    owners.append(owner)
    owner.service.start()
    return owner


def test_the_address_is_published_for_this_user_only(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    owner = run(owners, tmp_path, READY + WAIT)
    file = tmp_path / "data" / "service.json"
    qtbot.waitUntil(file.exists)
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "url": "http://127.0.0.1:1",
        "key": "k",
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert owner.ready == [("http://127.0.0.1:1", "k")]
    owner.service.stop()
    assert not file.exists()


def test_a_service_that_dies_again_and_again_is_not_started_in_a_hot_loop(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    owner = run(owners, tmp_path, READY)
    qtbot.waitUntil(lambda: owner.started() >= 3)
    began, before = time.monotonic(), owner.started()
    qtbot.wait(1500)
    assert (owner.started() - before) / (time.monotonic() - began) < 2
    assert ("", "") in owner.down
    assert len(owner.service.findChildren(QProcess)) <= 1, "ended processes are deleted"


def test_an_address_that_cannot_be_published_does_not_keep_the_kiosk_from_the_service(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    (tmp_path / "data" / "service.json" / "full").mkdir(parents=True)
    owner = run(owners, tmp_path, READY + WAIT)
    qtbot.waitUntil(lambda: owner.ready == [("http://127.0.0.1:1", "k")])
    assert not list((tmp_path / "data").glob("*.new"))


def test_why_a_service_cannot_start_is_passed_on(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    failed = {"event": "failed", "code": "database_too_new", "message": "too new"}
    owner = run(owners, tmp_path, f"print({json.dumps(failed)!r}, flush=True); exit(3)")
    qtbot.waitUntil(lambda: owner.down == [("database_too_new", "too new")])


def test_noise_on_standard_output_is_no_answer(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    noise = "print('hello'); print('[1]'); print('{}', flush=True)\n"
    owner = run(owners, tmp_path, noise + READY + WAIT)
    qtbot.waitUntil(lambda: owner.ready == [("http://127.0.0.1:1", "k")])


def test_a_program_that_is_not_there_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    service = EmbeddedService(["/no/such/program"], tmp_path)
    with qtbot.waitSignal(service.down) as said:
        service.start()
    assert said.args == ["program_missing", "/no/such/program"]
    service.stop()


@pytest.mark.parametrize("words", ["", "[]", "{", '{"url": 1}', "\x00\xff"])
def test_an_unreadable_address_of_another_kiosk_is_survived(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner], words: str
) -> None:
    first = run(owners, tmp_path, READY + WAIT)
    file = tmp_path / "data" / "service.json"
    qtbot.waitUntil(file.exists)
    file.write_text(words, encoding="utf-8")
    second = run(owners, tmp_path, READY + WAIT)
    assert second.ready == []
    file.write_text('{"url": "http://127.0.0.1:2", "key": "z"}', encoding="utf-8")
    qtbot.waitUntil(lambda: second.ready == [("http://127.0.0.1:2", "z")])
    assert first.started() == 1


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    service = EmbeddedService([sys.executable], tmp_path / "file" / "data")
    with pytest.raises(OSError, match="file"):
        service.start()
    service.stop()
    assert os.listdir(tmp_path) == ["file"]


def test_a_service_that_hangs_is_killed_and_replaced(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    owner = run(owners, tmp_path, READY + ALIVE)
    qtbot.waitUntil(lambda: len(owner.ready) == 1, timeout=20_000)
    pid = owner.service.process_id
    assert pid is not None
    qtbot.wait(TICK_MS * 12)
    assert (owner.service.process_id, owner.down) == (pid, []), "one that is alive stays"
    os.kill(pid, signal.SIGSTOP)
    qtbot.waitUntil(lambda: len(owner.ready) == 2, timeout=20_000)
    assert owner.service.process_id not in (None, pid)
    assert owner.down == [("", "")]


def test_a_program_that_never_says_that_it_is_alive_is_left_alone(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    owner = run(owners, tmp_path, READY + WAIT)
    qtbot.waitUntil(lambda: len(owner.ready) == 1, timeout=20_000)
    qtbot.wait(TICK_MS * 12)
    assert (owner.started(), owner.down) == (1, [])


def test_a_log_that_cannot_be_written_prevents_no_start(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    (tmp_path / "data" / "service.log").mkdir(parents=True)
    owner = run(owners, tmp_path, READY + WAIT)
    qtbot.waitUntil(lambda: len(owner.ready) == 1, timeout=20_000)
    assert owner.down == []


def test_a_folder_that_cannot_be_locked_is_said_once(
    qtbot: QtBot, tmp_path: Path, owners: list[Owner]
) -> None:
    (tmp_path / "data" / "kiosk.lock").mkdir(parents=True)
    owner = run(owners, tmp_path, READY + WAIT)
    qtbot.wait(2500)
    assert [code for code, _ in owner.down] == ["data_dir_not_writable"]
