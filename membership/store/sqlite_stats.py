"""Fixed statistics for SQLite's query planner (``sqlite_stat1``), those of a large club.

Every index begins with the organization, which nearly all rows share. Without statistics the
planner assumes that any indexed column is selective, and may read all memberships of a club to
find those of one customer. ANALYZE of a new database would describe a small one; with fixed
statistics the plans are the same at every size. PostgreSQL gathers its own statistics.
"""

from sqlalchemy import Connection, text

_ROWS = 1_000_000
_ROWS_OF_PARTIAL = _ROWS // 100
"""Rows in an index with a condition, such as of what is still to be sent."""

_ROWS_PER_VALUE = 10
_ROWS_PER_VALUE_OF = {"organization_id": _ROWS, "kind": _ROWS // 2, "company_id": 500}
"""Columns that are less selective than others: the number of rows with the same value."""


def write_planner_stats(connection: Connection) -> None:
    """Write statistics of all indexes. Connections opened afterwards use them."""
    # ANALYZE of one table creates sqlite_stat1; of all tables of a large club it would take long.
    connection.execute(text("ANALYZE alembic_version"))
    connection.execute(text("DELETE FROM sqlite_stat1"))
    tables = connection.execute(
        text(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%'"
            " ESCAPE '~'"
        )
    )
    for table in tables.scalars().all():
        for index, statistics in _statistics(connection, table):
            connection.execute(
                text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)"),
                {"tbl": table, "idx": index, "stat": statistics},
            )


def _statistics(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Return the name and the ``stat`` of each index of a table."""
    statistics = []
    indexes = connection.execute(text(f'PRAGMA index_list("{table}")')).all()
    for _, name, unique, origin, partial in indexes:
        columns = connection.execute(text(f'PRAGMA index_info("{name}")')).all()
        rows = _ROWS_OF_PARTIAL if partial else _ROWS
        stat = _stat([column[2] for column in columns], bool(unique), rows)
        # The primary key of a WITHOUT ROWID table goes by the table's name.
        own = origin == "pk" and _is_without_rowid(connection, table)
        statistics.append((table if own else name, stat))
    return statistics


def _is_without_rowid(connection: Connection, table: str) -> bool:
    """Whether a table is a WITHOUT ROWID table."""
    query = text("SELECT wr FROM pragma_table_list WHERE name = :table AND schema = 'main'")
    return bool(connection.execute(query, {"table": table}).scalar_one())


def _stat(columns: list[str], unique: bool, rows: int) -> str:
    """Return the ``stat`` of an index: its number of rows, then the average number of rows with
    the same first column, the same first two, and so on.

    See https://www.sqlite.org/fileformat2.html#stat1tab
    """
    shared = rows
    figures = [rows]
    for position, column in enumerate(columns, start=1):
        if position == len(columns) and unique:
            shared = 1
        else:
            shared = min(shared, _ROWS_PER_VALUE_OF.get(column, _ROWS_PER_VALUE))
        figures.append(shared)
    return " ".join(str(figure) for figure in figures)
