"""The command ``import``: into the database, with or without a running service."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import VaultError
from membership.commands.database import find_organization, migrated_database
from membership.data.imports import service
from membership.data.imports.arrive.chunks import CHUNK_BYTES
from membership.data.imports.arrive.decoding import Encoding, FileDecoder
from membership.data.imports.run.worker import ImportWorker
from membership.data.imports.schemas import ImportView, LineOutcome, NewImport
from membership.store.database import Database
from membership.store.migrate import MigrationError
from membership.store.models import ImportState
from membership.store.secret_key import open_checked_vault
from membership.web.access import Tenant
from membership.web.errors import ApiError

Progress = Callable[[ImportView], None]
_FINAL = (ImportState.FINISHED, ImportState.FAILED, ImportState.CANCELLED)
_LISTED = (LineOutcome.REFUSED, LineOutcome.SKIPPED)
_WAIT_SECONDS = 0.5


def import_file(
    settings: ServiceSettings,
    file: Path,
    new: NewImport,
    *,
    organization: str,
    progress: Progress,
    tell: Callable[[str], object],
) -> ImportView:
    """Import a file; returns its final state.

    ``progress`` is called after each chunk, ``tell`` with a sentence for each line that a person
    should know of: refused, skipped, merged into another line, or maybe the same as somebody.
    Raises LookupError for an unknown organization; ApiError for a file that cannot be read as
    such; VaultError for a wrong secret key, before anything is stored; MigrationError, OSError and
    SQLAlchemyError.
    """
    with file.open("rb") as stream, migrated_database(settings) as database:
        tenant = find_organization(database, organization)
        # Before anything is stored: with a wrong key nothing must be started.
        worker = ImportWorker(open_checked_vault(settings, database, system_clock()))
        import_id = upload(database, tenant, new, stream, clock=system_clock)
        ended = run(
            database, tenant, import_id, clock=system_clock, progress=progress, worker=worker
        )
        with database.readers.begin() as session:
            for line in service.report_lines(session, tenant.id, import_id):
                if line.outcome in _LISTED or line.note is not None:
                    tell(f"line {line.line}: {line.outcome.value}: {line.message}")
        return ended


def upload(
    database: Database,
    tenant: Tenant,
    new: NewImport,
    stream: BinaryIO,
    *,
    clock: Callable[[], datetime],
) -> UUID:
    """Create an import, store its file and start it; returns its id. Raises ApiError."""
    decoder = FileDecoder(Encoding(new.encoding))
    with database.writing(SERVICE, clock) as (session, now):
        row = service.prepare(session, tenant, new, SERVICE, now)
        import_id, upload_id = row.id, service.begin_file(session, row)
    for data in _chunks(decoder, stream):
        with database.writing(SERVICE, clock) as (session, _):
            row = service.get_import(session, tenant, import_id, to_change=True)
            service.add_chunk(session, row, data, upload_id)
    with database.writing(SERVICE, clock) as (session, now):
        row = service.get_import(session, tenant, import_id, to_change=True)
        service.complete_file(row, decoder, upload_id)
        service.start(session, tenant, import_id, now)
    return import_id


def run(
    database: Database,
    tenant: Tenant,
    import_id: UUID,
    *,
    clock: Callable[[], datetime],
    progress: Progress,
    worker: ImportWorker | None = None,
) -> ImportView:
    """Process an import, or wait while a service does; returns its final state.

    Interrupted by the keyboard, it ends its lease, so that another process may continue.
    """
    worker = worker or ImportWorker()
    try:
        while True:
            done = worker.step(database, clock, only=(tenant.id, import_id))
            with database.readers.begin() as session:
                shown = service.view(service.get_import(session, tenant, import_id), clock())
            progress(shown)
            if shown.state in _FINAL and not done:
                return shown
            if not done:
                time.sleep(_WAIT_SECONDS)
    finally:
        worker.leave(database, tenant.id, import_id, clock())


def _chunks(decoder: FileDecoder, stream: BinaryIO) -> Iterator[bytes]:
    """The chunks of a file as they are stored."""
    while data := stream.read(CHUNK_BYTES):
        if stored := decoder.decode(data):
            yield stored
    if stored := decoder.finish():
        yield stored


def columns_of(given: Iterable[str]) -> dict[str, str | None]:
    """Return our column by heading, of texts such as `Vorname=given_name`; None for `Old id=`.

    Raises ValueError for a text without an equals sign.
    """
    found: dict[str, str | None] = {}
    for each in given:
        heading, equals, column = each.rpartition("=")
        if not equals or not heading.strip():
            raise ValueError(f"columns: {each!r} is not written like 'Vorname=given_name'")
        found[heading.strip()] = column.strip() or None
    return found


def import_command(
    settings: ServiceSettings,
    file: Path,
    wanted: dict[str, Any],
    *,
    organization: str,
    write: Callable[[str], object],
) -> int:
    """Run ``import``.

    Returns 0 if every line was taken by itself, 1 if some were refused, skipped or merged into
    other lines, 2 on an error.
    """

    def progress(shown: ImportView) -> None:
        of = "" if shown.lines_total is None else f" of {shown.lines_total}"
        pace = "" if shown.lines_per_second is None else f", {shown.lines_per_second:.0f} a second"
        write(f"\r{shown.state.value}: {shown.lines_done}{of} lines{pace}   ")

    try:
        new = NewImport.model_validate(wanted)
        ended = import_file(
            settings,
            file,
            new,
            organization=organization,
            progress=progress,
            tell=lambda line: write(f"\n{line}"),
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        write(f"walletdesk: {where}: {first['msg']}\n")
        return 2
    except (
        ApiError,
        LookupError,
        ValueError,
        VaultError,
        MigrationError,
        SQLAlchemyError,
        OSError,
    ) as error:
        message = error.detail if isinstance(error, ApiError) else str(error)
        write(f"\nwalletdesk: {message.splitlines()[0]}\n")
        return 2
    counts = ", ".join(f"{count} {name}" for name, count in ended.counts if count)
    write(f"\n{ended.state.value}: {counts or 'no lines'}\n")
    for guess in ended.guesses:
        write(f"guessed: {guess}\n")
    if ended.left_out:
        write(f"{ended.left_out} of them were taken without a bad value\n")
    if ended.merged:
        write(f"{ended.merged} of them mean the same person as another line of the file\n")
    if ended.maybe_same:
        write(f"{ended.maybe_same} of them are maybe the same as somebody else: compare them\n")
    if ended.error:
        write(f"{ended.error}\n")
    if ended.state is not ImportState.FINISHED:
        return 2
    lost = ended.counts.refused or ended.counts.skipped or ended.merged or ended.left_out
    return 1 if lost else 0
