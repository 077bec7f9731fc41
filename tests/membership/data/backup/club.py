"""A club with rows in every table, and databases compared row by row."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, LargeBinary, Table, Uuid, select
from sqlalchemy.orm import Session

from membership.base.settings import ServiceSettings
from membership.store.database import Database, UtcDateTime, open_database
from membership.store.models import AuditEntry, Organization
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases

DIRECTIONS = [
    (SQLITE, POSTGRESQL),
    (POSTGRESQL, SQLITE),
    pytest.param(SQLITE, SQLITE, marks=pytest.mark.soak),
    pytest.param(POSTGRESQL, POSTGRESQL, marks=pytest.mark.soak),
]
"""Of which database a backup is made, and into which it is restored."""

TABLES = Organization.metadata.sorted_tables

_INSTANTS = (
    datetime(2027, 3, 10, 11, 0, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 29, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1, 1, 3, tzinfo=UTC),
)
_TEXTS = ("Zoë 'O\"Brien\\ \u2028 \U0001f3ca", "", "a\nb\tc", "NULL")
_BYTES = (bytes(range(256)), b"", b"\n\r\x00")
_ONE_FOR_EACH_ORGANIZATION = {
    "billing_states",
    "signup_settings",
    "stripe_accounts",
    "wallet_identities",
    "wallet_states",
}
_JSON: tuple[Any, ...] = (
    {"b": [1, 2.5, None, True, "\u00e9"], "a": {"nested": []}, "": 2**53},
    [["area.pool", "Pool \u20ac"]],
    {},
)


def fill(session: Session, rows: int = 3) -> None:
    """Add ``rows`` rows with odd values to every table, each referring to the ones before."""
    made: dict[tuple[str, str], list[Any]] = {}
    # Tables without references come first in any order, and not all of them are of nobody.
    for table in sorted(TABLES, key=lambda each: each.name != "organizations"):
        for number in range(rows):
            row = {column.name: _value(made, column, number) for column in table.columns}
            _one_owner(table, row, number)
            session.execute(table.insert(), row)
            for name, value in row.items():
                made.setdefault((table.name, name), []).append(value)


def _value(made: Mapping[tuple[str, str], list[Any]], column: Column[Any], number: int) -> Any:
    """A value for a column; those of references are taken from the row of the same number."""
    if column.name == "organization_id":
        alone = column.table.name in _ONE_FOR_EACH_ORGANIZATION
        return made["organizations", "id"][number if alone else 0]
    for key in column.foreign_keys:
        return made[key.column.table.name, key.column.name][number]
    if column.nullable and number == 1:
        return None
    return _own_value(column, number)


def _own_value(column: Column[Any], number: int) -> Any:
    """A value that a column of this type can hold, and that is easily spoilt."""
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return _INSTANTS[number % len(_INSTANTS)]
    if isinstance(kind, Uuid):
        return uuid4() if number else UUID(int=number + 1)
    if isinstance(kind, Enum):
        return kind.python_type(kind.enums[number % len(kind.enums)])
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer):
        return number + 1
    if isinstance(kind, Date):
        return (date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31))[number % 3]
    if isinstance(kind, LargeBinary):
        return _BYTES[number % len(_BYTES)]
    if isinstance(kind, JSON):
        return _JSON[number % len(_JSON)]
    text = f"{number}{_TEXTS[number % len(_TEXTS)]}"
    return text[: getattr(kind, "length", None) or 200]


def _one_owner(table: Table, row: dict[str, Any], number: int) -> None:
    """Keep the promises that a table's CHECKs demand."""
    if table.name == "memberships":
        row["company_id" if number % 2 else "customer_id"] = None
        row["starts_at"], row["ends_at"] = _INSTANTS[0], None if number == 1 else _INSTANTS[1]
        row["last_day"] = None if number == 1 else date(9999, 12, 28)
    if table.name == "billing_orders":
        row["company_id" if number % 2 else "customer_id"] = None


def contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table, as text, in one order on all databases.

    Without the entries of restores, which are not of the backup.
    """
    found = {}
    with database.engine.connect() as connection:
        for table in TABLES:
            query = select(table)
            if table.name == AuditEntry.__tablename__:
                query = query.where(table.c.action != "backup.restored")
            rows = connection.execute(query).all()
            found[table.name] = sorted(repr([_plain(value) for value in row]) for row in rows)
    return found


def _plain(value: Any) -> Any:
    """Bytes as such, whatever a driver gives for them."""
    return bytes(value) if isinstance(value, memoryview) else value


def empty_settings(databases: Databases, kind: str, folder: Path) -> ServiceSettings:
    """Settings of a database without any table, with its data in ``folder``."""
    folder.mkdir(exist_ok=True)
    url = None if kind == SQLITE else databases.empty_postgres()
    return ServiceSettings(data_dir=folder, database_url=url)


def opened(settings: ServiceSettings) -> Iterator[Database]:
    """The database of settings, closed at the end."""
    database = open_database(settings)
    yield database
    database.engine.dispose()
