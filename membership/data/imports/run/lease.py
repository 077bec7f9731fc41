"""The lease of an import: one worker at a time handles it, and renews the lease with each batch."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE, Actor
from membership.base.failing import FailingItems
from membership.store import lease
from membership.store.apart import is_of_database
from membership.store.database import Database
from membership.store.models import Import, ImportState

NAME = "imports"
"""The job of imports."""
LEASE = timedelta(seconds=30)
"""How long an import belongs to a worker; renewed with every batch."""

_RUNNING = (ImportState.RUNNING, ImportState.INDEXING)
_UNFINISHED = or_(
    Import.state.in_(_RUNNING),
    and_(Import.state == ImportState.CANCELLED, Import.unfiled.is_not(None)),
)
"""SQL condition: lines are to be read, or customers to be indexed, also after a cancellation."""


def lease_import(
    database: Database,
    worker: UUID,
    now: datetime,
    *,
    only: tuple[int, UUID] | None = None,
    without: Collection[object] = (),
) -> Import | None:
    """Lease an import that has something left to do; None if there is none.

    The ones that run come first, in the order of their starts. ``only`` names the organization
    and the import that is wanted, ``without`` the ids of those that are not.
    """
    wanted = [_UNFINISHED, _is_free(worker, now), Import.id.not_in(without)]
    if only is not None:
        wanted += [Import.organization_id == only[0], Import.id == only[1]]
    due = _first(select(Import), *wanted)
    with database.readers.begin() as session:
        found = session.scalar(due)
    # Each batch renews the lease, so that mostly the write lock need not be taken for it here.
    if found is None or _is_leased_for_long(found, worker, now):
        return found
    with database.writing(SERVICE, now) as (session, _):
        row = session.scalar(lease.skip_locked(due))
        if row is not None:
            row.leased_by, row.leased_until = worker, now + LEASE
        return row


def lease_readable(
    database: Database,
    worker: UUID,
    now: datetime,
    failing: FailingItems | None,
    *,
    only: tuple[int, UUID] | None = None,
) -> Import | None:
    """Lease an import as ``lease_import`` does, without those that are put off in ``failing``.

    One whose row cannot be read, such as one of a newer version, is put off, and the next one
    leased.
    """
    while True:
        without = frozenset() if failing is None else failing.waiting(NAME, now)
        try:
            return lease_import(database, worker, now, only=only, without=without)
        except Exception as error:
            if failing is None or is_of_database(error):
                raise
            unreadable = _next_id(database, worker, now, without)
            if unreadable is None:
                raise
            failing.failed(NAME, unreadable, error, now)


def _next_id(
    database: Database, worker: UUID, now: datetime, without: Collection[object]
) -> UUID | None:
    """Return the id of the import that would be leased next, without reading the rest of it."""
    wanted = (_UNFINISHED, _is_free(worker, now), Import.id.not_in(without))
    with database.readers.begin() as session:
        return session.scalar(_first(select(Import.id), *wanted))


def _first(query: lease.AnySelect, *wanted: ColumnElement[bool]) -> lease.AnySelect:
    """The query for the import that was started first."""
    return query.where(*wanted).order_by(Import.started_at, Import.id).limit(1)


def _is_free(worker: UUID, now: datetime) -> ColumnElement[bool]:
    """SQL condition: no other worker has the import."""
    return lease.is_free(Import.leased_until, now, LEASE, holder=Import.leased_by, me=worker)


def _is_leased_for_long(found: Import, worker: UUID, now: datetime) -> bool:
    """Whether the worker has the import for at least half a lease yet."""
    if found.leased_by != worker or found.leased_until is None:
        return False
    return now + LEASE / 2 <= found.leased_until <= now + LEASE


def creator_of(row: Import) -> Actor:
    """Return the caller who created an import, in whose name its lines are stored."""
    return Actor(row.actor_kind, row.actor_name, row.actor_id)


def lock_leased(session: Session, found: Import, worker: UUID) -> Import | None:
    """Load and lock an import; None if another worker has it, or its position changed."""
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


def release(
    database: Database, organization_id: int, import_id: UUID, worker: UUID, now: datetime
) -> None:
    """End the worker's lease of an import, so that another one can continue it at once."""
    with database.writing(SERVICE, now) as (session, _):
        session.execute(
            update(Import)
            .where(
                and_(Import.organization_id == organization_id, Import.id == import_id),
                Import.leased_by == worker,
            )
            .values(leased_by=None, leased_until=None)
        )
