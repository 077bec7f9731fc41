"""Judges the columns of a file before its lines are read: which of 3/4/1990 is the day."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from membership.data.imports.arrive.chunks import read_chunks
from membership.data.imports.arrive.decoding import Encoding
from membership.data.imports.parse import cells
from membership.data.imports.parse.columns import DAY_COLUMNS
from membership.data.imports.parse.days import DayOrder
from membership.data.imports.parse.records import FilePosition, Record, RecordReader
from membership.data.imports.parse.spreadsheet import Form, cell_text
from membership.data.imports.run.lease import LEASE, creator_of, lock_leased
from membership.store.database import Database
from membership.store.models import Import

_NUMBER, _MERGED = "number", "merged_numbers"
LINES = 100_000
"""Lines whose days are looked at; a file has its order of days long before."""
RENEWED_BYTES = 8 * 1024 * 1024
"""After so many bytes the lease is renewed: seconds of reading, even on a slow disk."""
_ORDERS, _HIGHEST, _SENTENCES = "day_first", "highest_number", "sentences"
_SENTENCES_BEFORE = "said"
"""The key of the sentences in rows of earlier versions."""


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
    """Return by column whether the day comes first, for those whose values show it."""
    return dict((found.guesses or {}).get(_ORDERS, {}))


def guesses_of(found: Import) -> tuple[str, ...]:
    """Return how the file is read where it could be read otherwise, a sentence each."""
    stored = found.guesses or {}
    return tuple(stored.get(_SENTENCES, stored.get(_SENTENCES_BEFORE, ())))


def first_guesses(sentences: list[str]) -> dict[str, Any]:
    """Return the guesses of an import whose lines were not looked at yet, as they are stored."""
    return {_SENTENCES: sentences}


class Survey:
    """What the lines of a file say of its columns: the order of days, and the highest number.

    The numbers of customers without one follow the highest of the whole file, those of merged ones
    included, so that none takes the number of a line further down; days are looked at in the first
    ``LINES``.
    """

    def __init__(self, header: list[str]) -> None:
        self._places = [(place, name) for place, name in enumerate(header) if name in DAY_COLUMNS]
        self._evidence = {name: DayOrder() for _, name in self._places}
        self._numbers = header.index(_NUMBER) if _NUMBER in header else None
        self._merged = header.index(_MERGED) if _MERGED in header else None
        self._count = 0
        self.highest = 0

    @property
    def is_done(self) -> bool:
        """Whether further lines change nothing."""
        return self._numbers is None and self._merged is None and self._count >= LINES

    @property
    def orders(self) -> dict[str, bool]:
        """Whether the day comes first, by column, for those whose values tell."""
        return {
            name: order.is_day_first
            for name, order in self._evidence.items()
            if order.is_day_first is not None
        }

    @property
    def guesses(self) -> list[str]:
        """The orders as sentences."""
        words = {True: "day, month, year", False: "month, day, year"}
        return [f"{name}: days are read as {words[first]}" for name, first in self.orders.items()]

    def look_at(self, record: Record) -> None:
        """Take a line into account."""
        if self._numbers is not None and self._numbers < len(record.fields):
            self.highest = max(self.highest, _number(record.fields[self._numbers]))
        if self._merged is not None and self._merged < len(record.fields):
            self.highest = max(self.highest, _highest_merged(record.fields[self._merged]))
        for place, name in self._places if self._count < LINES else ():
            if place < len(record.fields):
                self._evidence[name].count(record.fields[place])
        self._count += 1


def survey(
    database: Database,
    found: Import,
    worker: UUID,
    clock: Callable[[], datetime],
    *,
    stopping: threading.Event | None = None,
    renewed_bytes: int = RENEWED_BYTES,
) -> None:
    """Judge the columns of a file, and store what was found; stores nothing if it is stopped.

    The lease is renewed after each ``renewed_bytes``, so that no other worker begins the same
    meanwhile.
    """
    judged = Survey(found.header or [])
    records = reader_of(database, found)
    renewed = records.place.position
    for record in records:
        judged.look_at(record)
        if judged.is_done:
            break
        if records.place.position - renewed >= renewed_bytes:
            renewed = records.place.position
            stopped = stopping is not None and stopping.is_set()
            if stopped or not _store(database, found, worker, clock):
                return
    _store(database, found, worker, clock, judged)


def _store(
    database: Database,
    found: Import,
    worker: UUID,
    clock: Callable[[], datetime],
    judged: Survey | None = None,
) -> bool:
    """Renew the lease, and store what was found; False if another worker has the import."""
    with database.writing(creator_of(found), clock) as (session, now):
        row = lock_leased(session, found, worker)
        if row is None:
            return False
        row.leased_until = now + LEASE
        if judged is not None:
            row.guesses = {
                **(row.guesses or {}),
                **first_guesses([*guesses_of(row), *judged.guesses]),
                _ORDERS: judged.orders,
                **({_HIGHEST: judged.highest} if judged.highest else {}),
            }
    return True


def _number(field: str) -> int:
    """The customer number in a cell; 0 for none."""
    try:
        text = cell_text(field, Form.VALUE)
        return cells.number(text) if text else 0
    except ValueError:
        return 0


def _highest_merged(field: str) -> int:
    """The highest number of merged customers in a cell; 0 for none."""
    try:
        return max(cells.merged_numbers(field), default=0)
    except ValueError:
        return 0
