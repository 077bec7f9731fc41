"""Advisory locks: one process at a time, until its transaction ends or it is killed."""

import threading

from membership.store.advisory_lock import Lock, SequenceWatermark, hold, try_hold
from membership.store.database import Database
from tests.forkserver import ForkedProcess
from tests.membership.store.holders import hold_for_long, url_of


def is_exclusive(database: Database) -> bool:
    """Whether two transactions exclude each other by advisory locks, as on PostgreSQL."""
    return database.engine.dialect.name == "postgresql"


def test_the_numbers_stay() -> None:
    # Processes of two versions may run side by side while a service is updated.
    assert {lock.name: lock.value for lock in Lock} == {
        "SETUP": 7162530411,
        "EXPIRY_SWEEPER": 7162530412,
        "ROLLOUTS": 7162530413,
        "CARD_REFRESH": 7162530414,
    }


def test_only_one_transaction_has_a_lock(database: Database) -> None:
    with database.readers.begin() as first, database.readers.begin() as second:
        assert try_hold(first.connection(), Lock.ROLLOUTS)
        assert try_hold(first.connection(), Lock.ROLLOUTS)
        assert try_hold(second.connection(), Lock.CARD_REFRESH)
        assert try_hold(second.connection(), Lock.ROLLOUTS) is not is_exclusive(database)
    with database.readers.begin() as third:
        assert try_hold(third.connection(), Lock.ROLLOUTS)


def test_a_lock_ends_with_a_transaction_that_is_rolled_back(database: Database) -> None:
    with database.writers() as session, session.begin() as transaction:
        hold(session.connection(), Lock.ROLLOUTS)
        transaction.rollback()
        with database.writers.begin() as other:
            assert try_hold(other.connection(), Lock.ROLLOUTS)


def test_writers_take_turns_under_a_lock(database: Database) -> None:
    """Also on SQLite, where the write lock keeps the second one waiting."""
    steps: list[str] = []
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with database.writers.begin() as session:
            hold(session.connection(), Lock.SETUP)
            steps.append("second")

    thread = threading.Thread(target=second)
    with database.writers.begin() as session:
        hold(session.connection(), Lock.SETUP)
        thread.start()
        begun.wait(10)
        thread.join(0.3)
        assert thread.is_alive()
        steps.append("first")
    thread.join(10)
    assert steps == ["first", "second"]


def test_the_lock_of_a_killed_process_is_free(database: Database) -> None:
    with ForkedProcess(hold_for_long, url_of(database)) as process:
        assert process.stdout.readline() == "held\n"
        with database.readers.begin() as session:
            assert try_hold(session.connection(), Lock.ROLLOUTS) is not is_exclusive(database)
        process.kill()
    with database.writers.begin() as session:
        # Waits until the server has noticed.
        hold(session.connection(), Lock.ROLLOUTS)


def test_readers_stop_before_numbers_of_open_transactions(database: Database) -> None:
    numbers = SequenceWatermark("events_seq_seq", 0x5EED)
    others = SequenceWatermark("events_seq_seq", 0x5EEE)
    if not is_exclusive(database):
        with database.readers.begin() as session:
            numbers.hold(session.connection())
            assert numbers.read(session.connection()) is None
        return
    take = "SELECT nextval('events_seq_seq')"
    with database.readers.begin() as reader:
        look = reader.connection()
        assert numbers.read(look) == 1
        with database.writers.begin() as slow, database.writers.begin() as quick:
            numbers.hold(slow.connection())
            assert slow.connection().exec_driver_sql(take).scalar() == 1
            assert quick.connection().exec_driver_sql(take).scalar() == 2
            assert numbers.read(look) == 1
            assert others.read(look) == 3
        assert numbers.read(look) == 3
