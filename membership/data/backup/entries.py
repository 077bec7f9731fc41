"""Entries in the audit about backups: who holds a copy of everything, and where data came from.

The one of a backup is in the database that was backed up, and not in the backup itself, which is
older. The one of a restore is in the restored database, under the same id: the time of the backup.
"""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.data.backup.archive import Manifest
from membership.events.audit.recorder import record
from membership.store.database import Database, open_database
from membership.store.models import Organization


def record_backup(settings: ServiceSettings, manifest: Manifest) -> None:
    """Record in the audit of each club that its data was backed up.

    Raises sqlalchemy.exc.SQLAlchemyError if the database cannot be written.
    """
    database = open_database(settings)
    try:
        with database.writing(SERVICE, system_clock) as (session, _):
            _record(session, "backup.made", manifest)
    finally:
        database.engine.dispose()


def record_restore(
    database: Database, connection: Connection, manifest: Manifest, now: datetime
) -> None:
    """Record in the transaction of a restore that the data of each club comes from a backup."""
    with database.writing(SERVICE, now, connection=connection) as (session, _):
        _record(session, "backup.restored", manifest)


def _record(session: Session, action: str, manifest: Manifest) -> None:
    """Add an entry for each organization."""
    known = {
        "made_at": manifest.created_at.isoformat(),
        "rows": manifest.rows,
        "with_key": manifest.with_key,
    }
    for organization_id in session.scalars(select(Organization.id).order_by(Organization.id)):
        record(session, organization_id, action, known["made_at"], after=known)
