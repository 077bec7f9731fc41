"""Creates a backup of a database that is in use.

Everything is read in one snapshot: a reading transaction on SQLite's write-ahead log, or
REPEATABLE READ on PostgreSQL. Neither blocks writers. The file gets its name when it is complete,
synced and verified; until then it is a draft.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from membership.base.private_files import noted_draft, remove_dead_drafts
from membership.base.settings import SQLITE_FILE_NAME, ServiceSettings
from membership.base.vault import KEY_FILE, VaultError, key_place
from membership.base.version import service_version
from membership.data.backup.archive import Archive, ArchiveWriter, Manifest, SequenceEntry
from membership.data.backup.errors import BackupError, NothingToBackUp
from membership.data.backup.rows import columns_of, read_rows
from membership.store.database import Database, open_database
from membership.store.migrate import HEAD, schema_revision
from membership.store.models import Organization
from membership.store.secret_key import checked_vault

_TABLES = Organization.metadata.sorted_tables


def create_backup(
    settings: ServiceSettings,
    file: Path,
    *,
    now: datetime,
    with_key: bool = False,
    replace: bool = False,
    on_snapshot: Callable[[], None] | None = None,
) -> Manifest:
    """Back the database up into ``file``; returns the manifest.

    ``on_snapshot`` is called once the snapshot is taken. Raises NothingToBackUp if there is no
    database of this version; BackupError if ``file`` exists, unless ``replace``; OSError if it
    cannot be written; DatabaseTooNew, ForeignDatabase and sqlalchemy.exc.SQLAlchemyError if the
    database cannot be read.
    """
    if file.exists() and not replace:
        raise BackupError(f"{file} exists; give another name, or --replace.")
    key = _key(settings) if with_key else None
    database = _existing_database(settings)
    try:
        if settings.data_dir.is_dir():
            remove_dead_drafts(settings.data_dir)
        with noted_draft(settings.data_dir, file) as stream:
            with _snapshot(database) as connection:
                if on_snapshot is not None:
                    on_snapshot()
                if key is not None:
                    _require_fitting_key(settings, connection)
                with ArchiveWriter(stream) as archive:
                    manifest = _write(archive, connection, now, key)
            stream.flush()
            with Archive(Path(stream.name)) as written:
                written.verify()
        _sync_folder(file.parent)
        return manifest
    finally:
        database.engine.dispose()


def _existing_database(settings: ServiceSettings) -> Database:
    """Open the database. Raises NothingToBackUp if SQLite would create an empty file."""
    database = open_database(settings)
    path = database.engine.url.database
    if database.engine.dialect.name == "sqlite" and not Path(path or "").is_file():
        raise NothingToBackUp(f"{database.place} does not exist.")
    return database


def _key(settings: ServiceSettings) -> str:
    """The secret key. Raises NothingToBackUp if there is none yet."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    file = settings.data_dir / KEY_FILE
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise NothingToBackUp(f"{file} does not exist: leave out --with-key.") from error


def _require_fitting_key(settings: ServiceSettings, connection: Connection) -> None:
    """Raise NothingToBackUp for a key with which the backup could not be used."""
    try:
        checked_vault(settings, connection)
    except VaultError as error:
        raise NothingToBackUp(f"{error} Or leave out --with-key.") from error


def left_out(settings: ServiceSettings, *, with_key: bool) -> list[str]:
    """Return what belongs to the club and is in no backup, by name: keys, settings, files.

    Raises OSError if the data folder cannot be read.
    """
    names = ["the settings (WALLETDESK_…)"]
    if not with_key:
        names.insert(0, f"the secret key ({key_place(settings)}), without which it is worth less")
    if settings.data_dir.is_dir():
        names += [
            str(each)
            for each in sorted(settings.data_dir.iterdir())
            if not each.name.startswith((KEY_FILE, SQLITE_FILE_NAME, "."))
        ]
    return names


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable, on systems that support it."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """A connection that reads one snapshot of the database."""
    engine = database.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    with engine.connect() as connection:
        # The first statement that reads takes the snapshot.
        found = schema_revision(connection, database.place)
        if found is None:
            raise NothingToBackUp(f"{database.place} is empty.")
        if found != HEAD:
            raise NothingToBackUp(
                f"{database.place} has schema revision {found}, this version works with {HEAD}: "
                "start the service once to bring it up to date."
            )
        yield connection


def _write(
    archive: ArchiveWriter, connection: Connection, now: datetime, key: str | None
) -> Manifest:
    """Write all tables of a snapshot."""
    tables = []
    for table in _TABLES:
        columns = columns_of(table)
        with contextlib.closing(read_rows(connection, table.name, columns)) as rows:
            tables.append(archive.add_table(table.name, columns, rows))
    if key is not None:
        archive.add_key(key)
    manifest = Manifest(
        program_version=service_version(),
        schema_revision=HEAD,
        created_at=now,
        source=connection.dialect.name,
        tables=tables,
        sequences=list(_sequences(connection)),
        with_key=key is not None,
    )
    archive.finish(manifest)
    return manifest


def _sequences(connection: Connection) -> Iterator[SequenceEntry]:
    """Auto-incremented columns, and the last numbers that were given."""
    for table in _TABLES:
        column = table.autoincrement_column
        if column is None:
            continue
        last = connection.execute(select(func.max(column))).scalar_one() or 0
        if connection.dialect.name == "postgresql":
            name = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": table.name, "column": column.name},
            ).scalar_one()
            # Rows with the last numbers may be deleted; the numbers are not reused.
            counted = connection.execute(
                text(f"SELECT last_value FROM {name} WHERE is_called")  # noqa: S608 - its own name
            ).scalar()
            last = max(last, counted or 0)
        yield SequenceEntry(table=table.name, column=column.name, last=last)
