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


class Rests(threading.Event):
    """The event of a stop; stores how long each wait for it was to take, in seconds."""

    def __init__(self, *, stops: bool = False) -> None:
        super().__init__()
        self.asked_s: list[float] = []
        if stops:
            self.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Store the time, and wait."""
        self.asked_s.append(timeout or 0.0)
        return super().wait(timeout)


def with_rests(work: Work, rests: Rests) -> Work:
    """The same work, whose stop is seen."""
    return Work(work.settings, work.database, work.vault, work.clock, rests)


def test_between_chunks_the_job_rests_as_long_as_they_took(work: Work) -> None:
    more = True

    def purge(_work: Work) -> bool:
        time.sleep(0.1)
        return more

    job, rests = purge_job("tidy", purge), Rests()
    began = time.monotonic()
    job.run(with_rests(work, rests))
    assert time.monotonic() - began >= 0.2
    assert len(rests.asked_s) == 1
    more = False
    job.run(with_rests(work, rests))
    assert len(rests.asked_s) == 1


def test_a_service_that_stops_is_not_kept_waiting(work: Work) -> None:
    rests = Rests(stops=True)

    def purge(_work: Work) -> bool:
        time.sleep(0.05)
        return True

    purge_job("tidy", purge).run(with_rests(work, rests))
    # It rests by waiting for the stop, which has come.
    assert rests.asked_s[0] >= 0.05
    assert rests.is_set()
