"""Forgets the files of imports: they hold personal data, and nothing needs them for long."""

from datetime import timedelta

from sqlalchemy import and_, delete, func, select, tuple_

from membership.store.background import Job, Work
from membership.store.models import Import, ImportChunk, ImportKey, ImportState

BATCH = 20
"""Pieces of files, of 1 MiB each, that are deleted in one transaction."""

_AT_WORK = (ImportState.RUNNING, ImportState.INDEXING)


def prune(work: Work) -> bool:
    """Delete some of what is no longer kept; True if there may be more.

    A file is kept for ``import_file_days`` after its import ended, so that a dry run can be
    done in earnest; one that was never started, as long from its arrival on.
    """
    before = work.clock() - timedelta(days=work.settings.import_file_days)
    over = and_(
        Import.state.not_in(_AT_WORK),
        func.coalesce(Import.finished_at, Import.created_at, type_=Import.created_at.type) < before,
    )
    deleted = 0
    with work.database.writers.begin() as session:
        connection = session.connection()
        for table in (ImportChunk, ImportKey):
            part = ImportChunk.start if table is ImportChunk else ImportKey.key
            key = (table.organization_id, table.import_id, part)
            of_import = and_(
                table.organization_id == Import.organization_id, table.import_id == Import.id
            )
            old = select(*key).join(Import, of_import).where(over).limit(BATCH)
            rows = [tuple(row) for row in connection.execute(old)]
            if rows:
                connection.execute(delete(table).where(tuple_(*key).in_(rows)))
            deleted = max(deleted, len(rows))
    return deleted == BATCH


IMPORT_FILES_JOB = Job("import files", prune, pause_seconds=3600.0)
