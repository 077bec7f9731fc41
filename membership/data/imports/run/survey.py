"""Judges the columns of a file before its lines are read: which of 3/4/1990 is the day."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from uuid import UUID

from membership.data.imports.arrive.chunks import read_chunks
from membership.data.imports.arrive.decoding import Encoding
from membership.data.imports.parse import cells
from membership.data.imports.parse.columns import DAY_COLUMNS
from membership.data.imports.parse.days import DayOrder, orders_of
from membership.data.imports.parse.records import FilePosition, RecordReader
from membership.data.imports.parse.spreadsheet import Form, cell_text
from membership.data.imports.run.lease import LEASE, creator_of, lock_leased
from membership.store.database import Database
from membership.store.models import Import

_NUMBER = "number"
LINES = 100_000
"""Lines that are looked at; a file has its order of days long before."""
_ORDERS, _HIGHEST = "day_first", "highest_number"


def reader_of(database: Database, found: Import) -> RecordReader:
    """Return a reader of the lines of an import that are still to be read."""
    return RecordReader(
        read_chunks(database.readers, found.organization_id, found.id, found.position),
        FilePosition(found.position, found.next_line),
        encoding=Encoding(found.encoding),
        delimiter=found.delimiter,
    )


def needs_survey(found: Import) -> bool:
    """Return whether columns are still to be judged: those of days, and of numbers."""
    judged = not {*DAY_COLUMNS, _NUMBER}.isdisjoint(found.header or [])
    return judged and found.lines_done == 0 and _ORDERS not in (found.guesses or {})


def highest_number(found: Import) -> int:
    """Return the highest customer number in the file; 0 without one."""
    return int((found.guesses or {}).get(_HIGHEST, 0))


def orders_in(found: Import) -> Mapping[str, bool]:
    """Return by column whether the day comes first, for those whose values told."""
    return dict((found.guesses or {}).get(_ORDERS, {}))


def survey(database: Database, found: Import, worker: UUID, clock: Callable[[], datetime]) -> None:
    """Judge the columns of days, and store what was found.

    The highest number is looked for in the whole file: the numbers of customers without one
    follow it, so that none takes the number of a line further down.
    """
    header = found.header or []
    places = [(place, name) for place, name in enumerate(header) if name in DAY_COLUMNS]
    evidence = orders_of(name for _, name in places)
    numbers = header.index(_NUMBER) if _NUMBER in header else None
    highest = 0
    records = reader_of(database, found)
    for count, record in enumerate(records if numbers is not None else islice(records, LINES)):
        if numbers is not None and numbers < len(record.fields):
            highest = max(highest, _number(record.fields[numbers]))
        for place, name in places if count < LINES else ():
            if place < len(record.fields):
                evidence[name].count(record.fields[place])
    orders = {
        name: order.is_day_first
        for name, order in evidence.items()
        if order.is_day_first is not None
    }
    with database.writing(creator_of(found), clock) as (session, now):
        row = lock_leased(session, found, worker)
        if row is not None:
            said = [_said(name, evidence[name]) for name in orders]
            before = dict(row.guesses or {})
            row.guesses = {**before, "said": [*before.get("said", []), *said], _ORDERS: orders}
            if highest:
                row.guesses[_HIGHEST] = highest
            row.leased_until = now + LEASE


def _number(field: str) -> int:
    """The customer number in a cell; 0 for none."""
    try:
        text = cell_text(field, Form.VALUE)
        return cells.number(text) if text else 0
    except ValueError:
        return 0


def _said(name: str, order: DayOrder) -> str:
    """The order of a column as a sentence."""
    words = "day, month, year" if order.is_day_first else "month, day, year"
    return f"{name}: days are read as {words}"
