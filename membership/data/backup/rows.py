"""Rows as lines of text, independent of the kind of database.

A line is a JSON array with one value per column. Types that JSON lacks are text: UUIDs, days and
instants in ISO form, bytes in base64. The kind of each column is stored in the backup, so that a
line can be read without the models of the version that wrote it.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    select,
)
from sqlalchemy.types import TypeEngine

from membership.store.database import UtcDateTime

_ROWS_AT_ONCE = 1000
_LARGE_ROWS_AT_ONCE = 16
_MODULUS = 1 << 256


class Kind(StrEnum):
    """The type of a column's values, independent of the database."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    UUID = "uuid"
    INSTANT = "instant"
    DAY = "day"
    BYTES = "bytes"
    JSON = "json"


Columns = Sequence[tuple[str, Kind]]
"""Name and kind of each column, in the order of a line's values."""

_KINDS: tuple[tuple[type[TypeEngine[Any]] | type[UtcDateTime], Kind], ...] = (
    (UtcDateTime, Kind.INSTANT),
    (Uuid, Kind.UUID),
    (Boolean, Kind.BOOLEAN),
    (Integer, Kind.INTEGER),
    (Date, Kind.DAY),
    (LargeBinary, Kind.BYTES),
    (JSON, Kind.JSON),
    (String, Kind.TEXT),
)
_TYPES: Mapping[Kind, Callable[[], Any]] = {
    Kind.TEXT: Text,
    Kind.INTEGER: BigInteger,
    Kind.BOOLEAN: Boolean,
    Kind.UUID: Uuid,
    Kind.INSTANT: UtcDateTime,
    Kind.DAY: Date,
    Kind.BYTES: LargeBinary,
    Kind.JSON: lambda: JSON(none_as_null=True),
}
_WRITERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.UUID: str,
    Kind.INSTANT: datetime.isoformat,
    Kind.DAY: date.isoformat,
    Kind.BYTES: lambda data: base64.b64encode(data).decode("ascii"),
}
_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.UUID: UUID,
    Kind.INSTANT: datetime.fromisoformat,
    Kind.DAY: date.fromisoformat,
    Kind.BYTES: lambda text: base64.b64decode(text, validate=True),
}


def columns_of(table: Table) -> Columns:
    """Name and kind of a table's columns. Raises TypeError for a type without a kind."""
    return [(column.name, _kind(column)) for column in table.columns]


def _kind(column: Column[Any]) -> Kind:
    """The kind of a column. Raises TypeError."""
    for stored_as, kind in _KINDS:
        if isinstance(column.type, stored_as):
            return kind
    raise TypeError(f"{column.table.name}.{column.name}: {column.type!r} cannot be backed up")


def bare_table(name: str, columns: Columns) -> Table:
    """A table of these columns only, to read and fill it in any revision of the schema."""
    return Table(name, MetaData(), *(Column(each, _TYPES[kind]()) for each, kind in columns))


def read_rows(
    connection: Connection, name: str, columns: Columns
) -> Generator[Sequence[Any], None, None]:
    """All rows of a table as a stream, in no particular order.

    Whoever stops in the middle closes it before the connection.
    """
    large = any(kind is Kind.BYTES for _, kind in columns)
    at_once = _LARGE_ROWS_AT_ONCE if large else _ROWS_AT_ONCE
    query = select(bare_table(name, columns)).execution_options(
        stream_results=True, yield_per=at_once
    )
    with connection.execute(query) as found:
        yield from found


def encode_row(row: Sequence[Any], columns: Columns) -> bytes:
    """Encode a row as a line."""
    values = [
        value if value is None or kind not in _WRITERS else _WRITERS[kind](value)
        for value, (_, kind) in zip(row, columns, strict=True)
    ]
    return json.dumps(values, separators=(",", ":")).encode("ascii") + b"\n"


def decode_row(line: bytes, columns: Columns) -> dict[str, Any]:
    """Decode a line. Raises ValueError or TypeError for an invalid one."""
    values = json.loads(line)
    if not isinstance(values, list):
        raise ValueError("a line is not a list of values")
    return {
        name: value if value is None or kind not in _READERS else _READERS[kind](value)
        for value, (name, kind) in zip(values, columns, strict=True)
    }


@dataclass
class Tally:
    """Number and digests of lines.

    ``content`` does not depend on their order: tables with the same rows have the same one.
    """

    rows: int = 0
    _all: Any = field(default_factory=hashlib.sha256)
    _sum: int = 0

    def add(self, line: bytes) -> None:
        """Count a line."""
        self.rows += 1
        self._all.update(line)
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % _MODULUS

    @property
    def sha256(self) -> str:
        """SHA-256 of the concatenated lines, in hexadecimal."""
        return str(self._all.hexdigest())

    @property
    def content(self) -> str:
        """Sum of the SHA-256 of each line, modulo 2**256, in hexadecimal."""
        return f"{self._sum:064x}"


def tally(rows: Iterable[Sequence[Any]], columns: Columns) -> Tally:
    """Number and digests of rows."""
    counted = Tally()
    for row in rows:
        counted.add(encode_row(row, columns))
    return counted
