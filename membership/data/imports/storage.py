"""Where the file of an import is kept, and how an import is claimed by one worker at a time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from membership.store.database import Database
from membership.store.models import Import, ImportChunk, ImportState

CHUNK_BYTES = 1024 * 1024
LEASE = timedelta(seconds=30)
"""How long a worker that does not say anything is believed to be at it."""

_AT_WORK = (ImportState.RUNNING, ImportState.INDEXING)
_UNDONE = or_(
    Import.state.in_(_AT_WORK),
    and_(Import.state == ImportState.CANCELLED, Import.unfiled.is_not(None)),
)
"""Lines to read, or customers to index, who may also be left by an import that was cancelled."""


def read_pieces(
    readers: sessionmaker[Session], organization_id: int, import_id: UUID, position: int
) -> Iterator[bytes]:
    """The file of an import from a position on, one chunk at a time."""
    same = (ImportChunk.organization_id == organization_id, ImportChunk.import_id == import_id)
    while True:
        with readers.begin() as session:
            chunk = session.execute(
                select(ImportChunk.start, ImportChunk.data)
                .where(*same, ImportChunk.start <= position)
                .order_by(ImportChunk.start.desc())
                .limit(1)
            ).first()
        if chunk is None or position >= chunk.start + len(chunk.data):
            return
        yield chunk.data[position - chunk.start :]
        position = chunk.start + len(chunk.data)


def is_free(worker: UUID, now: datetime) -> ColumnElement[bool]:
    """Whether a worker may take an import: nobody is at it, or who was has fallen silent.

    A lease that ends later than any can was made before the clock was set back; a little later
    it may end for whoever looked at the clock and then waited for the lock.
    """
    return or_(
        Import.leased_until.is_(None),
        Import.leased_by == worker,
        Import.leased_until <= now,
        Import.leased_until > now + 2 * LEASE,
    )


def claim(
    database: Database,
    worker: UUID,
    now: datetime,
    *,
    only: tuple[int, UUID] | None = None,
) -> Import | None:
    """Take an import that has something left to do, for a while; None if there is none.

    ``only`` names the one that is wanted.
    """
    wanted = [_UNDONE, is_free(worker, now)]
    if only is not None:
        wanted += [Import.organization_id == only[0], Import.id == only[1]]
    # Those at work first, then the one that was started first.
    candidates = select(Import).where(*wanted).order_by(Import.started_at, Import.id).limit(1)
    with database.readers.begin() as session:
        # Most of the time there is nothing to do, which must not take the lock of writers.
        found = session.scalars(candidates).first()
    if found is None or _is_held(found, worker, now):
        return found
    with database.writers.begin() as session:
        found = session.scalars(candidates.with_for_update(skip_locked=True)).first()
        if found is not None:
            found.leased_by, found.leased_until = worker, now + LEASE
        return found


def _is_held(found: Import, worker: UUID, now: datetime) -> bool:
    """Whether an import is the worker's for a good while yet."""
    if found.leased_by != worker or found.leased_until is None:
        return False
    return now + LEASE / 2 <= found.leased_until <= now + LEASE


def holds(session: Session, found: Import, worker: UUID) -> Import | None:
    """The import as it stands, locked; None if it is no longer the worker's, or moved on."""
    return session.scalars(
        select(Import)
        .where(
            Import.organization_id == found.organization_id,
            Import.id == found.id,
            Import.leased_by == worker,
            Import.position == found.position,
        )
        .with_for_update()
    ).first()


def let_go(
    writers: sessionmaker[Session], organization_id: int, import_id: UUID, worker: UUID
) -> None:
    """Let others take an import, which the worker is leaving."""
    with writers.begin() as session:
        session.execute(
            update(Import)
            .where(
                and_(Import.organization_id == organization_id, Import.id == import_id),
                Import.leased_by == worker,
            )
            .values(leased_by=None, leased_until=None)
        )
