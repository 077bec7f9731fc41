"""The worker that runs imports: a batch of lines in one transaction, with progress and report.

A line is stored together with its result, or not at all. Lines are read and parsed before the
transaction, so that others can write meanwhile, and batches are sized so that they hold the write
lock for ``LOCKED_SECONDS``.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_of
from membership.base.failing import FailingItems
from membership.base.logs import logger
from membership.base.vault import Vault
from membership.data.imports.batch import Batch, Item
from membership.data.imports.parse.columns import LineParser, ParseRules
from membership.data.imports.parse.records import FilePosition, Record
from membership.data.imports.run.blame import (
    is_fault,
    is_of_a_line,
    is_transient,
    why_refused,
)
from membership.data.imports.run.ending import fail, finish
from membership.data.imports.run.index_build import IndexBuild
from membership.data.imports.run.lease import (
    LEASE,
    NAME,
    creator_of,
    lease_readable,
    lock_leased,
    release,
)
from membership.data.imports.run.survey import (
    highest_number,
    needs_survey,
    orders_in,
    reader_of,
    survey,
)
from membership.data.imports.schemas import ImportOptions
from membership.data.imports.write.companies import write_companies
from membership.data.imports.write.customers import write_customers
from membership.data.imports.write.links import write_links
from membership.data.imports.write.memberships import write_memberships
from membership.store.background import Job, Work
from membership.store.database import Database
from membership.store.errors import STORAGE_FULL, database_problem
from membership.store.models import Import, ImportKind, ImportReport, ImportState, Organization
from membership.web.access import Tenant

LOCKED_SECONDS = 0.06
"""How long a batch shall hold the write lock."""
_FILE_GONE = "The file is not there as a whole any more; make another import and send it again."
_SIZES = (400, 4000)
"""Fewest and most lines of a batch."""
_MOST_FAULTS = 3
_MOST_FAULTY_LINES = 20
"""Most lines in a row that are refused by faults of this service; at the next the import fails."""
_MOST_TRIES = 5
"""Most failures in a row that the database is to blame for; then other imports go first."""
Writers = Mapping[ImportKind, Callable[[Batch], None]]
"""The functions that write a batch, by kind."""
_WRITERS: Writers = {
    ImportKind.CUSTOMERS: write_customers,
    ImportKind.COMPANIES: write_companies,
    ImportKind.LINKS: write_links,
    ImportKind.MEMBERSHIPS: write_memberships,
}


@dataclass(frozen=True)
class _Read:
    """Parsed lines, the position after them, and whether that is the end of the file."""

    items: list[Item]
    place: FilePosition
    last: bool


class ImportWorker:
    """Runs imports, one step at a time. ``id`` names it as the holder of leases.

    ``vault`` seals the mails about changed addresses; without it none are sent. ``writers`` write
    the batches, of at least and at most ``sizes`` lines.
    """

    def __init__(
        self,
        vault: Vault | None = None,
        *,
        writers: Writers = _WRITERS,
        sizes: tuple[int, int] = _SIZES,
    ) -> None:
        self.id = uuid4()
        self._vault = vault
        self._writers = writers
        self._fewest, self._most = sizes
        self._lines = self._fewest
        self._singly = 0
        self._faults = 0
        self._tries = 0
        self._stopping: threading.Event | None = None
        self._index_build: IndexBuild | None = None

    def run(self, work: Work) -> bool:
        """Do one step of the first import; the job ``imports``."""
        began = time.perf_counter()
        self._vault, self._stopping = work.vault, work.stopping
        more = self.step(work.database, work.clock, failing=work.failing)
        if more:
            # Request threads get the interpreter.
            work.stopping.wait(min(0.1, 0.3 * (time.perf_counter() - began)))
        return more

    def step(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        only: tuple[int, UUID] | None = None,
        failing: FailingItems | None = None,
    ) -> bool:
        """Do one step; False if there is nothing to do, or another worker has the import.

        An import that fails unexpectedly is put off in ``failing``, and fails for good at the
        third time, so that staff see it; others go on.
        """
        index_build = self._index_build
        found = (
            index_build.found
            if index_build
            else lease_readable(database, self.id, clock(), failing, only=only)
        )
        if found is None:
            return False
        try:
            if index_build is None and found.state is ImportState.RUNNING:
                self._batch(database, found, clock)
            else:
                self._build_index(index_build or IndexBuild(database, found, self.id), clock)
        except Exception as error:  # noqa: BLE001 - raised again unless it is of a line
            self._on_error(database, found, error, clock, failing)
        else:
            self._tries = 0
            if failing is not None:
                failing.succeeded(NAME, found.id)
        return True

    def leave(
        self, database: Database, organization_id: int, import_id: UUID, now: datetime
    ) -> None:
        """End the lease of an import, so that another worker can continue it at once."""
        release(database, organization_id, import_id, self.id, now)

    def _batch(self, database: Database, found: Import, clock: Callable[[], datetime]) -> None:
        """Read the next lines and write them."""
        with database.readers.begin() as session:
            tenant = tenant_of(session.get_one(Organization, found.organization_id))
        if needs_survey(found):
            survey(database, found, self.id, clock, stopping=self._stopping)
            return
        read = self._read(database, found, tenant, clock().year)
        if read.last and read.place.position != found.file_bytes:
            fail(database, found, self.id, _FILE_GONE, clock())
            return
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
        """Write lines, their report, and the position after them."""
        options = ImportOptions.stored(row.options)
        batch = Batch(
            session,
            tenant,
            row.id,
            creator_of(row),
            now,
            options.duplicates,
            row.dry_run,
            read.items,
            highest_number=highest_number(row),
            created=tuple((first, last) for first, last in row.unfiled or []),
            began=row.started_at,
            vault=self._vault,
        )
        self._writers[row.kind](batch)
        counts = dict(row.counts)
        for item in read.items:
            counts[item.outcome.value] = counts.get(item.outcome.value, 0) + 1
        if read.items:
            session.add(_report(row, read.items))
        row.counts = counts
        row.notes = _noted(row.notes, read.items)
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

    def _read(self, database: Database, found: Import, tenant: Tenant, year: int) -> _Read:
        """Read and parse the lines of the next batch."""
        options = ImportOptions.stored(found.options)
        rules = ParseRules.of(tenant, options, orders_in(found), year=year)
        check = LineParser(found.kind, found.header or [], rules)
        reader = reader_of(database, found)
        wanted = 1 if self._singly else self._lines
        items = [_item(record, check) for record in islice(reader, wanted)]
        return _Read(items, reader.place, len(items) < wanted)

    def _pace(self, lines: int, seconds: float) -> None:
        """Choose the size of the next batch by the time that this one took."""
        if self._singly:
            self._singly, self._faults = self._singly - 1, 0
        elif lines == self._lines:
            fitting = int(lines * LOCKED_SECONDS / max(seconds, 0.001))
            self._lines = max(self._fewest, min(self._most, fitting, 2 * self._lines))

    def _build_index(self, index_build: IndexBuild, clock: Callable[[], datetime]) -> None:
        """Do one step of the index build."""
        self._index_build, more = None, False
        try:
            more = index_build.step(clock)
        finally:
            if more:
                self._index_build = index_build
            else:
                index_build.close()

    def _on_error(
        self,
        database: Database,
        found: Import,
        error: Exception,
        clock: Callable[[], datetime],
        failing: FailingItems | None,
    ) -> None:
        """Handle an error of a step. Raises those that pass by themselves, to be retried later.

        Whatever a line makes fail, it is found by trying one line at a time, and refused. If that
        fails as well, or for many lines on end, the import is at fault and not the line.
        """
        if isinstance(error, SQLAlchemyError) and database_problem(error) is STORAGE_FULL:
            why = f"{STORAGE_FULL.detail} Start it again to go on."
            fail(database, found, self.id, why, clock())
            return
        if is_of_a_line(error) and found.state is ImportState.RUNNING:
            logger().warning("import_batch_refused", singly=self._singly, kind=type(error).__name__)
            try:
                self._isolate(database, found, error, clock())
            except Exception as again:  # noqa: BLE001 - handled as what it is
                error = again
            else:
                return
        if failing is None:
            raise error
        if is_transient(error):
            self._on_lack(found, error, failing, clock())
            raise error
        self._on_fault(database, found, error, failing, clock())

    def _isolate(self, database: Database, found: Import, error: Exception, now: datetime) -> None:
        """Try the lines of a failed batch one by one, or refuse the one that failed.

        Raises the error if too many lines on end failed by a fault of this service.
        """
        if not self._singly:
            self._singly, self._faults = self._lines, 0
            return
        if is_fault(error):
            self._faults += 1
            if self._faults > _MOST_FAULTY_LINES:
                raise error
        self._refuse_one(database, found, error, now)

    def _on_lack(
        self, found: Import, error: Exception, failing: FailingItems, now: datetime
    ) -> None:
        """Put an import off if the database is to blame again and again: others may succeed."""
        self._tries += 1
        if self._tries >= _MOST_TRIES:
            self._tries = 0
            failing.failed(NAME, found.id, error, now)

    def _on_fault(
        self,
        database: Database,
        found: Import,
        error: Exception,
        failing: FailingItems,
        now: datetime,
    ) -> None:
        """Put an import off after a fault of this service; at the third time it fails."""
        if failing.failed(NAME, found.id, error, now).failures >= _MOST_FAULTS:
            why = f"A fault of this service ({type(error).__name__}). Start it again to go on."
            fail(database, found, self.id, why, now)
            failing.succeeded(NAME, found.id)

    def _refuse_one(
        self, database: Database, found: Import, error: Exception, now: datetime
    ) -> None:
        """Refuse the line that an error is of, and go on with the next one."""
        self._singly -= 1
        with database.readers.begin() as session:
            tenant = tenant_of(session.get_one(Organization, found.organization_id))
        read = self._read(database, found, tenant, now.year)
        for item in read.items:
            item.refuse(why_refused(error))
        with database.writing(creator_of(found), now) as (session, _):
            row = lock_leased(session, found, self.id)
            if row is not None and row.state is ImportState.RUNNING:
                self._store(session, row, tenant, read, now=now)


def _item(record: Record, check: LineParser) -> Item:
    """The item of a record, with its values or refused."""
    if record.error is not None:
        return Item(record.line, None, message=record.error)
    try:
        values = check(record.fields)
        remarks = tuple(check.notes)
        return Item(record.line, values, remarks=remarks, left_out=check.left_out)
    except ValueError as error:
        return Item(record.line, None, message=str(error)[:500])


def _report(row: Import, items: list[Item]) -> ImportReport:
    """The report of a batch of lines."""
    return ImportReport(
        organization_id=row.organization_id,
        import_id=row.id,
        first_line=items[0].line,
        outcomes=[
            [
                item.line,
                item.outcome.value,
                None if item.id is None else str(item.id),
                item.full_message,
                [note.value for note in item.notes],
            ]
            for item in items
        ],
    )


def _noted(before: dict[str, int] | None, items: list[Item]) -> dict[str, int] | None:
    """How many lines have each note, these ones included; None if none has."""
    counts = Counter(note.value for item in items for note in item.notes)
    return dict(counts + Counter(before)) or None


def joined(before: list[list[int]] | None, new: list[list[int]]) -> list[list[int]] | None:
    """The union of two lists of ranges, joined where they meet; None for none."""
    ranges: list[list[int]] = []
    for first, last in sorted([*(before or []), *new]):
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1][1] = max(last, ranges[-1][1])
        else:
            ranges.append([first, last])
    return ranges or None


IMPORT_JOB = Job(NAME, ImportWorker().run, 1.0)
"""See ``membership.jobs``."""
