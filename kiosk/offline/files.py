"""SQLite files of a desk: readable by their owner only, put aside when they are damaged."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time_ns

import structlog

log = structlog.get_logger(__name__)

_BUSY_S = 5.0


def open_database(path: Path, schema: str, *, durable: bool) -> sqlite3.Connection:
    """Open the database at ``path``, and make it if there is none.

    ``durable``: a commit is on the disk when it returns (``synchronous=FULL``). A file that is no
    intact database is renamed, and an empty one takes its place. Raises OSError, and sqlite3.Error
    if none can be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _opened(path, schema, durable=durable)
    except sqlite3.DatabaseError as error:
        if not path.exists() or isinstance(error, sqlite3.OperationalError):
            raise
        aside = path.with_name(f"{path.name}.{time_ns()}.damaged")
        log.error("file of this desk is damaged, and put aside", path=str(aside), error=repr(error))
        path.rename(aside)
        for ending in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).unlink()
        return _opened(path, schema, durable=durable)


def _opened(path: Path, schema: str, *, durable: bool) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    found = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        found.execute("PRAGMA journal_mode=WAL")
        found.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        found.executescript(schema)
    except BaseException:
        found.close()
        raise
    return found


@contextmanager
def at_once(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit all that is written within, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
