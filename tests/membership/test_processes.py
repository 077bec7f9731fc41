"""Several service processes on one database; what is left when one is killed or told to stop."""

import contextlib
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests

from membership.base.settings import SQLITE_FILE_NAME, ServiceSettings
from membership.commands.database import create_key
from membership.store.migrate import HEAD
from tests.membership.conftest import Databases
from tests.membership.service_process import ServiceProcess, service_process
from tests.membership.support import TIMEOUT

pytestmark = pytest.mark.long

POOL = 3
_SETTINGS = [
    "--set=pool_size=2",
    f"--set=pool_overflow={POOL - 2}",
    "--set=key_requests_per_second=0",
    "--set=busy_timeout_seconds=60",  # the second waits until the first has migrated
]


class Pair:
    """Two processes that were started at once on an empty PostgreSQL database."""

    def __init__(self, first: ServiceProcess, second: ServiceProcess, url: str, key: str) -> None:
        self.both, self.url = (first, second), url
        for each in self.both:
            each.event["key"] = key

    def at_once(self, ask: Callable[[ServiceProcess], Any]) -> list[Any]:
        """Ask both in the same moment."""
        gate = threading.Barrier(2)

        def run(one: ServiceProcess) -> Any:
            gate.wait()
            return ask(one)

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(run, self.both))

    def rows(self, statement: str) -> list[Any]:
        """What the database holds."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def create(self, path: str, **body: Any) -> str:
        """Create something through the first; returns its id."""
        answer = created(self.both[0].request("POST", path, body))
        return str(answer.get("customer", answer)["id"])


def created(answer: requests.Response) -> Any:
    assert answer.status_code == 201, answer.text
    return answer.json()


@contextlib.contextmanager
def two_processes(databases: Databases, folder: Path) -> Iterator[Pair]:
    url = databases.empty_postgres()
    secret = "--set=secret_key=" + "QUFB" * 10 + "QUE="
    gate = threading.Barrier(2)

    def start(name: str) -> ServiceProcess:
        gate.wait()
        return ServiceProcess(folder / name, "--database-url", url, secret, *_SETTINGS)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(start, ("a", "b"))
    started = (first, second)
    try:
        assert [one.event["event"] for one in started] == ["ready", "ready"]
        settings = ServiceSettings(data_dir=folder, database_url=url)
        key = create_key(settings, organization="my-club", name="test")
        yield Pair(first, second, url, key)
    finally:
        for one in started:
            one.popen.kill()
            one.popen.communicate(timeout=30)


@pytest.fixture(scope="module")
def pair(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_processes(databases, tmp_path_factory.mktemp("pair")) as pair:
        yield pair


def test_one_of_them_migrated_and_made_the_club(pair: Pair) -> None:
    assert pair.rows("SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert pair.rows("SELECT slug FROM organizations") == [("my-club",)]
    assert [one.request("GET", "/readyz").status_code for one in pair.both] == [200, 200]


def test_one_idempotency_key_is_one_thing(pair: Pair) -> None:
    for _ in range(5):
        key = str(uuid4())

        def ask(one: ServiceProcess, key: str = key) -> requests.Response:
            return requests.post(
                one.event["url"] + "/v1/customers",
                json={"given_name": key},
                headers={"Authorization": f"Bearer {one.event['key']}", "Idempotency-Key": key},
                timeout=TIMEOUT,
            )

        first, second = pair.at_once(ask)
        assert created(first) == created(second)
        assert pair.rows(f"SELECT count(*) FROM customers WHERE given_name = '{key}'") == [(1,)]


def test_one_last_seat_goes_to_one(pair: Pair) -> None:
    plan = pair.create("/v1/plans", name="Corporate")
    for _ in range(3):
        company = pair.create("/v1/companies", name=str(uuid4()), seat_cap=1)
        pair.create("/v1/memberships", plan_id=plan, company_id=company)
        people = {one: pair.create("/v1/customers", given_name="Amara") for one in pair.both}

        def join(one: ServiceProcess, company: str = company, people: Any = people) -> int:
            path = f"/v1/companies/{company}/customers/{people[one]}"
            return one.request("PUT", path, {"role": ""}).status_code

        assert pair.at_once(join) == [204, 204]
        for one in pair.both:
            outcomes = [scan(one, people[each]).json()["outcome"] for each in pair.both]
            assert sorted(outcomes) == ["active", "no_membership"]


def test_one_merge_wins(pair: Pair) -> None:
    for _ in range(3):
        ids = {one: pair.create("/v1/customers", given_name="Twin") for one in pair.both}
        other = dict(zip(pair.both, reversed([ids[one] for one in pair.both]), strict=True))

        def merge(one: ServiceProcess, ids: Any = ids, other: Any = other) -> int:
            path = f"/v1/customers/{ids[one]}/merge"
            return one.request("POST", path, {"other_id": other[one]}).status_code

        statuses = pair.at_once(merge)
        assert sum(status < 300 for status in statuses) == 1, statuses
        assert all(status < 500 for status in statuses), statuses
        left = {
            scan(one, each).json()["customer"]["id"] for one in pair.both for each in ids.values()
        }
        assert len(left) == 1


def scan(one: ServiceProcess, text: str, visit: str | None = None) -> requests.Response:
    return one.request("POST", "/v1/scans", {"visit_id": visit or str(uuid4()), "text": text})


def test_no_more_connections_than_were_set(pair: Pair) -> None:
    customer = pair.create("/v1/customers", given_name="Amara")
    count = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    most = 0
    with (
        ThreadPoolExecutor(16) as pool,
        psycopg.connect(pair.url, autocommit=True) as connection,
    ):
        asked = [pool.submit(scan, pair.both[number % 2], customer) for number in range(120)]
        while not all(each.done() for each in asked):
            found = connection.execute(count).fetchone()
            assert found is not None
            most = max(most, found[0])
    assert {each.result().status_code for each in asked} == {200}
    assert 2 < most <= 2 * POOL


class Desks:
    """Many desks that scan until they are stopped, each visit until it is acknowledged."""

    def __init__(self, processes: list[ServiceProcess], text: str) -> None:
        self.processes, self.text = processes, text
        self.acknowledged: list[str] = []
        self.in_doubt: list[str] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(processes[number % len(processes)],))
            for number in range(4)
        ]

    def _run(self, one: ServiceProcess) -> None:
        while not self._stop.is_set():
            visit = str(uuid4())
            try:
                answer = scan(one, self.text, visit)
            except requests.RequestException:
                self.in_doubt.append(visit)
                return
            assert answer.status_code == 200, answer.text
            self.acknowledged.append(visit)

    def scan_until(self, acknowledged: int) -> None:
        """Begin, and wait for so many answers."""
        for thread in self._threads:
            thread.start()
        self.wait_for(acknowledged)

    def wait_for(self, acknowledged: int) -> None:
        """Wait for so many answers in all."""
        end = time.monotonic() + 60
        while len(self.acknowledged) < acknowledged:
            assert time.monotonic() < end
            time.sleep(0.005)

    def end(self) -> None:
        """Stop all desks."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_the_other_goes_on_when_one_is_killed(pair: Pair) -> None:
    """The last test of the pair: it leaves one of them."""
    killed, survivor = pair.both
    customer = pair.create("/v1/customers", given_name="Amara")
    visits = f"SELECT id FROM visits WHERE customer_id = '{customer}'"
    desks = Desks([killed, survivor], customer)
    desks.scan_until(40)
    os.kill(killed.popen.pid, signal.SIGKILL)
    desks.wait_for(len(desks.acknowledged) + 20)
    desks.end()
    assert 1 <= len(desks.in_doubt) <= 2, "the desks of the one that was killed"
    for visit in [*desks.in_doubt, *desks.acknowledged[:3]]:
        assert scan(survivor, customer, visit).status_code == 200
    stored = [str(visit) for (visit,) in pair.rows(visits)]
    assert sorted(stored) == sorted(desks.acknowledged + desks.in_doubt)


