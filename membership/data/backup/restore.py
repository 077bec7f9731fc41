"""Restores a backup into an empty database, of either kind: completely or not at all.

The file is verified against its manifest before the database is opened. Then one transaction
creates the schema of the backup's revision, inserts the rows, compares what the database returns,
runs the migrations since, and records the restore in the audit. An interruption leaves the database
empty.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from membership.base.clock import system_clock
from membership.base.private_files import prepare_data
from membership.base.settings import ServiceSettings
from membership.base.vault import KEY_FILE, KeyMissing, Vault, VaultError
from membership.data.backup.archive import Archive, Manifest, TableEntry
from membership.data.backup.entries import record_restore
from membership.data.backup.errors import BackupDamaged, BackupTooNew, NotRestorable
from membership.data.backup.misfits import REFUSED, find_misfit
from membership.data.backup.rows import Kind, bare_table, read_rows, tally
from membership.store import advisory_lock
from membership.store.advisory_lock import Lock
from membership.store.database import WRITES, Database, open_database
from membership.store.migrate import HEAD, REVISIONS, upgrade_schema, use_wal
from membership.store.secret_key import checked_vault
from membership.store.sqlite_stats import write_planner_stats

_ROWS_AT_ONCE = 500
_LARGE_ROWS_AT_ONCE = 8


def verify_backup(file: Path) -> Manifest:
    """Read a backup and verify it against its manifest, which is returned.

    Raises BackupDamaged or BackupTooNew; OSError if it cannot be read.
    """
    with Archive(file) as archive:
        _require_known(file, archive.manifest)
        return archive.verify()


def restore_backup(
    settings: ServiceSettings, file: Path, *, on_table: Callable[[str], None] = lambda _: None
) -> Manifest:
    """Restore ``file`` into the database of the settings; returns the manifest.

    ``on_table`` is called with the name of each table when its rows are inserted. Raises
    BackupDamaged, BackupTooNew or NotRestorable, having changed nothing; OSError and
    sqlalchemy.exc.SQLAlchemyError if file or database cannot be read or written.
    """
    with Archive(file) as archive:
        _require_known(file, archive.manifest)
        archive.verify()
        prepare_data(settings)
        database = open_database(settings)
        try:
            _restore(settings, database, archive, on_table)
        finally:
            database.engine.dispose()
        return archive.manifest


def _require_known(file: Path, manifest: Manifest) -> None:
    """Raise BackupTooNew for a schema revision that this version does not know."""
    if manifest.schema_revision not in REVISIONS:
        raise BackupTooNew(
            f"{file} was written by a newer version (schema revision "
            f"{manifest.schema_revision}; this version knows revisions up to {HEAD})."
        )


def _restore(
    settings: ServiceSettings,
    database: Database,
    archive: Archive,
    on_table: Callable[[str], None],
) -> None:
    """Fill an empty database. Raises NotRestorable."""
    with database.engine.connect() as connection:
        _require_empty(connection, database.place)
    if database.engine.dialect.name == "sqlite":
        use_wal(database)
    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        # A service that starts meanwhile waits, and then finds a database.
        advisory_lock.hold(connection, Lock.SETUP)
        _require_empty(connection, database.place)
        _restore_key(settings, archive.key())
        upgrade_schema(connection, archive.manifest.schema_revision)
        for table in archive.manifest.tables:
            _fill(connection, archive, table)
            on_table(table.name)
        for table in archive.manifest.tables:
            _compare(connection, table)
        _set_sequences(connection, archive.manifest)
        upgrade_schema(connection)
        record_restore(database, connection, archive.manifest, system_clock())
        _require_fitting_key(settings, connection)
        if connection.dialect.name == "sqlite":
            write_planner_stats(connection)
        else:
            connection.execute(text("ANALYZE"))


def _require_empty(connection: Connection, place: str) -> None:
    """Raise NotRestorable if there is any table."""
    tables = inspect(connection).get_table_names()
    if tables:
        raise NotRestorable(
            f"{place} is not empty (it has a table {sorted(tables)[0]!r}). A backup is restored "
            "into an empty database only; it was not changed."
        )


def _restore_key(settings: ServiceSettings, key: str | None) -> None:
    """Store the backup's key in the data folder. Raises NotRestorable if there is another."""
    if key is None:
        return
    try:
        Vault(key)
    except VaultError as error:
        raise BackupDamaged(f"The backup's secret key is none: {error}") from error
    file = settings.data_dir / KEY_FILE
    if settings.secret_key is not None:
        there: str | None = settings.secret_key.get_secret_value()
    else:
        there = file.read_text(encoding="ascii").strip() if file.exists() else None
    if there is None:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(key.encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
    elif there != key:
        raise NotRestorable(f"There is another secret key already ({file}); nothing was changed.")


def _require_fitting_key(settings: ServiceSettings, connection: Connection) -> None:
    """Raise NotRestorable for a key that is there and does not open what was restored."""
    try:
        checked_vault(settings, connection)
    except KeyMissing:
        return  # the command says so
    except VaultError as error:
        raise NotRestorable(
            f"{error} Nothing was changed; take this key away to restore without any."
        ) from error


def _fill(connection: Connection, archive: Archive, entry: TableEntry) -> None:
    """Insert a table's rows in batches. Raises NotRestorable naming a row that does not fit."""
    table = bare_table(entry.name, entry.columns)
    large = any(kind is Kind.BYTES for _, kind in entry.columns)
    size = _LARGE_ROWS_AT_ONCE if large else _ROWS_AT_ONCE
    done = 0
    for rows in _batches(archive.rows(entry), size):
        try:
            with connection.begin_nested():
                connection.execute(table.insert(), rows)
        except REFUSED as error:
            misfit = find_misfit(connection, table, rows, done)
            if misfit is None:
                raise
            raise misfit from error
        done += len(rows)


def _batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Rows in lists of at most ``size``."""
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch


def _compare(connection: Connection, entry: TableEntry) -> None:
    """Raise BackupDamaged unless the database returns what the backup holds."""
    stored = tally(read_rows(connection, entry.name, entry.columns), entry.columns)
    if (stored.rows, stored.content) != (entry.rows, entry.content):
        raise BackupDamaged(
            f"{entry.name} was not stored as it is in the backup ({stored.rows} of "
            f"{entry.rows} rows); nothing was changed."
        )


def _set_sequences(connection: Connection, manifest: Manifest) -> None:
    """Set the sequences of PostgreSQL to the last numbers; SQLite uses the largest row."""
    if connection.dialect.name != "postgresql":
        return
    for entry in manifest.sequences:
        if entry.last > 0:
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"),
                {"table": entry.table, "column": entry.column, "last": entry.last},
            )
