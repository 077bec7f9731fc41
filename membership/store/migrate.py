"""Migration of a database to the schema of this version; a newer one is refused.

Alembic is only loaded when there is something to migrate: it costs half a second of start.
"""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from membership.store import advisory_lock
from membership.store.advisory_lock import Lock
from membership.store.database import WRITES, Database
from membership.store.sqlite_stats import write_planner_stats

REVISIONS = tuple(f"{number:04d}" for number in range(1, 41 + 1))
"""All revisions of the schema that this version knows, oldest first."""

HEAD = REVISIONS[-1]
"""The schema revision of this version."""


_SWITCH_AGAIN_S = 0.01


class MigrationError(Exception):
    """Base of the errors for a database that cannot be used. ``code`` is stable."""

    code = "migration_failed"


class DatabaseTooNew(MigrationError):
    """The database was migrated by a newer version; it was not changed."""

    code = "database_too_new"

    def __init__(self, place: str, found: str) -> None:
        self.place, self.found, self.known = place, found, HEAD
        super().__init__(
            f"{place} was written by a newer version (schema revision {found}; "
            f"this version knows revisions up to {HEAD}). It was not changed."
        )


class NotADatabase(MigrationError):
    """The file exists, but is no SQLite database, or a damaged one."""

    code = "not_a_database"

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} is not a database of this program, or it is damaged.")


class ForeignDatabase(MigrationError):
    """The database has tables of another program; it was not changed."""

    code = "not_a_database"

    def __init__(self, place: str, table: str) -> None:
        super().__init__(f"{place} holds tables of another program (such as {table!r}).")


def migrate(database: Database) -> None:
    """Upgrade to ``HEAD``; of several processes at once, one migrates and the others wait.

    Raises DatabaseTooNew, NotADatabase or ForeignDatabase, having changed nothing;
    sqlalchemy.exc.OperationalError where the database cannot be reached or written.
    """
    try:
        if _is_current(database):
            return
        if database.engine.dialect.name == "sqlite":
            use_wal(database)
        with database.engine.execution_options(**{WRITES: True}).begin() as connection:
            advisory_lock.hold(connection, Lock.SETUP)
            # Another process may have migrated while this one waited for the lock.
            if schema_revision(connection, database.place) != HEAD:
                upgrade_schema(connection)
                if connection.dialect.name == "sqlite":
                    write_planner_stats(connection)
        # Open connections have cached the old schema and statistics.
        database.engine.dispose()
    except DatabaseError as error:
        if _is_no_database(error):
            raise NotADatabase(database.place) from error
        raise


def _is_current(database: Database) -> bool:
    """Whether the schema is current. Raises, without writing, for a database that is not ours."""
    with database.engine.connect() as connection:
        return schema_revision(connection, database.place) == HEAD


def schema_revision(connection: Connection, place: str) -> str | None:
    """Return the revision of the schema, or None for an empty database.

    Raises DatabaseTooNew or ForeignDatabase.
    """
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise ForeignDatabase(place, tables[0])
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is None:
        return None
    # A version has all revisions before its own, so an unknown one is newer.
    if found not in REVISIONS:
        raise DatabaseTooNew(place, str(found))
    return str(found)


def use_wal(database: Database) -> None:
    """Switch a SQLite file to write-ahead logging; the mode is stored in the file.

    Of several that switch at once, SQLite refuses some without waiting, as each may hold what
    another one waits for: it is tried again for as long as a lock is waited for. Raises
    sqlalchemy.exc.OperationalError.
    """
    switch = "PRAGMA journal_mode = WAL"  # not possible within a transaction
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        milliseconds = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        deadline = time.monotonic() + milliseconds / 1000
        while not _executed(cursor, switch, last=time.monotonic() >= deadline):
            time.sleep(_SWITCH_AGAIN_S)
    except sqlite3.OperationalError as error:
        raise OperationalError(switch, None, error) from error
    finally:
        raw.close()


def _executed(cursor: Any, statement: str, *, last: bool) -> bool:
    """Execute a statement; returns False if the file is locked, which is raised at the last try."""
    try:
        cursor.execute(statement)
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def upgrade_schema(connection: Connection, revision: str = HEAD) -> None:
    """Run the missing revisions up to ``revision`` in the transaction of ``connection``."""
    from alembic import command  # noqa: PLC0415 - see the module docstring
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "membership.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _is_no_database(error: DatabaseError) -> bool:
    """Whether the error is SQLite's for a file that is no database, or damaged."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