def test_killed_while_scans_are_under_way(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=tmp_path)
    quick = "--set=key_requests_per_second=0"
    with service_process(tmp_path, quick) as service:
        key = service.event["key"] = create_key(settings, organization="my-club", name="test")
        body = {"given_name": "Amara"}
        customer = created(service.request("POST", "/v1/customers", body))["customer"]["id"]
        desks = Desks([service], customer)
        desks.scan_until(40)
        os.kill(service.popen.pid, signal.SIGKILL)
        desks.end()
    assert 1 <= len(desks.in_doubt) <= 4
    with service_process(tmp_path, quick) as again:
        again.event["key"] = key
        for visit in desks.in_doubt:
            assert scan(again, customer, visit).status_code == 200
    with contextlib.closing(sqlite3.connect(tmp_path / SQLITE_FILE_NAME)) as file:
        stored = [visit for (visit,) in file.execute("SELECT id FROM visits")]
    wanted = [visit.replace("-", "") for visit in desks.acknowledged + desks.in_doubt]
    assert sorted(stored) == sorted(wanted)


def wait_until_it_listens_no_more(service: ServiceProcess) -> None:
    """Ask until nobody is there to ask."""
    with contextlib.suppress(requests.ConnectionError):
        while service.request("GET", "/healthz").status_code == 200:
            time.sleep(0.01)


def test_a_polite_stop_answers_what_was_asked(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=tmp_path)
    metrics = ("--set", "metrics_port=0")
    with service_process(tmp_path, *metrics) as service, ThreadPoolExecutor(1) as pool:
        service.event["key"] = create_key(settings, organization="my-club", name="test")
        body = {"given_name": "Amara"}
        customer = created(service.request("POST", "/v1/customers", body))["customer"]["id"]
        file = sqlite3.connect(tmp_path / SQLITE_FILE_NAME, isolation_level=None)
        with contextlib.closing(file):
            file.execute("BEGIN IMMEDIATE")
            asked = pool.submit(scan, service, customer)
            where = service.event["metrics_url"] + "/metrics"
            while "pool_connections_in_use 0" in requests.get(where, timeout=TIMEOUT).text:
                assert not asked.done()
            service.popen.send_signal(signal.SIGTERM)
            wait_until_it_listens_no_more(service)
            assert not asked.done()
            file.execute("ROLLBACK")
        assert asked.result().status_code == 200
        code, log = service.end()
    assert code == 0
    assert "job_still_running" not in log
    assert "Traceback" not in log
