"""Statements of the fast path: compiled once, executed on the driver's own cursor.

SQLAlchemy looks up a statement's compiled form, builds an execution context and a result for each
execution, which takes longer than most of these statements run. A ``Prepared`` keeps what does
not change, and leaves connections, transactions and errors to SQLAlchemy.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.dml import ReturningInsert

from membership.store.database import AnyRow

_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in one dialect, with the conversions of its parameters and of its columns."""

    sql: str
    fixed: Mapping[str, Any]
    into: Sequence[tuple[str, _Convert]]
    positions: Sequence[str] | None
    row: Callable[[Sequence[Any]], Any]
    out: Sequence[tuple[int, _Convert]]


class Prepared:
    """A SELECT, or an INSERT with RETURNING; see ``rows`` for what it takes."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | ReturningInsert[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, parameters: Mapping[str, Any]) -> list[AnyRow]:
        """Execute, and return all rows: named tuples with the keys of the statement's columns.

        ``parameters`` have the same names each time, no lists among them, and of an INSERT every
        column that has a default. No transaction is begun. Raises DBAPIError.
        """
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement, dialect, parameters)
        values = {**compiled.fixed, **parameters}
        for name, convert in compiled.into:
            values[name] = convert(values[name])
        sent = values if compiled.positions is None else [values[n] for n in compiled.positions]
        cursor = connection.connection.cursor()
        try:
            for listener in connection.dispatch.before_cursor_execute:
                listener(connection, cursor, compiled.sql, sent, None, False)
            cursor.execute(compiled.sql, sent)
            found = cursor.fetchall()
            cursor.close()
        except dialect.loaded_dbapi.Error as error:
            # Wraps the error and discards connections that were lost, as SQLAlchemy's own execute.
            connection._handle_dbapi_exception(error, compiled.sql, sent, cursor, None)
        return [_row(compiled, row) for row in found]


def _row(compiled: _Compiled, values: Sequence[Any]) -> AnyRow:
    """Convert what the driver returned."""
    converted = list(values)
    for position, convert in compiled.out:
        value = converted[position]
        if value is not None:
            converted[position] = convert(value)
    return cast(AnyRow, compiled.row(converted))


def _compile(
    statement: Select[*tuple[Any, ...]] | ReturningInsert[Any],
    dialect: Dialect,
    parameters: Mapping[str, Any],
) -> _Compiled:
    """Compile a statement that is executed with the names of ``parameters``."""
    compiled = statement.compile(dialect=dialect, column_keys=sorted(parameters))
    missing = [column.name for column in getattr(compiled, "insert_prefetch", ())]
    if missing:
        raise ValueError(f"no default is filled in by a prepared statement: give {missing}")
    fixed = {name: bind.effective_value for name, bind in compiled.binds.items()}
    into = [
        (name, convert)
        for name, bind in compiled.binds.items()
        if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]
    columns = list(statement.exported_columns)
    convert_columns = [
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
    ]
    new_type: Any = namedtuple  # its fields are not known to the type checker
    row = new_type("Row", [str(column.key) for column in columns], rename=True)
    return _Compiled(
        sql=str(compiled),
        fixed=fixed,
        into=into,
        positions=compiled.positiontup,
        row=row._make,
        out=[(at, convert) for at, convert in enumerate(convert_columns) if convert is not None],
    )
