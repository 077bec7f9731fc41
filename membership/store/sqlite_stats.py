"""What SQLite's query planner is told about the data: that there is much of it.

Every index begins with the organization, which is the same for nearly all rows. Without
statistics the planner takes any indexed column for a selective one, and may read all
memberships of a club to find those of one customer. Statistics gathered from a young database
would say nothing of a grown one, so fixed ones are written that describe a large club; the
plans are then the same, and right, at every size. PostgreSQL gathers its own.
"""

from sqlalchemy import Connection, text

_ROWS = 1_000_000
_SAME_BUT_NOT_UNIQUE = 10
_SAME_COLUMNS = {"organization_id": _ROWS, "kind": _ROWS // 2, "company_id": 500}
"""Columns that narrow a search less than others, and how many rows share a value."""


def teach_planner(connection: Connection) -> None:
    """Write statistics for all indexes; they hold for connections opened from then on."""
    # One table is enough to make the place for statistics; all of a large club would take long.
    connection.execute(text("ANALYZE alembic_version"))
    connection.execute(text("DELETE FROM sqlite_stat1"))
    tables = connection.execute(
        text(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%'"
            " ESCAPE '~'"
        )
    )
    for table in tables.scalars().all():
        for index, figures in _figures(connection, table):
            connection.execute(
                text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)"),
                {"tbl": table, "idx": index, "stat": figures},
            )


def _figures(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Name and statistics of each index of a table."""
    told = []
    indexes = connection.execute(text(f'PRAGMA index_list("{table}")')).all()
    for _, name, unique, origin, *_ in indexes:
        columns = connection.execute(text(f'PRAGMA index_info("{name}")')).all()
        figures = _figures_of([column[2] for column in columns], bool(unique))
        # A table without rowids is its own primary key, and known by its own name.
        own = origin == "pk" and _is_without_rowid(connection, table)
        told.append((table if own else name, figures))
    return told


def _is_without_rowid(connection: Connection, table: str) -> bool:
    """Whether a table is stored as its primary key's index."""
    asked = text("SELECT wr FROM pragma_table_list WHERE name = :table AND schema = 'main'")
    return bool(connection.execute(asked, {"table": table}).scalar_one())


def _figures_of(columns: list[str], unique: bool) -> str:
    """Rows in all, then rows that share the first column, the first two, and so on."""
    shared = _ROWS
    figures = [_ROWS]
    for position, column in enumerate(columns, start=1):
        if position == len(columns) and unique:
            shared = 1
        else:
            shared = min(shared, _SAME_COLUMNS.get(column, _SAME_BUT_NOT_UNIQUE))
        figures.append(shared)
    return " ".join(str(figure) for figure in figures)
