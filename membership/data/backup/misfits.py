"""Finds the row that a database refuses, and the field: SQLite stores what PostgreSQL does not."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, SmallInteger, String, Table, inspect
from sqlalchemy.exc import DataError, IntegrityError

from membership.data.backup.errors import NotRestorable

_BITS = ((BigInteger, 63), (SmallInteger, 15), (Integer, 31))
"""Bits of the integers of PostgreSQL; the kinds of kinds first."""
REFUSED = (DataError, IntegrityError)
"""Errors that a row is to blame for."""


def find_misfit(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], before: int
) -> NotRestorable | None:
    """Return an error that names the first of ``rows`` that cannot be stored; None if all can.

    ``before`` rows of the table came before these. Nothing is stored.
    """
    for number, row in enumerate(rows, before + 1):
        attempt = connection.begin_nested()
        try:
            connection.execute(table.insert(), [row])
        except REFUSED as error:
            refused: Exception | None = error
        else:
            refused = None
        finally:
            attempt.rollback()
        if refused is not None:
            return NotRestorable(_described(connection, table, row, number, refused))
    return None


def _described(
    connection: Connection, table: Table, row: dict[str, Any], number: int, error: Exception
) -> str:
    """Table, row and field as a sentence, without the value."""
    columns = inspect(connection).get_columns(table.name)
    keys = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
    key = ", ".join(f"{name} {row[name]}" for name in keys if name in row)
    why = next(filter(None, (_misfit(each, row.get(each["name"])) for each in columns)), None)
    if why is None:
        origin = getattr(error, "orig", error)
        why = str(origin).splitlines()[0]
    return (
        f"{table.name}, row {number} of the backup ({key}): {why}. Correct it where the backup "
        "was made, and make another one; nothing was changed."
    )


def _misfit(column: Any, value: Any) -> str | None:
    """Why a value does not fit its column; None if it does, as far as can be told."""
    kind, name = column["type"], column["name"]
    if value is None:
        return None if column["nullable"] else f"{name} is missing"
    if isinstance(kind, String) and isinstance(value, str):
        if kind.length is not None and len(value) > kind.length:
            return f"{name} has {len(value)} characters, of at most {kind.length}"
        return f"{name} has a NUL character" if "\0" in value else None
    if isinstance(value, int) and not isinstance(value, bool):
        bits = next((bits for each, bits in _BITS if isinstance(kind, each)), None)
        if bits is not None and not -(2**bits) <= value < 2**bits:
            return f"{name} is too large: {value}"
    return None
