"""How imports end: finished, failed, and what is noted and told of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from membership.data.imports.storage import creator_of, lock_leased
from membership.events.audit.recorder import record
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.store.database import Database
from membership.store.models import Import, ImportKey, ImportState
from membership.wallet.updates.invalidation import invalidate_all


def finish(session: Session, row: Import, now: datetime) -> None:
    """Note that all of an import is done. A dry run keeps its file, to be done in earnest."""
    row.state, row.finished_at = ImportState.FINISHED, now
    row.leased_by = row.leased_until = None
    row.filed_after = None
    told = {
        "import_id": str(row.id),
        "kind": row.kind.value,
        "dry_run": row.dry_run,
        "lines": row.lines_done,
        "counts": row.counts,
    }
    record(session, row.organization_id, "import.finished", row.id, after=told)
    emit(session, row.organization_id, EventType.IMPORT_FINISHED, row.id, told, now=now)
    forget_keys(session, row)


def fail(database: Database, found: Import, worker: UUID, why: str, now: datetime) -> None:
    """Note why an import cannot go on. What was stored stays; it can be started again."""
    with database.writing(creator_of(found), now) as (session, _):
        row = lock_leased(session, found, worker)
        if row is not None:
            row.state, row.error = ImportState.FAILED, why
            row.leased_by = row.leased_until = None
            look_at_cards(session, row, now)


def look_at_cards(session: Session, row: Import, now: datetime) -> None:
    """Let cards show what an import stored before it ended half-way; nothing else tells of it."""
    if not row.dry_run:
        invalidate_all(session.connection(), row.organization_id, now)


def forget_keys(session: Session, row: Import) -> None:
    """Drop what a dry run remembered of its lines."""
    session.execute(
        delete(ImportKey).where(
            ImportKey.organization_id == row.organization_id, ImportKey.import_id == row.id
        )
    )
