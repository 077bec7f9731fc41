"""Inserts that may meet a row of the same key: made at once by somebody else, or before.

To look first and insert then is a race on PostgreSQL, where two transactions do not see each
other. Here the database itself decides which of them is first; the other waits for it.
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
    """An insert into a table, in the dialect of the connection's database."""
    target: Any = table.__table__
    if connection.dialect.name == "postgresql":
        return PostgresqlInsert(target)
    return SqliteInsert(target)


def random_uuid(connection: Connection) -> ColumnElement[UUID]:
    """An expression that is another random UUID (version 4) in every row."""
    if connection.dialect.name == "postgresql":
        return func.gen_random_uuid(type_=Uuid())
    # SQLite has only random bytes, and here UUIDs are 32 hexadecimal digits.
    digits: ColumnElement[str] = literal_column(
        "lower(hex(randomblob(6)) || '4' || substr(hex(randomblob(2)), 2)"
        " || 'a' || substr(hex(randomblob(2)), 2) || hex(randomblob(6)))"
    )
    return type_coerce(digits, Uuid())
