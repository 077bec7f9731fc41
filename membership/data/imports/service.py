"""Imports: prepared, started, cancelled and shown. ``imports.run`` runs them."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from membership.base.actors import Actor
from membership.data.imports.arrive.decoding import Encoding, FileDecoder
from membership.data.imports.parse.beginning import find_beginning
from membership.data.imports.run.ending import delete_keys
from membership.data.imports.run.survey import first_guesses, guesses_of
from membership.data.imports.schemas import (
    ImportCounts,
    ImportOptions,
    ImportPage,
    ImportView,
    LineNote,
    LineOutcome,
    NewImport,
    ReportLine,
    ReportPage,
    pace,
)
from membership.events.audit.recorder import record
from membership.store.models import Import, ImportChunk, ImportReport, ImportState
from membership.web.access import Call, Tenant
from membership.web.errors import Conflict, Invalid, NotFound
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, instant_of

_TAKES_FILE = (ImportState.WAITING_FOR_FILE, ImportState.READY)
_UNDER_WAY = (ImportState.RUNNING, ImportState.INDEXING)
_HEADER_BYTES = 64 * 1024


def get_import(
    session: Session, tenant: Tenant, import_id: UUID, *, to_change: bool = False
) -> Import:
    """Load an import. Raises NotFound."""
    found = session.get(Import, (tenant.id, import_id), with_for_update=to_change or None)
    if found is None:
        raise NotFound("import_not_found", "There is no such import.")
    return found


def prepare(
    session: Session, tenant: Tenant, new: NewImport, actor: Actor, now: datetime
) -> Import:
    """Create an import that waits for its file."""
    options = new.model_dump(mode="json", include=set(ImportOptions.model_fields))
    row = Import(
        organization_id=tenant.id,
        id=uuid4(),
        kind=new.kind,
        options=options,
        dry_run=new.dry_run,
        state=ImportState.WAITING_FOR_FILE,
        file_name=new.file_name,
        counts={},
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def begin_file(session: Session, row: Import) -> UUID:
    """Begin a file of an import that was not started; returns the id of the upload.

    A file that was sent before is deleted. Raises Conflict.
    """
    if row.state not in _TAKES_FILE:
        detail = "This import was started; make another one for another file."
        raise Conflict("import_started", detail)
    row.state = ImportState.WAITING_FOR_FILE
    row.file_bytes = 0
    row.upload_id = uuid4()
    session.execute(
        delete(ImportChunk).where(
            ImportChunk.organization_id == row.organization_id, ImportChunk.import_id == row.id
        )
    )
    return row.upload_id


def _require_upload(row: Import, upload_id: UUID) -> None:
    """Raise Conflict if another upload took the place of this one, or it was completed."""
    if row.upload_id != upload_id or row.state is not ImportState.WAITING_FOR_FILE:
        detail = "Another file was sent for this import meanwhile; this one was dropped."
        raise Conflict("upload_replaced", detail)


def add_chunk(session: Session, row: Import, data: bytes, upload_id: UUID) -> None:
    """Append a chunk to the file of an import. Raises Conflict for an upload that was replaced."""
    _require_upload(row, upload_id)
    session.add(
        ImportChunk(
            organization_id=row.organization_id, import_id=row.id, start=row.file_bytes, data=data
        )
    )
    row.file_bytes += len(data)


def complete_file(row: Import, decoder: FileDecoder, upload_id: UUID) -> None:
    """Mark the file of an import as complete. Raises Conflict for an upload that was replaced."""
    _require_upload(row, upload_id)
    row.encoding = decoder.encoding.value
    row.lines_total = decoder.lines
    row.state = ImportState.READY


def start(
    session: Session, tenant: Tenant, import_id: UUID, now: datetime, *, dry_run: bool | None = None
) -> Import:
    """Start an import, continue one that failed, or repeat a dry run as a real one.

    Raises NotFound; Conflict without a file, or if it is under way or done; Invalid for a
    header that cannot be used.
    """
    row = get_import(session, tenant, import_id, to_change=True)
    wanted = row.dry_run if dry_run is None else dry_run
    _require_startable(row, dry_run=wanted)
    _require_file(session, row)
    again = row.state is ImportState.FAILED and wanted == row.dry_run and row.lines_done > 0
    if not again:
        _rewind(session, row)
        _read_header(session, row)
    row.dry_run, row.error, row.state = wanted, None, ImportState.RUNNING
    row.started_at = row.started_at if again else now
    row.finished_at = None
    started = {"kind": row.kind.value, "file_name": row.file_name, "dry_run": row.dry_run}
    record(session, tenant.id, "import.started", row.id, after=started)
    session.flush()
    return row


def _require_startable(row: Import, *, dry_run: bool) -> None:
    """Raise Conflict unless an import can be started."""
    if row.state is ImportState.WAITING_FOR_FILE:
        raise Conflict("import_without_file", "The file of this import was not sent yet.")
    if row.state in _UNDER_WAY:
        raise Conflict("import_running", "This import is under way.")
    tried = row.dry_run and not dry_run
    if row.state in {ImportState.FINISHED, ImportState.CANCELLED} and not tried:
        raise Conflict("import_done", "This import is over; make another one.")
    if row.state is ImportState.FAILED and not row.dry_run and dry_run:
        raise Conflict("import_partly_done", "Some of it is stored already; go on in earnest.")


def _require_file(session: Session, row: Import) -> None:
    """Raise Conflict unless the whole file is there: it is deleted some days after its end."""
    there = session.scalar(
        select(func.coalesce(func.sum(func.length(ImportChunk.data)), 0)).where(
            ImportChunk.organization_id == row.organization_id, ImportChunk.import_id == row.id
        )
    )
    if there != row.file_bytes:
        detail = "The file of this import was deleted; make another import and send it again."
        raise Conflict("import_without_file", detail)


def _rewind(session: Session, row: Import) -> None:
    """Reset an import to the first line, with an empty report."""
    row.position, row.next_line, row.lines_done, row.counts = 0, 1, 0, {}
    row.notes = None
    delete_keys(session, row)
    session.execute(
        delete(ImportReport).where(
            ImportReport.organization_id == row.organization_id, ImportReport.import_id == row.id
        )
    )


def _read_header(session: Session, row: Import) -> None:
    """Read the header of the file. Raises Invalid."""
    options = ImportOptions.stored(row.options)
    head = session.scalar(
        select(ImportChunk.data).where(
            ImportChunk.organization_id == row.organization_id,
            ImportChunk.import_id == row.id,
            ImportChunk.start == 0,
        )
    )
    try:
        begun = find_beginning(
            row.kind, (head or b"")[:_HEADER_BYTES], Encoding(row.encoding),
            columns=options.columns, delimiter=options.delimiter,
        )  # fmt: skip
    except ValueError as error:
        raise Invalid("header_invalid", "file", str(error)) from None
    row.header, row.delimiter = begun.header, begun.delimiter
    row.guesses = first_guesses(begun.guesses)
    row.position, row.next_line = begun.place.position, begun.place.line


def cancel(session: Session, tenant: Tenant, import_id: UUID, now: datetime) -> Import:
    """Cancel an import, after the running batch; what was stored stays.

    Raises NotFound; Conflict if it is over.
    """
    row = get_import(session, tenant, import_id, to_change=True)
    if row.state in {ImportState.FINISHED, ImportState.CANCELLED}:
        raise Conflict("import_done", "This import is over.")
    row.state, row.finished_at = ImportState.CANCELLED, now
    progress = {"lines": row.lines_done, "counts": row.counts}
    record(session, tenant.id, "import.cancelled", row.id, after=progress)
    delete_keys(session, row)
    session.flush()
    return row


def view(row: Import, now: datetime) -> ImportView:
    """Show an import."""
    return ImportView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        dry_run=row.dry_run,
        file_name=row.file_name,
        file_bytes=row.file_bytes,
        bytes_done=row.position,
        lines_total=None if row.lines_total is None else max(row.lines_total, row.lines_done),
        lines_done=row.lines_done,
        counts=ImportCounts(**row.counts),
        **(row.notes or {}),
        guesses=guesses_of(row),
        lines_per_second=pace(row.lines_done, row.started_at, row.finished_at or now),
        encoding=row.encoding,
        delimiter=row.delimiter,
        options=ImportOptions.stored(row.options),
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def list_imports(call: Call, limit: int, cursor: str | None) -> ImportPage:
    """List imports, latest first. Raises Invalid for a bad cursor."""
    wanted = select(Import).where(Import.organization_id == call.tenant.id)
    if cursor is not None:
        at, last = decode_cursor(cursor, str, str)
        before = instant_of(at)
        try:
            same = (Import.created_at == before) & (Import.id > UUID(str(last)))
        except ValueError:
            raise bad_cursor() from None
        wanted = wanted.where(or_(Import.created_at < before, same))
    rows = call.session.scalars(
        wanted.order_by(Import.created_at.desc(), Import.id).limit(limit + 1)
    ).all()
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = encode_cursor(page[-1].created_at.isoformat(), str(page[-1].id))
    return ImportPage(items=tuple(view(row, call.now) for row in page), next_cursor=following)


def report(
    call: Call,
    import_id: UUID,
    limit: int,
    cursor: str | None,
    *,
    outcome: LineOutcome | None = None,
    note: LineNote | None = None,
) -> ReportPage:
    """A page of the report, in the order of the file. Raises NotFound, Invalid."""
    get_import(call.session, call.tenant, import_id)
    after = 0 if cursor is None else int(decode_cursor(cursor, int)[0])
    lines = report_lines(
        call.session, call.tenant.id, import_id, after=after, outcome=outcome, note=note
    )
    found = list(islice(lines, limit + 1))
    page = found[:limit]
    return ReportPage(
        items=tuple(page),
        next_cursor=encode_cursor(page[-1].line) if len(found) > limit else None,
    )


def report_lines(
    session: Session,
    organization_id: int,
    import_id: UUID,
    *,
    after: int = 0,
    outcome: LineOutcome | None = None,
    note: LineNote | None = None,
) -> Iterator[ReportLine]:
    """The results of the lines after one of them; a batch is in memory at a time."""
    same = (
        ImportReport.organization_id == organization_id,
        ImportReport.import_id == import_id,
    )
    first = session.scalar(
        select(ImportReport.first_line)
        .where(*same, ImportReport.first_line <= after)
        .order_by(ImportReport.first_line.desc())
        .limit(1)
    )
    position = -1 if first is None else first - 1
    while True:
        batch = session.execute(
            select(ImportReport.first_line, ImportReport.outcomes)
            .where(*same, ImportReport.first_line > position)
            .order_by(ImportReport.first_line)
            .limit(1)
        ).first()
        if batch is None:
            return
        position = batch.first_line
        for line, what, found, message, *more in batch.outcomes:
            notes = _notes_in(more)
            if line > after and outcome in {None, what} and note in {None, *notes}:
                yield ReportLine(
                    line=line,
                    outcome=LineOutcome(what),
                    id=None if found is None else UUID(found),
                    message=message,
                    note=next(iter(notes), None),
                    notes=notes,
                )


def _notes_in(stored: list[Any]) -> tuple[LineNote, ...]:
    """The notes of a line: a list; in rows of earlier versions the first, or none."""
    found = stored[0] if stored else None
    names = found if isinstance(found, list) else [found] if found else []
    return tuple(LineNote(name) for name in names)
