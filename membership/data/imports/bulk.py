"""Many rows at once: past the objects of the session, straight into the database.

PostgreSQL takes them by COPY. The values of each column are converted by the column's own type,
as an ordinary insert would do it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Table

from membership.store.base_model import Base

if TYPE_CHECKING:
    import psycopg

Row = tuple[Any, ...]
_Processor = Callable[[Any], Any] | None
IN_ONE_QUERY = 900
"""Values of an IN list at once: older SQLite takes fewer than a thousand parameters."""


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
    """How rows of one table are inserted on one kind of database."""

    def __init__(self, dialect: Any, table: Table, columns: tuple[str, ...]) -> None:
        self.table, self.columns = table.name, columns
        marks = ", ".join("?" * len(columns))
        self.statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names of our own tables
        self._processors = [
            table.c[column].type.dialect_impl(dialect).bind_processor(dialect) for column in columns
        ]

    def convert(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Rows with their values as the driver takes them."""
        processors = self._processors
        for row in rows:
            yield tuple(
                value if process is None else process(value)
                for value, process in zip(row, processors, strict=True)
            )


_PLANS: dict[tuple[str, type[Base], tuple[str, ...]], _Plan] = {}


def _plan_for(connection: Connection, table: type[Base], columns: tuple[str, ...]) -> _Plan:
    """The plan for a table on this kind of database, made once."""
    key = (connection.dialect.name, table, columns)
    if key not in _PLANS:
        _PLANS[key] = _Plan(connection.dialect, cast(Table, table.__table__), columns)
    return _PLANS[key]


def _copy(connection: Connection, plan: _Plan, rows: Iterable[Row]) -> None:
    """Send rows to PostgreSQL by COPY."""
    from psycopg import sql  # noqa: PLC0415 - only where the database is PostgreSQL

    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(plan.table), sql.SQL(", ").join(map(sql.Identifier, plan.columns))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Values in lists that fit one query."""
    whole = list(values)
    for start in range(0, len(whole), IN_ONE_QUERY):
        yield whole[start : start + IN_ONE_QUERY]
