"""Carries imports out: a batch of lines in one transaction with its progress and its report.

Whatever happens, a line is either stored together with the note that it was, or not at all.
Lines are read and checked before the transaction, so that others can write meanwhile, and a
batch is as long as keeps the lock for ``LOCKED_SECONDS``.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid4

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_of
from membership.base.logs import logger
from membership.data.imports.batch import Batch, Item
from membership.data.imports.columns import LineCheck, Rules
from membership.data.imports.companies import handle_companies
from membership.data.imports.customers import handle_customers
from membership.data.imports.ending import fail, finish
from membership.data.imports.index_build import Filing
from membership.data.imports.intake import Encoding
from membership.data.imports.links import handle_links
from membership.data.imports.memberships import handle_memberships
from membership.data.imports.records import Place, Record, RecordReader
from membership.data.imports.schemas import ImportOptions
from membership.data.imports.storage import (
    LEASE,
    creator_of,
    lease_import,
    lock_leased,
    read_chunks,
    release,
)
from membership.store.background import Job, Work
from membership.store.database import Database
from membership.store.errors import STORAGE_FULL, database_fault
from membership.store.models import Import, ImportKind, ImportReport, ImportState, Organization
from membership.web.access import Tenant

LOCKED_SECONDS = 0.06
"""How long a batch is to hold the lock of writers."""
_FEWEST, _MOST = 400, 4000
_HANDLERS: Mapping[ImportKind, Callable[[Batch], None]] = {
    ImportKind.CUSTOMERS: handle_customers,
    ImportKind.COMPANIES: handle_companies,
    ImportKind.LINKS: handle_links,
    ImportKind.MEMBERSHIPS: handle_memberships,
}


@dataclass(frozen=True)
class _Read:
    """Lines that were read: where they end, and whether that is the end of the file."""

    items: list[Item]
    place: Place
    last: bool


class ImportWorker:
    """Does what there is to do of imports, one piece at a time, under a name of its own."""

    def __init__(self) -> None:
        self.id = uuid4()
        self._lines = 400
        self._singly = 0
        self._filing: Filing | None = None

    def run(self, work: Work) -> bool:
        """Do one piece of whatever import there is; the job ``imports``."""
        began = time.perf_counter()
        more = self.step(work.database, work.clock)
        if more:
            # The service's own threads are to get their turn of the interpreter.
            work.stopping.wait(min(0.1, 0.3 * (time.perf_counter() - began)))
        return more

    def step(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        only: tuple[int, UUID] | None = None,
    ) -> bool:
        """Do one piece; False if there is nothing to do, or somebody else is at it."""
        filing = self._filing
        found = filing.found if filing else lease_import(database, self.id, clock(), only=only)
        if found is None:
            return False
        try:
            if filing is None and found.state is ImportState.RUNNING:
                self._batch(database, found, clock)
            else:
                self._file(filing or Filing(database, found, self.id), clock)
        except SQLAlchemyError as error:
            self._on_fault(database, found, error, clock())
        return True

    def leave(
        self, database: Database, organization_id: int, import_id: UUID, now: datetime
    ) -> None:
        """Let somebody else go on with an import at once."""
        release(database, organization_id, import_id, self.id, now)

    def _batch(self, database: Database, found: Import, clock: Callable[[], datetime]) -> None:
        """Read the next lines and store them."""
        with database.readers.begin() as session:
            tenant = tenant_of(session.get_one(Organization, found.organization_id))
        read = self._read(database, found, tenant)
        with database.writing(creator_of(found), clock) as (session, now):
            began = time.perf_counter()
            row = lock_leased(session, found, self.id)
            if row is None or row.state is not ImportState.RUNNING:
                return
            self._store(session, row, tenant, read, now=now)
            session.flush()
            # Without the commit: on a slow disk it takes long however few lines there are.
            seconds = time.perf_counter() - began
        self._pace(len(read.items), seconds)

    def _store(
        self, session: Session, row: Import, tenant: Tenant, read: _Read, *, now: datetime
    ) -> None:
        """Store lines, what became of them, and how far that is."""
        options = ImportOptions.model_validate(row.options)
        batch = Batch(
            session,
            tenant,
            row.id,
            creator_of(row),
            now,
            options.duplicates,
            row.dry_run,
            read.items,
        )
        _HANDLERS[row.kind](batch)
        counts = dict(row.counts)
        for item in read.items:
            counts[item.outcome.value] = counts.get(item.outcome.value, 0) + 1
        if read.items:
            session.add(_report(row, read.items))
        row.counts = counts
        row.position, row.next_line = read.place.position, read.place.line
        row.lines_done += len(read.items)
        row.leased_until = now + LEASE
        row.unfiled = joined(row.unfiled, batch.numbers)
        if read.last:
            row.lines_total = row.lines_done
            if row.unfiled is None:
                finish(session, row, now)
            else:
                row.state = ImportState.INDEXING

    def _read(self, database: Database, found: Import, tenant: Tenant) -> _Read:
        """Read and check the lines of the next batch."""
        options = ImportOptions.model_validate(found.options)
        check = LineCheck(found.kind, found.header or [], Rules.of(tenant, options))
        reader = RecordReader(
            read_chunks(database.readers, found.organization_id, found.id, found.position),
            Place(found.position, found.next_line),
            encoding=Encoding(found.encoding),
            delimiter=found.delimiter,
        )
        wanted = 1 if self._singly else self._lines
        items = [_item(record, check) for record in islice(reader, wanted)]
        return _Read(items, reader.place, len(items) < wanted)

    def _pace(self, lines: int, seconds: float) -> None:
        """Choose the length of the next batch by how long this one took."""
        if self._singly:
            self._singly -= 1
        elif lines == self._lines:
            fitting = int(lines * LOCKED_SECONDS / max(seconds, 0.001))
            self._lines = max(_FEWEST, min(_MOST, fitting, 2 * self._lines))

    def _file(self, filing: Filing, clock: Callable[[], datetime]) -> None:
        """Index a piece of the customers who were created."""
        self._filing, more = None, False
        try:
            more = filing.step(clock)
        finally:
            if more:
                self._filing = filing
            else:
                filing.close()

    def _on_fault(
        self, database: Database, found: Import, error: SQLAlchemyError, now: datetime
    ) -> None:
        """Judge why a piece could not be stored. Raises what is best tried again later."""
        if database_fault(error) is STORAGE_FULL:
            fail(database, found, self.id, f"{STORAGE_FULL.detail} Start it again to go on.", now)
        elif isinstance(error, IntegrityError | DataError) and found.state is ImportState.RUNNING:
            # Somebody took a number or a domain at the same time, or a line is at fault.
            logger().warning("import_batch_refused", singly=self._singly, kind=type(error).__name__)
            if self._singly:
                self._refuse_one(database, found, now)
            else:
                self._singly = self._lines
        else:
            raise error

    def _refuse_one(self, database: Database, found: Import, now: datetime) -> None:
        """Pass over a line that the database does not take."""
        self._singly -= 1
        with database.readers.begin() as session:
            tenant = tenant_of(session.get_one(Organization, found.organization_id))
        read = self._read(database, found, tenant)
        for item in read.items:
            item.refuse("cannot be stored: it contradicts what is there")
        with database.writing(creator_of(found), now) as (session, _):
            row = lock_leased(session, found, self.id)
            if row is not None and row.state is ImportState.RUNNING:
                self._store(session, row, tenant, read, now=now)


def _item(record: Record, check: LineCheck) -> Item:
    """A record with its values, or refused."""
    if record.fault is not None:
        return Item(record.line, None, message=record.fault)
    try:
        return Item(record.line, check(record.fields))
    except ValueError as error:
        return Item(record.line, None, message=str(error)[:500])


def _report(row: Import, items: list[Item]) -> ImportReport:
    """What became of a batch of lines."""
    return ImportReport(
        organization_id=row.organization_id,
        import_id=row.id,
        first_line=items[0].line,
        outcomes=[
            [item.line, item.outcome.value, None if item.id is None else str(item.id), item.message]
            for item in items
        ],
    )


def joined(before: list[list[int]] | None, new: list[list[int]]) -> list[list[int]] | None:
    """Ranges of numbers with more of them, put together where they meet; None for none."""
    ranges: list[list[int]] = []
    for first, last in sorted([*(before or []), *new]):
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1][1] = max(last, ranges[-1][1])
        else:
            ranges.append([first, last])
    return ranges or None


IMPORT_JOB = Job("imports", ImportWorker().run, 1.0)
"""What carries out the imports that were started over the API."""
