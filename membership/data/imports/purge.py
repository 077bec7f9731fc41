"""Purges the files of imports: they hold personal data, and nothing needs them for long."""

from datetime import timedelta

from sqlalchemy import and_, func, select, tuple_

from membership.store.background import Work
from membership.store.models import Import, ImportChunk, ImportKey, ImportState
from membership.store.purge import Expired, purge_job, purge_tables

FILE_CHUNKS = 20
"""Chunks of files, of 1 MiB each, that are deleted in one transaction."""

_RUNNING = (ImportState.RUNNING, ImportState.INDEXING)


def purge(work: Work) -> bool:
    """Delete a chunk of what is no longer kept; True if there may be more.

    A file is kept for ``import_file_days`` after its import ended, so that a dry run can be
    repeated as a real one; one that was never started, for as long after it arrived.
    """
    before = work.clock() - timedelta(days=work.settings.import_file_days)
    ended_at = func.coalesce(Import.finished_at, Import.created_at, type_=Import.created_at.type)
    ended = select(Import.organization_id, Import.id).where(
        and_(Import.state.not_in(_RUNNING), ended_at < before)
    )
    return purge_tables(
        work,
        *(
            Expired(table, tuple_(table.organization_id, table.import_id).in_(ended), FILE_CHUNKS)
            for table in (ImportChunk, ImportKey)
        ),
    )


IMPORT_PURGE_JOB = purge_job("import files", purge)
"""See ``membership.jobs``."""
