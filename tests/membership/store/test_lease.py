"""Leases: each row has one taker at a time, and what a killed process had is taken again."""

import signal
import threading
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import literal, select
from sqlalchemy.types import Uuid

from membership.base.settings import ServiceSettings
from membership.store import lease
from membership.store.database import Database, UtcDateTime, open_database
from membership.store.lease import CLOCK_MARGIN
from membership.store.models import OutgoingMail
from tests.forkserver import run as run_process
from tests.membership.store.holders import LEASE, take_and_die, take_one, url_of
from tests.membership.store.mails import store_mails
from tests.membership.support import NOON, arranging

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON - HOUR, True),
        (NOON, True),
        (NOON + SECOND, False),
        (NOON + HOUR + CLOCK_MARGIN, False),
        (NOON + HOUR + CLOCK_MARGIN + SECOND, True),
        (None, None),
    ],
)
def test_a_time_has_come_if_it_is_past_or_further_ahead_than_any_is_set(
    database: Database, at: datetime | None, expected: bool | None
) -> None:
    condition = lease.has_come(literal(at, UtcDateTime()), NOON, HOUR)
    with database.readers.begin() as session:
        found = session.scalar(select(condition))
    assert (None if found is None else bool(found)) is expected


ME, OTHER = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("holder", "until", "me", "expected"),
    [
        (None, None, None, True),
        (None, NOON + SECOND, None, True),
        (OTHER, NOON, None, True),
        (OTHER, NOON + SECOND, None, False),
        (OTHER, NOON + LEASE + CLOCK_MARGIN + SECOND, None, True),
        (OTHER, NOON + SECOND, ME, False),
        (ME, NOON + SECOND, ME, True),
        (ME, NOON + SECOND, None, False),
    ],
)
def test_a_lease_with_a_holder_is_free_for_its_holder_and_when_it_expired(
    database: Database,
    holder: UUID | None,
    until: datetime | None,
    me: UUID | None,
    expected: bool,
) -> None:
    condition = lease.is_free(
        literal(until, UtcDateTime()), NOON, LEASE, holder=literal(holder, Uuid()), me=me
    )
    with database.readers.begin() as session:
        assert bool(session.scalar(select(condition))) is expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [(None, True), (NOON, True), (NOON + SECOND, False), (NOON + 2 * HOUR, True)],
)
def test_a_lease_without_a_holder_is_free_without_an_end_and_when_it_expired(
    database: Database, until: datetime | None, expected: bool
) -> None:
    condition = lease.is_free(literal(until, UtcDateTime()), NOON, LEASE)
    with database.readers.begin() as session:
        assert bool(session.scalar(select(condition))) is expected


def test_rows_are_taken_in_their_order_and_again_when_the_lease_expired(
    database: Database,
) -> None:
    first, second, third, _never = store_mails(
        database, [NOON - 2 * HOUR, NOON - HOUR, NOON + HOUR / 12, None]
    )
    assert [take_one(database, NOON) for _ in range(3)] == [first, second, None]
    assert take_one(database, NOON + LEASE - SECOND) == third
    assert [take_one(database, NOON + LEASE) for _ in range(3)] == [first, second, None]


def test_of_many_at_once_each_row_has_one_taker(database: Database) -> None:
    mails = store_mails(database, [NOON] * 60)
    others = [open_database(ServiceSettings(database_url=url_of(database))) for _ in range(2)]
    taken: list[UUID] = []
    failures: list[BaseException] = []
    start = threading.Barrier(6)

    def run(there: Database) -> None:
        try:
            start.wait()
            while len(taken) < len(mails):
                found = take_one(there, NOON)
                if found is not None:
                    taken.append(found)
        except BaseException as error:  # noqa: BLE001 - raised by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(others[number % 2],)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for other in others:
        other.engine.dispose()
    assert failures == []
    assert Counter(taken) == dict.fromkeys(mails, 1)


def test_what_a_killed_process_had_is_taken_when_its_lease_expired(database: Database) -> None:
    (mail,) = store_mails(database, [NOON])
    killed = run_process(take_and_die, url_of(database))
    assert (killed.returncode, killed.stdout.split()) == (-signal.SIGKILL, [str(mail)])
    assert take_one(database, NOON + LEASE - SECOND) is None
    assert take_one(database, NOON + LEASE) == mail


def test_to_find_nothing_waits_for_no_writer(database: Database) -> None:
    store_mails(database, [NOON + HOUR / 12])
    impatient = open_database(
        ServiceSettings(database_url=url_of(database), busy_timeout_seconds=0.1)
    )
    with arranging(database) as session:
        session.add(session.scalars(select(OutgoingMail)).one())
        assert take_one(impatient, NOON) is None
    impatient.engine.dispose()


def test_rows_that_another_transaction_has_locked_are_skipped(database: Database) -> None:
    first, second = store_mails(database, [NOON, NOON])
    due = select(OutgoingMail).order_by(OutgoingMail.id)
    with database.readers.begin() as holder, database.readers.begin() as other:
        locked = holder.scalars(lease.skip_locked(due.limit(1))).one()
        assert locked.id == first
        free = [row.id for row in other.scalars(lease.skip_locked(due))]
        # SQLite knows no locked rows: there, transactions that write take turns.
        assert free == (
            [second] if database.engine.dialect.name == "postgresql" else [first, second]
        )
