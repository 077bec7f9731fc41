"""Inserts with ``ON CONFLICT``, in the dialect of the database.

A select before an insert is a race on PostgreSQL, where concurrent transactions do not see each
other. With ``ON CONFLICT`` the database decides which insert is first; the other waits for it.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Uuid, func, literal_column, type_coerce
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from membership.store.base_model import Base

AnyInsert = PostgresqlInsert | SqliteInsert
"""An insert with ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""


def insert_into(connection: Connection, table: type[Base]) -> AnyInsert:
    """Return an insert into a table, in the dialect of the connection."""
    target: Any = table.__table__
    if connection.dialect.name == "postgresql":
        return PostgresqlInsert(target)
    return SqliteInsert(target)


def random_uuid(connection: Connection) -> ColumnElement[UUID]:
    """Return an expression that yields a new random UUID (version 4) for every row."""
    if connection.dialect.name == "postgresql":
        return func.gen_random_uuid(type_=Uuid())
    # SQLite has random bytes only; UUIDs are stored as 32 hexadecimal digits.
    digits: ColumnElement[str] = literal_column(
        "lower(hex(randomblob(6)) || '4' || substr(hex(randomblob(2)), 2)"
        " || 'a' || substr(hex(randomblob(2)), 2) || hex(randomblob(6)))"
    )
    return type_coerce(digits, Uuid())
