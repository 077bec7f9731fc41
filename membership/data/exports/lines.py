"""Lines of exports as CSV, with cells that no spreadsheet computes."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from membership.data.exports.cells import cell, needs_quotes

AT_ONCE = 1000
"""Rows that are read and sent together."""
_MARK = "\ufeff"


class CsvLines:
    """Turns the values of rows into lines."""

    def __init__(self) -> None:
        self._buffer = io.StringIO()
        self._plain = csv.writer(self._buffer)
        self._quoted = csv.writer(self._buffer, quoting=csv.QUOTE_ALL)

    def header(self, names: Iterable[str], *, bom: bool) -> bytes:
        """Return the first line, after a byte-order mark with ``bom``."""
        if bom:
            self._buffer.write(_MARK)
        self._plain.writerow(names)
        return self._taken()

    def of(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Return the lines of rows."""
        for row in rows:
            cells = [cell(value) for value in row]
            (self._quoted if needs_quotes(cells) else self._plain).writerow(cells)
        return self._taken()

    def _taken(self) -> bytes:
        """Take what was written since the last call."""
        written = self._buffer.getvalue().encode()
        self._buffer.seek(0)
        self._buffer.truncate()
        return written


def use_snapshot(session: Session) -> None:
    """Read one snapshot throughout the transaction; SQLite does so in every one."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
