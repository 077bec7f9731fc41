"""Alive, ready, and how it does: what whoever runs the service can see."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.operations.backlog import read_backlog
from membership.operations.readiness import SharedCheck
from membership.store.background import Background, Job, Work
from membership.store.database import Database
from membership.store.models import DeliveryState, Event, WebhookDelivery, WebhookEndpoint
from tests.membership.application import new_app
from tests.membership.conftest import METRICS_KEY, SQLITE, Databases
from tests.membership.rows import organization_row
from tests.membership.support import NOON, TIMEOUT, Clock, Service, arranging, running_service
from tests.membership.web.test_errors import assert_problem


def ask(service: Service, path: str, **headers: str) -> requests.Response:
    return requests.get(service.url + path, headers=headers, timeout=TIMEOUT)


def not_ready(service: Service) -> dict[str, str]:
    """The parts that fail, and why."""
    problem = assert_problem(ask(service, "/readyz"), 503, "not_ready")
    return {fault.field: fault.message for fault in problem.errors}


def read_metrics(service: Service) -> requests.Response:
    """Read the metrics with the key that services of the tests have."""
    return ask(service, "/metrics", Authorization=f"Bearer {METRICS_KEY}")


def values(service: Service) -> dict[tuple[str, ...], float]:
    """All metrics, by name and values of labels."""
    answer = read_metrics(service)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_ready(service: Service) -> None:
    answer = ask(service, "/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


def test_a_schema_of_another_version(service: Service) -> None:
    def set_revision(revision: str) -> None:
        with arranging(service.database) as session:
            session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})

    with service.database.engine.connect() as connection:
        current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    set_revision("0001")
    try:
        assert "0001" in not_ready(service)["schema"]
    finally:
        set_revision(current)
    assert ask(service, "/readyz").status_code == 200


def test_a_disk_that_is_nearly_full(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path, least_free_bytes=2**60)
    with running_service(settings) as service:
        assert "bytes are free" in not_ready(service)["storage"]


def test_a_database_that_lets_itself_only_be_read(databases: Databases, tmp_path: Path) -> None:
    with running_service(databases.new("postgresql", tmp_path)) as service:
        name = service.database.engine.url.database
        with arranging(service.database) as session:
            session.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        service.database.engine.dispose()  # the setting is for new connections
        assert set(not_ready(service)) == {"storage"}


def test_all_connections_taken_for_ever(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(
        SQLITE, tmp_path, pool_size=1, pool_overflow=0, busy_timeout_seconds=60
    )
    with running_service(settings) as service:
        with service.database.engine.connect(), ThreadPoolExecutor(5) as pool:
            asked = list(pool.map(lambda _: not_ready(service), range(5)))
            assert [set(parts) for parts in asked] == [{"database"}] * 5
            told = values(service)
            assert told["walletdesk_database_up",] == 0
            assert told["walletdesk_pool_connections_in_use",] == 1
        assert ask(service, "/readyz").status_code == 200
        assert values(service)["walletdesk_database_up",] == 1


def test_many_who_ask_are_one_question() -> None:
    asked = 0

    async def run() -> None:
        hanging = asyncio.Event()

        async def question() -> int:
            nonlocal asked
            asked += 1
            await hanging.wait()
            return asked

        shared = SharedCheck(question)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await shared.result(0.01)
        hanging.set()
        assert await shared.result(10) == 1
        assert await shared.result(10) == 2

    asyncio.run(run())


def wait_for(look: Callable[[], bool]) -> None:
    """Look again and again until it is so; fail after 20 s."""
    end = time.monotonic() + 20
    while not look():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextlib.contextmanager
def service_with(
    databases: Databases, folder: Path, *jobs: Job
) -> Iterator[tuple[Service, Background]]:
    """A service beside which jobs run."""
    made: list[Background] = []

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        vault = open_vault(settings)
        made.append(Background(Work(settings, database, vault, clock), jobs))
        return new_app(settings, database, clock, vault=vault, background=made[0])

    with running_service(databases.new(SQLITE, folder), build) as service:
        made[0].start()
        try:
            yield service, made[0]
        finally:
            made[0].stop(10)


def test_a_job_that_fails_again_and_again(databases: Databases, tmp_path: Path) -> None:
    broken = True

    def shaky(_work: Work) -> bool:
        if broken:
            raise RuntimeError("no luck")
        return False

    jobs = (Job("well", lambda _: False, 0.01), Job("shaky", shaky, 0.01))
    with service_with(databases, tmp_path, *jobs) as (service, background):
        wait_for(lambda: background.states["shaky"].failures > 2)
        assert not_ready(service)["jobs"].startswith("shaky failed")
        broken = False
        wait_for(lambda: background.states["shaky"].failures == 0)
        assert ask(service, "/readyz").status_code == 200
        told = values(service)
        assert told["walletdesk_job_failures_total", "shaky"] >= 3
        assert told["walletdesk_job_failures_total", "well"] == 0
        assert told["walletdesk_job_failures_in_a_row", "shaky"] == 0
        assert told["walletdesk_job_last_done_timestamp_seconds", "well"] == NOON.timestamp()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_job_that_ends_although_it_should_not(databases: Databases, tmp_path: Path) -> None:
    def leaving(_work: Work) -> bool:
        raise SystemExit

    with service_with(databases, tmp_path, Job("gone", leaving, 0.01)) as (service, background):
        wait_for(lambda: background.ended() == ["gone"])
        assert not_ready(service) == {"jobs": "gone ended."}


def test_what_is_counted(databases: Databases, tmp_path: Path) -> None:
    with running_service(databases.new(SQLITE, tmp_path)) as service:
        customer = service.customer("Zebulon", email="zebulon@example.com")
        service.member(service.plan(), customer_id=customer)
        for _ in range(3):
            service.scan(customer)
        service.scan("nobody's card")
        service.call("GET", f"/v1/customers/{uuid4()}")
        service.call("GET", "/wp-admin")
        service.call("PROPFIND", "/v1/scans")
        service.call("POST", "/v1/scans", key="mk_live_wrong", json={})
        told = values(service)
        text_of_all = read_metrics(service).text
    count = "walletdesk_requests_total"
    assert told[count, "POST", "/v1/scans", "200"] == 4
    assert told[count, "POST", "/v1/scans", "401"] == 1
    assert told[count, "GET", "/v1/customers/{customer_id}", "404"] == 1
    assert told[count, "GET", "-", "404"] == 1
    assert told[count, "other", "/v1/scans", "405"] == 1
    assert told["walletdesk_request_seconds_count", "POST", "/v1/scans"] == 5
    assert told["walletdesk_scans_total", "active"] == 3
    assert told["walletdesk_scans_total", "unknown_code"] == 1
    assert told["walletdesk_admission_waiting",] == 0
    for name in (
        "outbox_dead",
        "outbox_set_aside",
        "outbox_oldest_seconds",
        "imports_running",
        "mail_pending",
    ):
        assert told[f"walletdesk_{name}",] == 0
    assert told["process_resident_memory_bytes",] > 1e6
    for personal in ("ebulon", customer, service.tenant.slug, service.tenant.name, "wp-admin"):
        assert personal not in text_of_all


def test_two_applications_in_one_process_count_for_themselves(
    databases: Databases, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        with running_service(databases.new(SQLITE, tmp_path / name)) as service:
            service.get("/v1/desk")
            assert values(service)["walletdesk_requests_total", "GET", "/v1/desk", "200"] == 1


def test_who_may_read_metrics(databases: Databases, tmp_path: Path) -> None:
    key = METRICS_KEY
    for name in ("none", "keyed"):
        (tmp_path / name).mkdir()
    with running_service(databases.new(SQLITE, tmp_path / "none", metrics_key=None)) as service:
        # Whoever read them from this machine before learns what to set.
        for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"Authorization": f"Bearer {key}"}):
            refused = assert_problem(ask(service, "/metrics", **headers), 403, "metrics_need_key")
            assert "WALLETDESK_METRICS_KEY" in refused.detail
            assert "WALLETDESK_METRICS_PORT" in refused.detail
    with running_service(databases.new(SQLITE, tmp_path / "keyed")) as service:
        assert_problem(ask(service, "/metrics"), 401, "metrics_key_invalid")
        for shown in (
            f"Bearer {key}x",
            f"Basic {key}",
            f"Bearer {service.key}",
            "Bearer \xe4",
            key,
        ):
            answer = ask(service, "/metrics", Authorization=shown)
            assert_problem(answer, 401, "metrics_key_invalid")
        answer = ask(
            service, "/metrics", **{"Authorization": f"bearer {key}", "X-Forwarded-For": "8.8.8.8"}
        )
        assert answer.status_code == 200


_SET_ASIDE = 4


def _deliveries(organization_id: int, states: list[DeliveryState]) -> Iterator[Any]:
    """An endpoint, and an event for it in each of the states, a minute after each other."""
    endpoint = WebhookEndpoint(
        organization_id=organization_id, id=uuid4(), url="https://example.com/", event_types=[],
        secret=b"", created_at=NOON,
    )  # fmt: skip
    yield endpoint
    for seq, state in enumerate(states, start=1):
        yield Event(
            seq=seq, organization_id=organization_id, id=uuid4(), type="x", subject_id="y", data={},
            occurred_at=NOON, created_at=NOON.replace(minute=seq),
        )  # fmt: skip
        yield WebhookDelivery(
            organization_id=organization_id, endpoint_id=endpoint.id, event_seq=seq, state=state,
            set_aside_at=NOON if seq == _SET_ASIDE else None,
        )  # fmt: skip


def test_the_backlog(database: Database) -> None:
    states = [DeliveryState.DELIVERED, DeliveryState.DEAD]
    states += [DeliveryState.PENDING] * 3 + [DeliveryState.DEAD]
    with arranging(database) as session:
        club = organization_row()
        session.add(club)
        session.flush()
        for row in _deliveries(club.id, states):
            session.add(row)
            session.flush()
    with database.readers.begin() as session:
        found = read_backlog(session.connection(), NOON.replace(minute=13))
    assert (found.pending, found.dead, found.oldest_seconds) == (3, 2, 600.0)
    assert (found.set_aside, found.mails, found.imports) == (1, 0, 0)
    with database.readers.begin() as session:
        early = read_backlog(session.connection(), NOON)
    assert early.oldest_seconds == 0, "a clock that was set back is no negative age"
