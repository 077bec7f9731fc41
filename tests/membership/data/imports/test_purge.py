"""The files of imports are forgotten in time; what is at work or new is not."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from api_client.messages.management import ActorKind
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.data.imports.purge import FILE_CHUNKS, purge
from membership.store.background import Work
from membership.store.database import Database
from membership.store.models import Import, ImportChunk, ImportKind, ImportReport, ImportState
from tests.membership.rows import organization_row
from tests.membership.support import NOON, Clock, arranging

_KEY = "A" * 43 + "="


def an_import(database: Database, state: ImportState, chunks: int = 1) -> UUID:
    """An import that ended at noon, or did not, with its file and a report."""
    over = state in {ImportState.FINISHED, ImportState.FAILED, ImportState.CANCELLED}
    with arranging(database) as session:
        club = organization_row(slug=uuid4().hex)
        session.add(club)
        session.flush()
        row = Import(
            organization_id=club.id, id=uuid4(), kind=ImportKind.CUSTOMERS, options={},
            dry_run=False, state=state, counts={}, actor_kind=ActorKind.SERVICE, actor_name="s",
            created_at=NOON, finished_at=NOON if over else None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        here = {"organization_id": club.id, "import_id": row.id}
        session.add_all(ImportChunk(**here, start=n, data=b"x") for n in range(chunks))
        session.add(ImportReport(**here, first_line=1, outcomes=[]))
        return row.id


def files(database: Database) -> set[UUID]:
    """Imports that still have something of their file."""
    with database.readers.begin() as session:
        return set(session.scalars(select(ImportChunk.import_id)))


@pytest.fixture
def work(database: Database) -> Work:
    return Work(ServiceSettings(), database, Vault(_KEY), Clock(NOON))


def test_files_go_seven_days_after_the_end_and_reports_stay(database: Database, work: Work) -> None:
    ids = {state: an_import(database, state) for state in ImportState}
    clock = work.clock
    assert isinstance(clock, Clock)
    clock.now = NOON + timedelta(days=7)
    assert purge(work) is False
    assert files(database) == set(ids.values())
    clock.advance(seconds=1)
    assert purge(work) is False
    assert files(database) == {ids[ImportState.RUNNING], ids[ImportState.INDEXING]}
    with database.readers.begin() as session:
        assert set(session.scalars(select(ImportReport.import_id))) == set(ids.values())


def test_a_large_file_goes_piece_by_piece(database: Database, work: Work) -> None:
    an_import(database, ImportState.FINISHED, chunks=FILE_CHUNKS + 3)
    clock = work.clock
    assert isinstance(clock, Clock)
    clock.now = NOON + timedelta(days=30)
    assert purge(work) is True
    assert files(database)
    assert purge(work) is False
    assert not files(database)
