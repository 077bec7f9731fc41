"""The reading of a whole file before its lines: the lease is renewed, and it can be stopped."""

import io
import threading
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from membership.commands.import_ import upload
from membership.data.imports.run.lease import LEASE, lease_import
from membership.data.imports.run.survey import highest_number, needs_survey, orders_in, survey
from membership.data.imports.schemas import NewImport
from membership.store.database import Database
from membership.store.models import Import, ImportKind
from tests.membership.data.imports.test_resuming import club
from tests.membership.support import NOON, arranging


class SlowClock:
    """A clock by which each look at it takes two thirds of a lease."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> datetime:
        """The time that it is."""
        self.looks += 1
        return NOON + self.looks * LEASE * 2 / 3


@pytest.fixture
def leased(database: Database) -> tuple[Import, UUID]:
    """An import of 400 lines, and the worker that has it."""
    lines = "".join(f"P{each},{each},31/12/1990\n" for each in range(1, 401))
    data = io.BytesIO(f"given_name,number,birth_date\n{lines}".encode())
    new, worker = NewImport(kind=ImportKind.CUSTOMERS), uuid4()
    upload(database, club(database), new, data, clock=lambda: NOON)
    found = lease_import(database, worker, NOON)
    assert found is not None
    assert needs_survey(found)
    return found, worker


def stored(database: Database) -> Import:
    """The import as it is stored."""
    with database.readers.begin() as session:
        return session.scalars(select(Import)).one()


def test_the_lease_is_renewed_while_a_long_file_is_read(
    database: Database, leased: tuple[Import, UUID]
) -> None:
    clock = SlowClock()
    survey(database, *leased, clock, renewed_bytes=500)
    assert clock.looks > 10
    row = stored(database)
    assert row.leased_until == NOON + clock.looks * LEASE * 2 / 3 + LEASE
    assert (highest_number(row), orders_in(row)) == (400, {"birth_date": True})
    assert not needs_survey(row)


def test_it_ends_soon_when_the_service_stops(
    database: Database, leased: tuple[Import, UUID]
) -> None:
    stopping, clock = threading.Event(), SlowClock()
    stopping.set()
    survey(database, *leased, clock, stopping=stopping, renewed_bytes=500)
    assert clock.looks == 0
    assert needs_survey(stored(database))


def test_it_ends_when_another_worker_has_the_import(
    database: Database, leased: tuple[Import, UUID]
) -> None:
    with arranging(database) as session:
        session.execute(update(Import).values(leased_by=uuid4()))
    clock = SlowClock()
    survey(database, *leased, clock, renewed_bytes=500)
    assert clock.looks == 1
    assert needs_survey(stored(database))
