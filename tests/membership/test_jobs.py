"""The list of jobs: their names, which readiness and metrics show, and what is imported when."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from membership.base.vault import open_vault
from membership.jobs import JOBS, LAZY_JOBS
from membership.store.background import Job, Work
from membership.store.database import open_database
from membership.store.lazy_job import LazyRun, lazy_job
from membership.store.models import Organization
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import NOON

NAMES = {
    "expiry-sweeper": 2.0,
    **{f"webhooks-{number}": 1.0 for number in range(1, 5)},
    "event-retention": 3600.0,
    "mail": 2.0,
    "imports": 1.0,
    "import files": 3600.0,
    "staff_upkeep": 3600.0,
    "login_upkeep": 3600.0,
    "embed_token_upkeep": 3600.0,
    "billing": 1.0,
    "billing-tasks": 1.0,
    "billing_events": 3600.0,
    "card-follower": 1.0,
    "card-refresher": 1.0,
    "card-rollouts": 1.0,
    "apple-push": 1.0,
    "google": 2.0,
    "wallet-identities": 86_400.0,
}
"""Seconds between the runs of each job that has nothing to do."""

RAN: list[datetime] = []


def run_noted(work: Work) -> bool:
    """What the lazy job of the test runs."""
    RAN.append(work.clock())
    return True


def test_all_jobs_are_in_the_list() -> None:
    assert {job.name: job.pause_seconds for job in JOBS} == NAMES
    assert len(JOBS) == len(NAMES)


@pytest.mark.parametrize("job", LAZY_JOBS, ids=lambda job: job.name)
def test_a_lazy_job_is_the_job_of_its_module(job: Job) -> None:
    assert isinstance(job.run, LazyRun)
    assert callable(job.run.load())
    module = __import__(job.run.module, fromlist=[job.run.name])
    there = getattr(module, job.run.name)
    if isinstance(there, Job):
        assert (there.name, there.pause_seconds) == (job.name, job.pause_seconds)


@pytest.fixture
def work(databases: Databases, tmp_path: Path) -> Iterator[Work]:
    """What jobs are given, over an empty database."""
    settings = databases.new(SQLITE, tmp_path)
    database = open_database(settings)
    yield Work(settings, database, open_vault(settings), lambda: NOON)
    database.engine.dispose()


def test_every_lazy_job_looks_for_its_rows_in_an_empty_database(work: Work) -> None:
    for job in LAZY_JOBS:
        assert job.run(work) is False


def test_a_lazy_job_runs_once_there_is_a_row_and_from_then_on(work: Work) -> None:
    RAN.clear()
    rows = select(Organization.id).where(Organization.slug == "one")
    job = lazy_job("noted", 1.0, f"{__name__}:run_noted", select(Organization.id), rows)
    assert job.run(work) is False
    assert RAN == []
    with work.database.writers.begin() as session:
        session.add(
            Organization(
                slug="one", name="One", time_zone="UTC", currency="EUR",
                created_at=datetime(2027, 1, 1, tzinfo=UTC),
            )
        )  # fmt: skip
    assert job.run(work) is True
    with work.database.writers.begin() as session:
        session.delete(session.scalars(select(Organization)).one())
    assert job.run(work) is True
    assert RAN == [NOON, NOON]
