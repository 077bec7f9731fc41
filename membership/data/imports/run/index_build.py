"""Builds the search index of imported customers, after all of them are stored.

The index is a tree in the order of the terms. To insert each batch of customers would rewrite
nearly every page each time. So the terms of all customers of an import are sorted first, in runs
on disk that are merged, and inserted in the order of the tree: each page is written once. They
are inserted in slices that hold the write lock briefly, and the last inserted term is committed
with its slice, so that a restart continues from there.

A customer may change between being read and being indexed. A slice is inserted as it was read
only if nobody else wrote since, which SQLite can tell; otherwise each of its terms must still be
among the customer's words. No customer changes while a slice is inserted: SQLite has one writer,
and on PostgreSQL the slice holds a lock on the table that writers of customers wait for, and
scans do not.
"""

import heapq
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from membership.data.imports.run.ending import finish
from membership.data.imports.run.lease import LEASE, creator_of, lock_leased
from membership.members.customers.search_terms import terms_of
from membership.store.database import WRITES, Database
from membership.store.models import Customer, Import, ImportState

RUN_CUSTOMERS = 20_000
"""Customers whose terms are sorted in memory at once: about 420,000 terms, 60 MB."""
_SLICE_SECONDS = 0.06
_FEWEST, _MOST = 4000, 40_000
_SEPARATOR = "\t"
"""Sorts before every letter, and no term has it."""


class IndexBuild:
    """The index build of one import's customers by one worker."""

    def __init__(self, database: Database, found: Import, worker: UUID) -> None:
        self._database, self._worker = database, worker
        self.found = found
        self._terms: Iterator[str] | None = None
        self._runs: list[IO[str]] = []
        self._slice = 4000
        self._version: int | None = None
        self._connection: Connection | None = None

    def close(self) -> None:
        """Release files and connection, at any stage."""
        for run in self._runs:
            run.close()
        if self._connection is not None:
            self._connection.close()

    def step(self, clock: Callable[[], datetime]) -> bool:
        """Do one step; False if nothing is left, or another worker has the import."""
        if self._connection is None:
            self._connection = _own_connection(self._database)
            with self._connection.begin():
                self._version = _data_version(self._connection)
            return self._sort(self._connection, clock)
        return self._insert_slice(self._connection, clock)

    def _sort(self, connection: Connection, clock: Callable[[], datetime]) -> bool:
        """Write the terms of all customers into sorted runs; False if the lease was lost."""
        after = self.found.filed_after
        skip = None if after is None else _SEPARATOR.join(after)
        for lines in self._batches():
            lines.sort()
            run = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115
            self._runs.append(run)
            run.writelines(line + "\n" for line in lines if skip is None or line > skip)
            run.seek(0)
            with self._writing(connection, clock) as (session, now):
                if self._renew_lease(session, now) is None:
                    return False
        self._terms = heapq.merge(*(map(_without_break, run) for run in self._runs))
        return True

    def _batches(self) -> Iterator[list[str]]:
        """The terms of the customers, of ``RUN_CUSTOMERS`` at a time."""
        for first, last in self.found.unfiled or []:
            for start in range(first, last + 1, RUN_CUSTOMERS):
                wanted = select(Customer.id, Customer.search_text).where(
                    Customer.organization_id == self.found.organization_id,
                    Customer.number.between(start, min(last, start + RUN_CUSTOMERS - 1)),
                )
                with self._database.readers.begin() as session:
                    rows = session.execute(wanted).all()
                yield [
                    f"{kind.value}{_SEPARATOR}{term}{_SEPARATOR}{customer.hex}"
                    for customer, words in rows
                    for kind, term in terms_of(words)
                ]

    def _insert_slice(self, connection: Connection, clock: Callable[[], datetime]) -> bool:
        """Insert the next terms in the order of the index; False if nothing is left."""
        wanted = self._slice
        lines = list(islice(self._terms or iter(()), wanted))
        with self._writing(connection, clock) as (session, now):
            began = time.perf_counter()
            row = self._renew_lease(session, now)
            if row is None:
                return False
            version = _data_version(connection)
            checked = version is None or version != self._version
            _insert_terms(connection, row.organization_id, lines, checked=checked)
            done = len(lines) < wanted
            row.filed_after = lines[-1].split(_SEPARATOR) if lines else row.filed_after
            if done:
                row.unfiled = None
                _finish_build(session, row, now)
            session.flush()
            seconds = max(time.perf_counter() - began, 0.001)
        self._slice = max(_FEWEST, min(_MOST, int(wanted * _SLICE_SECONDS / seconds), 2 * wanted))
        if not done:
            time.sleep(min(0.05, seconds / 3))
        return not done

    def _writing(
        self, connection: Connection, clock: Callable[[], datetime]
    ) -> AbstractContextManager[tuple[Session, datetime]]:
        """A writing transaction on the connection of this object."""
        actor = creator_of(self.found)
        return self._database.writing(actor, clock, connection=connection)

    def _renew_lease(self, session: Session, now: datetime) -> Import | None:
        """Lock the import and renew its lease; None if another worker has it."""
        row = lock_leased(session, self.found, self._worker)
        if row is None or row.unfiled != self.found.unfiled:
            return None
        row.leased_until = now + LEASE
        return row


def _finish_build(session: Session, row: Import, now: datetime) -> None:
    """End the build, and finish an import that waited for it."""
    row.filed_after = None
    if row.state is ImportState.INDEXING:
        finish(session, row, now)


def _without_break(line: str) -> str:
    return line[:-1]


def _data_version(connection: Connection) -> int | None:
    """A number that changes when another connection commits; None on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return None
    return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def _own_connection(database: Database) -> Connection:
    """A connection outside the pool: its state of the database ends with it."""
    connection = database.engine.connect().execution_options(**{WRITES: True})
    connection.detach()
    return connection


_AS_READ = (
    "INSERT INTO customer_terms (organization_id, kind, term, customer_id)"
    " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_CHECKED = (
    "INSERT INTO customer_terms (organization_id, kind, term, customer_id)"
    " SELECT organization_id, ?2, ?3, id FROM customers"
    " WHERE organization_id = ?1 AND id = ?4 AND instr(search_text, ?3) > 0"
    " ON CONFLICT DO NOTHING"
)


def _insert_terms(
    connection: Connection, organization_id: int, lines: list[str], *, checked: bool
) -> None:
    """Insert terms; ``checked`` leaves out those that a customer no longer has."""
    rows = [(organization_id, *line.split(_SEPARATOR)) for line in lines]
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_CHECKED if checked else _AS_READ, rows)
    else:
        _copy_terms(connection, rows)


_POSTGRESQL = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS terms_to_file (organization_id integer, kind varchar,"
    ' term varchar COLLATE "C", customer_id uuid) ON COMMIT DELETE ROWS',
    "LOCK TABLE customers IN SHARE MODE",
    # The staged terms have no statistics; each is looked up by its customer's key.
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
)
_FROM_STAGED = (
    "INSERT INTO customer_terms (organization_id, kind, term, customer_id)"
    " SELECT staged.organization_id, kind, term, customer_id FROM terms_to_file AS staged"
    " JOIN customers ON customers.organization_id = staged.organization_id"
    " AND customers.id = staged.customer_id"
    " WHERE strpos(search_text, term) > 0"
    " ORDER BY kind, term, customer_id ON CONFLICT DO NOTHING"
)


def _copy_terms(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Insert terms on PostgreSQL, skipping existing ones."""
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor() as cursor:
        for statement in _POSTGRESQL:
            cursor.execute(statement)
        with cursor.copy("COPY terms_to_file FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_FROM_STAGED)
