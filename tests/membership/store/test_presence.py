"""A database that was there before: refused by name, and never replaced by a new club."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from membership.base.settings import SQLITE_FILE_NAME, ServiceSettings
from membership.base.vault import KEY_FILE
from membership.store.presence import NOTE_ENDING, DataMissing, note_club, require_present
from tests.membership.service_process import service_process
from tests.membership.test_serve import assert_failed

LOG = f"{SQLITE_FILE_NAME}-wal"
INDEX = f"{SQLITE_FILE_NAME}-shm"
NOTE = f"{SQLITE_FILE_NAME}{NOTE_ENDING}"


@pytest.mark.parametrize("size", [None, 0, 4096], ids=["missing", "empty", "there"])
@pytest.mark.parametrize(
    ("trace", "held"),
    [
        (KEY_FILE, True),
        (LOG, True),
        (INDEX, True),
        (NOTE, True),
        ("", False),
        ("service.log", False),
        ("kiosk.lock", False),
        (f"{SQLITE_FILE_NAME}-journal", False),
    ],
)
def test_what_a_database_leaves_behind(
    tmp_path: Path, size: int | None, trace: str, held: bool
) -> None:
    settings = ServiceSettings(data_dir=tmp_path)
    if size is not None:
        (tmp_path / SQLITE_FILE_NAME).write_bytes(b"x" * size)
    if trace:
        (tmp_path / trace).write_bytes(b"x")
    before = sorted(tmp_path.iterdir())
    if held and not size:
        with pytest.raises(DataMissing) as caught:
            require_present(settings)
        for each in (SQLITE_FILE_NAME, trace, f"restore FILE --data-dir {tmp_path}"):
            assert each in str(caught.value)
    else:
        require_present(settings)
    assert sorted(tmp_path.iterdir()) == before


def test_another_file_of_the_same_folder_is_another_database(tmp_path: Path) -> None:
    """The key may be shared; a log or a note is that of one file."""
    for name in (KEY_FILE, LOG, NOTE):
        (tmp_path / name).write_bytes(b"x")
    other = tmp_path / "second.sqlite3"
    settings = ServiceSettings(data_dir=tmp_path, database_url=f"sqlite:///{other}")
    require_present(settings)
    note_club(settings)
    with pytest.raises(DataMissing, match=r"second\.sqlite3\.club"):
        require_present(settings)


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/club", "sqlite://"])
def test_a_server_has_no_file_that_could_be_missing(tmp_path: Path, url: str) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"x")
    settings = ServiceSettings(data_dir=tmp_path, database_url=url)
    require_present(settings)
    note_club(settings)
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.long
def test_a_folder_that_held_a_club_never_becomes_a_demo_club(tmp_path: Path) -> None:
    with service_process(tmp_path, "--demo", "--stdin") as service:
        assert service.event["event"] == "ready"
        service.end()
    file = tmp_path / SQLITE_FILE_NAME
    kept = file.read_bytes()
    file.unlink()
    (tmp_path / LOG).write_bytes(b"what was written last")
    with service_process(tmp_path, "--demo") as service:
        assert_failed(service, "data_missing", str(file), KEY_FILE, LOG, "restore")
    assert not file.exists()
    assert (tmp_path / LOG).read_bytes() == b"what was written last"
    # With a key of the environment, and nothing else left, the note still tells.
    for each in (LOG, KEY_FILE):
        (tmp_path / each).rename(tmp_path / f"{each}.away")
    with service_process(tmp_path, "--demo") as service:
        assert_failed(service, "data_missing", NOTE)
    (tmp_path / f"{KEY_FILE}.away").rename(tmp_path / KEY_FILE)
    file.write_bytes(kept)
    with service_process(tmp_path, "--demo", "--stdin") as service:
        assert service.event["event"] == "ready"
        service.end()


@pytest.mark.long
def test_a_file_that_was_emptied_within_is_missing_too(tmp_path: Path) -> None:
    """Such as one that another program made anew: a database without a club."""
    with service_process(tmp_path, "--stdin") as service:
        service.end()
    file = tmp_path / SQLITE_FILE_NAME
    file.write_bytes(_without_tables())
    with service_process(tmp_path, "--demo") as service:
        assert_failed(service, "data_missing", NOTE, KEY_FILE)
    assert file.read_bytes() == _without_tables(), "so that a backup can be restored into it"
    # A club of a version before the note left its key.
    (tmp_path / NOTE).unlink()
    with service_process(tmp_path, "--demo") as service:
        assert_failed(service, "data_missing", KEY_FILE)


def test_tables_that_another_process_is_creating_are_not_missing(tmp_path: Path) -> None:
    file = tmp_path / SQLITE_FILE_NAME
    with closing(sqlite3.connect(file, isolation_level=None)) as first:
        first.execute("PRAGMA journal_mode = WAL")
        first.execute("BEGIN IMMEDIATE")
        first.execute("CREATE TABLE club (id)")
        require_present(ServiceSettings(data_dir=tmp_path))
        first.execute("COMMIT")
        (tmp_path / KEY_FILE).write_bytes(b"x")
        require_present(ServiceSettings(data_dir=tmp_path))


def _without_tables() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA user_version = 1")
        return database.serialize()
