"""Purging goes on in chunks, past what is kept, and lets others write in between."""

import threading
import time
from datetime import timedelta

import pytest

from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.store.background import Work
from membership.store.database import Database
from membership.store.models import OutgoingMail
from membership.store.purge import Expired, delete_chunk, purge_job, purge_tables
from tests.membership.store.mails import count_mails, store_mails
from tests.membership.support import NOON

GIVEN_UP = OutgoingMail.next_attempt_at.is_(None)


@pytest.fixture
def work(database: Database) -> Work:
    """What a job is given."""
    return Work(ServiceSettings(), database, Vault("A" * 43 + "="), lambda: NOON)


@pytest.mark.parametrize(
    ("expired", "rounds"),
    [(0, [False]), (4, [False]), (5, [True, False]), (12, [True, True, False])],
)
def test_chunks_are_deleted_until_one_is_not_full(
    database: Database, expired: int, rounds: list[bool]
) -> None:
    store_mails(database, [None] * expired + [NOON] * 3)
    left = expired
    for more in rounds:
        with database.writers.begin() as session:
            assert delete_chunk(session.connection(), Expired(OutgoingMail, GIVEN_UP, 5)) is more
        left = max(0, left - 5)
        assert count_mails(database) == left + 3


def test_a_round_deletes_a_chunk_of_each_kind(work: Work) -> None:
    store_mails(work.database, [None] * 3 + [NOON] * 2)
    kinds = (Expired(OutgoingMail, GIVEN_UP, 1), Expired(OutgoingMail, ~GIVEN_UP, 2))
    assert purge_tables(work, *kinds)
    assert count_mails(work.database) == 2
    assert purge_tables(work, *kinds)
    assert not purge_tables(work, kinds[1])
    assert count_mails(work.database) == 1


def test_a_job_runs_every_purge_once_an_hour(work: Work) -> None:
    results = {"first": True, "second": False}
    ran: list[str] = []

    def purge(name: str) -> bool:
        ran.append(name)
        return results[name]

    job = purge_job("tidy", lambda _work: purge("first"), lambda _work: purge("second"))
    assert (job.name, timedelta(seconds=job.pause_seconds)) == ("tidy", timedelta(hours=1))
    assert job.run(work) is True
    results["first"] = False
    assert job.run(work) is False
    assert ran == ["first", "second"] * 2


def test_between_chunks_the_job_rests_as_long_as_they_took(work: Work) -> None:
    more = True

    def purge(_work: Work) -> bool:
        time.sleep(0.1)
        return more

    job = purge_job("tidy", purge)
    began = time.monotonic()
    job.run(work)
    assert time.monotonic() - began >= 0.2
    more = False
    rests: list[float] = []

    class Counting(threading.Event):
        """Notes how long somebody waits for it."""

        def wait(self, timeout: float | None = None) -> bool:
            """Note it, and do not wait."""
            rests.append(timeout or 0.0)
            return True

    job.run(Work(work.settings, work.database, work.vault, work.clock, Counting()))
    assert rests == []


def test_a_service_that_stops_is_not_kept_waiting(work: Work) -> None:
    work.stopping.set()
    began = time.monotonic()

    def purge(_work: Work) -> bool:
        time.sleep(0.3)
        return True

    purge_job("tidy", purge).run(work)
    assert time.monotonic() - began < 0.6
