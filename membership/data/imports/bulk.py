"""Bulk inserts, past the objects of the session; by COPY on PostgreSQL.

Values are converted by the types of their columns, as in an ordinary insert.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from membership.store.base_model import Base

if TYPE_CHECKING:
    import psycopg

Row = tuple[Any, ...]
_Processor = Callable[[Any], Any] | None
MAX_IN_LIST = 900
"""Most values of an IN list: older SQLite accepts fewer than a thousand parameters."""


def insert_rows(
    connection: Connection, table: type[Base], columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """Insert rows, given as tuples of the values of ``columns``."""
    if not rows:
        return
    plan = _plan_for(connection, table, columns)
    converted = plan.convert(rows)
    if connection.dialect.name == "postgresql":
        _copy(connection, plan, converted)
    else:
        connection.exec_driver_sql(plan.statement, list(converted))


class _Plan:
    """The insert of a table's rows for one kind of database."""

    def __init__(self, dialect: Any, table: Table, columns: tuple[str, ...]) -> None:
        self.table, self.columns = table.name, columns
        marks = ", ".join("?" * len(columns))
        self.statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names of our own tables
        self._processors = [
            table.c[column].type.dialect_impl(dialect).bind_processor(dialect) for column in columns
        ]

    def convert(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Rows with their values converted for the driver."""
        processors = self._processors
        for row in rows:
            yield tuple(
                value if process is None else process(value)
                for value, process in zip(row, processors, strict=True)
            )


_PLANS: dict[tuple[str, type[Base], tuple[str, ...]], _Plan] = {}


def _plan_for(connection: Connection, table: type[Base], columns: tuple[str, ...]) -> _Plan:
    """The plan for a table on this kind of database; cached."""
    key = (connection.dialect.name, table, columns)
    if key not in _PLANS:
        _PLANS[key] = _Plan(connection.dialect, cast(Table, table.__table__), columns)
    return _PLANS[key]


def _copy(connection: Connection, plan: _Plan, rows: Iterable[Row]) -> None:
    """Send rows to PostgreSQL by COPY."""
    import psycopg  # noqa: PLC0415 - only where the database is PostgreSQL
    from psycopg import sql  # noqa: PLC0415

    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(plan.table), sql.SQL(", ").join(map(sql.Identifier, plan.columns))
    )
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        # Errors of the driver are those of the database, as in an ordinary insert.
        raise DBAPIError.instance(
            plan.statement, None, error, psycopg.Error, dialect=connection.dialect
        ) from error


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Values in lists of at most ``MAX_IN_LIST``."""
    whole = list(values)
    for start in range(0, len(whole), MAX_IN_LIST):
        yield whole[start : start + MAX_IN_LIST]
