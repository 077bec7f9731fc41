"""Backups that are damaged, restores that are interrupted, disks that are full."""

import contextlib
import json
import shutil
import threading
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import Any

import pytest
from sqlalchemy import inspect, text

from membership.base.settings import ServiceSettings
from membership.base.vault import KEY_FILE, open_vault
from membership.commands.backup import CommandError, backup_command, restore_command
from membership.data.backup.archive import LARGEST_MANIFEST, Archive
from membership.data.backup.create import create_backup
from membership.data.backup.errors import (
    BackupDamaged,
    BackupError,
    BackupTooNew,
    NothingToBackUp,
    NotRestorable,
)
from membership.data.backup.restore import restore_backup, verify_backup
from membership.store.migrate import migrate
from membership.store.models import CustomerPhoto
from tests.forkserver import ForkedProcess
from tests.forkserver import run as run_process
from tests.membership.conftest import SQLITE, Databases
from tests.membership.data.backup import interrupted_restore, limited_command
from tests.membership.data.backup.club import contents, empty_settings, fill, opened
from tests.membership.rows import customer_row, organization_row
from tests.membership.support import NOON, arranging

database_of = contextlib.contextmanager(opened)


@pytest.fixture(scope="module")
def backup(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a club with a few rows in every table."""
    folder = tmp_path_factory.mktemp("club")
    settings = databases.new(SQLITE, folder)
    with database_of(settings) as database, arranging(database) as session:
        fill(session)
    create_backup(settings, folder / "club.zip", now=NOON)
    return folder / "club.zip"


def test_a_truncated_file(backup: Path, tmp_path: Path) -> None:
    whole, file = backup.read_bytes(), tmp_path / "club.zip"
    for length in (0, 1, 3, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(BackupDamaged):
            verify_backup(file)


@pytest.mark.parametrize("step", [997, pytest.param(61, marks=pytest.mark.soak)])
def test_a_flipped_byte_is_noticed_or_changes_nothing(
    backup: Path, tmp_path: Path, step: int
) -> None:
    """Some bytes of a zip mean nothing, such as the times of its members."""
    whole, file = backup.read_bytes(), tmp_path / "club.zip"
    manifest, noticed, places = verify_backup(backup), 0, range(0, len(whole), step)
    for place in places:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            assert verify_backup(file) == manifest
        except BackupDamaged:
            noticed += 1
    assert noticed > len(places) * 0.8


def test_members_said_to_lie_before_the_beginning_are_noticed(backup: Path, tmp_path: Path) -> None:
    """A directory that is said to lie further on moves all members to before the beginning."""
    whole, file = bytearray(backup.read_bytes()), tmp_path / "club.zip"
    place = slice(len(whole) - 6, len(whole) - 2)  # of the directory, in the zip's last record
    whole[place] = (int.from_bytes(whole[place], "little") + 1_000_000).to_bytes(4, "little")
    file.write_bytes(whole)
    with pytest.raises(BackupDamaged, match="damaged"):
        verify_backup(file)


def rewritten(backup: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of a backup with other members, as a zip that is whole in itself."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def manifest_with(**fields: Any) -> Callable[[dict[str, bytes]], None]:
    """Change fields of the manifest."""

    def change(members: dict[str, bytes]) -> None:
        manifest = {**json.loads(members["manifest.json"]), **fields}
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


def without_a_line(members: dict[str, bytes]) -> None:
    lines = members["tables/visits.jsonl"].splitlines(keepends=True)
    members["tables/visits.jsonl"] = b"".join(lines[:-1])


DAMAGE: dict[str, Callable[[dict[str, bytes]], Any]] = {
    "missing member": lambda members: members.pop("tables/visits.jsonl"),
    "further member": lambda members: members.update({"tables/more.jsonl": b"[]\n"}),
    "no manifest": lambda members: members.pop("manifest.json"),
    "other manifest": lambda members: members.update({"manifest.json": b"{}"}),
    "manifest that is no text": lambda members: members.update({"manifest.json": b"\xff\xfe"}),
    "a line less": without_a_line,
    "a line that is none": lambda members: members.update({"tables/visits.jsonl": b"{}\n"}),
    "tables of other types": manifest_with(tables=[{"name": "x"}]),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_zip_that_is_not_what_was_written(
    backup: Path, tmp_path: Path, damage: Callable[[dict[str, bytes]], Any]
) -> None:
    file = rewritten(backup, tmp_path / "club.zip", damage)
    settings = ServiceSettings(data_dir=tmp_path / "new")
    for attempt in (partial(verify_backup, file), partial(restore_backup, settings, file)):
        with pytest.raises(BackupDamaged, match=r"club\.zip"):
            attempt()
    assert not settings.data_dir.exists()


@pytest.mark.parametrize("member", ["manifest.json", "secret.key", "tables/customers.jsonl"])
def test_a_small_zip_that_unpacks_to_very_much(backup: Path, tmp_path: Path, member: str) -> None:
    file = tmp_path / "club.zip"
    with zipfile.ZipFile(backup) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        manifest = json.loads(whole.read("manifest.json")) | {"with_key": member == "secret.key"}
        for name in {*whole.namelist(), member} - {member, "manifest.json"}:
            bomb.writestr(name, whole.read(name))
        if member != "manifest.json":
            bomb.writestr("manifest.json", json.dumps(manifest))
        with bomb.open(member, "w") as stream:
            for _ in range(64):
                stream.write(b" " * 2**20)
    assert file.stat().st_size < 2**20
    tracemalloc.start()
    try:
        with (
            pytest.raises(BackupDamaged, match="damaged"),
            Archive(file, largest_line=2**20) as archive,
        ):
            archive.verify()
        assert tracemalloc.get_traced_memory()[1] < 32 * 2**20
    finally:
        tracemalloc.stop()


def test_the_command_says_in_a_line_that_a_manifest_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "club.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("manifest.json", b" " * (LARGEST_MANIFEST + 1))
    with pytest.raises(CommandError) as caught:
        restore_command(ServiceSettings(data_dir=tmp_path / "new"), file)
    told = f"{file} is damaged: manifest.json has more than {LARGEST_MANIFEST} bytes when unpacked."
    assert str(caught.value) == told
    assert not (tmp_path / "new").exists()


def test_rows_that_no_manifest_counts_end_the_reading(backup: Path, tmp_path: Path) -> None:
    file = tmp_path / "club.zip"
    with zipfile.ZipFile(backup) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as more:
        for name in whole.namelist():
            data = whole.read(name)
            more.writestr(name, data * 2 if name == "tables/customers.jsonl" else data)
    with pytest.raises(BackupDamaged, match="customers has other rows than were written"):
        verify_backup(file)


@pytest.mark.parametrize("fields", [{"format_version": 2}, {"schema_revision": "0099"}])
def test_a_backup_of_a_newer_version(backup: Path, tmp_path: Path, fields: Any) -> None:
    file = rewritten(backup, tmp_path / "club.zip", manifest_with(**fields))
    settings = ServiceSettings(data_dir=tmp_path / "new")
    for attempt in (partial(verify_backup, file), partial(restore_backup, settings, file)):
        with pytest.raises(BackupTooNew, match="newer version"):
            attempt()
    assert not settings.data_dir.exists()


def test_only_an_empty_database_is_restored_into(
    databases: Databases, backend: str, backup: Path, tmp_path: Path
) -> None:
    settings = databases.new(backend, tmp_path)
    with database_of(settings) as database:
        with arranging(database) as session:
            fill(session, rows=1)
        before = contents(database)
        with pytest.raises(NotRestorable, match="not empty"):
            restore_backup(settings, backup)
        assert contents(database) == before


def is_empty(settings: ServiceSettings) -> bool:
    """Whether a database has no table."""
    with database_of(settings) as database, database.engine.connect() as connection:
        return not inspect(connection).get_table_names()


def test_killed_in_the_middle_leaves_it_empty(
    databases: Databases, backend: str, backup: Path, tmp_path: Path
) -> None:
    settings = empty_settings(databases, backend, tmp_path / "new")
    given = [str(backup), str(settings.data_dir), settings.database_url or ""]
    with ForkedProcess(interrupted_restore.main, *given) as process:
        assert process.stdout.readline() == "in the middle\n"
        process.kill()
    assert is_empty(settings)
    assert restore_backup(settings, backup).rows == verify_backup(backup).rows
    assert not is_empty(settings)


def test_a_failure_in_the_middle_leaves_it_empty(
    databases: Databases, backend: str, backup: Path, tmp_path: Path
) -> None:
    settings = empty_settings(databases, backend, tmp_path / "new")

    def fail(table: str) -> None:
        if table == "visits":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        restore_backup(settings, backup, on_table=fail)
    assert is_empty(settings)


def test_a_service_that_starts_meanwhile_waits(
    databases: Databases, backend: str, backup: Path, tmp_path: Path
) -> None:
    settings = empty_settings(databases, backend, tmp_path / "new")
    threads: list[threading.Thread] = []
    failures: list[Exception] = []

    def start() -> None:
        with database_of(settings) as database:
            try:
                migrate(database)
            except Exception as error:  # noqa: BLE001 - told by the test
                failures.append(error)

    def start_a_service(table: str) -> None:
        if table == "customers":
            threads.append(threading.Thread(target=start))
            threads[0].start()
            threads[0].join(0.3)

    restore_backup(settings, backup, on_table=start_a_service)
    threads[0].join()
    assert failures == []
    with database_of(settings) as database, database.engine.connect() as connection:
        rows = connection.execute(text("SELECT count(*) FROM visits")).scalar_one()
    assert rows == 3


def test_a_full_disk_leaves_the_former_backup(databases: Databases, tmp_path: Path) -> None:
    """The process may write files of 64 KiB, and the backup needs more."""
    settings = databases.new(SQLITE, tmp_path)
    with database_of(settings) as database, arranging(database) as session:
        session.add(club := organization_row())
        session.flush()
        session.add(customer := customer_row(club.id, 1))
        session.flush()
        picture = {"mime": "image/jpeg", "tag": "t", "changed_at": NOON}
        session.add(
            CustomerPhoto(organization_id=club.id, customer_id=customer.id,
                          data=token_bytes(200_000), **picture)
        )  # fmt: skip
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "club.zip"
    file.write_bytes(b"the former one")
    answer = run_process(limited_command.main, "backup", file, "--replace", "--data-dir", tmp_path)
    assert answer.returncode == 2, answer
    assert "File too large" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert [path.name for path in folder.iterdir()] == ["club.zip"]
    assert file.read_bytes() == b"the former one"


def test_an_existing_file_is_replaced_only_when_told(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    file = tmp_path / "club.zip"
    file.write_bytes(b"precious")
    with pytest.raises(BackupError, match="exists"):
        create_backup(settings, file, now=NOON)
    assert file.read_bytes() == b"precious"
    create_backup(settings, file, now=NOON, replace=True)
    verify_backup(file)


def test_nothing_to_back_up(databases: Databases, tmp_path: Path) -> None:
    file = tmp_path / "club.zip"
    missing = ServiceSettings(data_dir=tmp_path)
    with pytest.raises(NothingToBackUp, match="does not exist"):
        create_backup(missing, file, now=NOON)
    assert list(tmp_path.iterdir()) == []
    settings = databases.new(SQLITE, tmp_path)
    with pytest.raises(NothingToBackUp, match=KEY_FILE):
        create_backup(settings, file, now=NOON, with_key=True)
    with database_of(settings) as database, arranging(database) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    with pytest.raises(NothingToBackUp, match="0003"):
        create_backup(settings, file, now=NOON)
    assert not file.exists()


def test_another_key_is_not_overwritten(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    open_vault(settings)
    file = tmp_path / "club.zip"
    create_backup(settings, file, now=NOON, with_key=True)
    other = empty_settings(databases, SQLITE, tmp_path / "new")
    open_vault(other)
    own = (other.data_dir / KEY_FILE).read_bytes()
    with pytest.raises(NotRestorable, match="another secret key"):
        restore_backup(other, file)
    assert (other.data_dir / KEY_FILE).read_bytes() == own
    assert is_empty(other)
    shutil.copy(settings.data_dir / KEY_FILE, other.data_dir)
    restore_backup(other, file)


def test_what_the_commands_tell(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    file, options = tmp_path / "club.zip", {"with_key": False, "replace": False}
    assert "Backed up" in backup_command(settings, file, verify=False, **options)
    assert "is whole" in backup_command(settings, file, verify=True, **options)
    new = ServiceSettings(data_dir=tmp_path / "new")
    assert "secret key" in restore_command(new, file)
    with database_of(new) as database, database.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
    for attempt in (
        partial(restore_command, new, file),
        partial(restore_command, new, tmp_path / "missing.zip"),
        partial(backup_command, settings, tmp_path, verify=True, **options),
        partial(backup_command, settings, tmp_path / "no" / "b.zip", verify=False, **options),
        partial(
            restore_command,
            ServiceSettings(data_dir=tmp_path / "pg", database_url="postgresql://127.0.0.1:1/x"),
            file,
        ),
    ):
        with pytest.raises(CommandError) as caught:
            attempt()
        assert "\n" not in str(caught.value)
