"""The end of imports: finished, with its event, or failed.

Each change was stored with its own event, from which the cards that show it are recomputed.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from membership.data.imports.run.lease import creator_of, lock_leased
from membership.events.audit.recorder import record
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.store.database import Database
from membership.store.models import Import, ImportKey, ImportState


def finish(session: Session, row: Import, now: datetime) -> None:
    """Finish an import. The file of a dry run is kept for a real run."""
    row.state, row.finished_at = ImportState.FINISHED, now
    row.leased_by = row.leased_until = None
    row.filed_after = None
    data = {
        "import_id": str(row.id),
        "kind": row.kind.value,
        "dry_run": row.dry_run,
        "lines": row.lines_done,
        "counts": row.counts,
    }
    record(session, row.organization_id, "import.finished", row.id, after=data)
    emit(session, row.organization_id, EventType.IMPORT_FINISHED, row.id, data, now=now)
    delete_keys(session, row)


def fail(database: Database, found: Import, worker: UUID, why: str, now: datetime) -> None:
    """Fail an import. What was stored stays, and it can be started again."""
    with database.writing(creator_of(found), now) as (session, _):
        row = lock_leased(session, found, worker)
        if row is not None:
            row.state, row.error = ImportState.FAILED, why
            row.leased_by = row.leased_until = None


def delete_keys(session: Session, row: Import) -> None:
    """Delete the keys that an import stored of its lines."""
    session.execute(
        delete(ImportKey).where(
            ImportKey.organization_id == row.organization_id, ImportKey.import_id == row.id
        )
    )
