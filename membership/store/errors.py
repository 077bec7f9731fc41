"""Mapping of database errors to HTTP problems: status, code, and whether to retry."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


@dataclass(frozen=True)
class DatabaseProblem:
    """A problem (RFC 9457) that a database error is answered with."""

    status: int
    code: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


STORAGE_FULL = DatabaseProblem(
    507, "storage_full", "The service cannot store anything more: its disk is full."
)
BUSY = DatabaseProblem(
    503, "database_busy", "The database is busy; please try again.", {"Retry-After": "1"}
)
UNAVAILABLE = DatabaseProblem(
    503, "database_unavailable", "The database cannot be reached.", {"Retry-After": "5"}
)
READ_ONLY = DatabaseProblem(
    503, "database_read_only", "The database cannot be written to.", {"Retry-After": "60"}
)
DAMAGED = DatabaseProblem(
    503, "database_damaged", "The database file is damaged or missing.", {"Retry-After": "60"}
)
UNREADABLE = DatabaseProblem(
    503, "storage_failed", "The disk cannot be read or written.", {"Retry-After": "60"}
)
INVALID_VALUE = DatabaseProblem(422, "invalid_value", "A value that cannot be stored was sent.")

ALREADY_THERE = DatabaseProblem(
    409, "already_exists", "The same was stored by another request at the same time."
)
OVERTAKEN = DatabaseProblem(
    503,
    "overtaken",
    "What this refers to was changed by another request at the same time; please try again.",
    {"Retry-After": "1"},
)

_SQLITE = {
    sqlite3.SQLITE_FULL: STORAGE_FULL,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: UNAVAILABLE,
    sqlite3.SQLITE_IOERR: UNREADABLE,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
_SQLITE_VARIANTS = {
    # The WAL index could not grow: on a full disk this fails before any page is written.
    sqlite3.SQLITE_IOERR_SHMSIZE: STORAGE_FULL,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: ALREADY_THERE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: ALREADY_THERE,
}
_POSTGRESQL = {
    "53100": STORAGE_FULL,
    "23505": ALREADY_THERE,  # unique violation
    "23503": OVERTAKEN,  # foreign key violation: the customer was merged away meanwhile
    "55P03": BUSY,  # lock not available
    "40001": BUSY,  # serialization failure
    "40P01": BUSY,  # deadlock
    "53300": BUSY,  # too many connections
    "25006": READ_ONLY,
    "57P01": UNAVAILABLE,  # server is shutting down
    "57P02": UNAVAILABLE,  # server crashed
    "57P03": UNAVAILABLE,  # server is starting
}


def database_problem(error: SQLAlchemyError) -> DatabaseProblem | None:
    """Return the problem for an error, or None if the cause is a bug of this program."""
    if isinstance(error, PoolTimeout):
        return BUSY
    if not isinstance(error, DBAPIError):
        return None
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None)
    if sqlite_code is not None:
        # The low byte is the primary result code, the rest an extended one.
        return _SQLITE_VARIANTS.get(sqlite_code) or _SQLITE.get(sqlite_code & 0xFF)
    if isinstance(error, DataError):
        return INVALID_VALUE
    state = getattr(error.orig, "sqlstate", None)
    if state is None and error.connection_invalidated:
        return UNAVAILABLE
    if state is None:
        return UNAVAILABLE if type(error).__name__ == "OperationalError" else None
    return UNAVAILABLE if state.startswith("08") else _POSTGRESQL.get(state)
