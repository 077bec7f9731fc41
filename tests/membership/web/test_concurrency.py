"""Many requests at once: all are answered, and who has no business here holds nobody up."""

import threading
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from membership.store.database import WRITES
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import TIMEOUT, Service, running_service

CLIENTS = 64
SCANS = 3


def test_many_desks_at_once_are_all_answered(service: Service) -> None:
    customer = service.customer()
    start = threading.Barrier(CLIENTS)
    statuses: list[int] = []

    def send() -> None:
        headers = {"Authorization": f"Bearer {service.key}"}
        with requests.Session() as http:
            start.wait()
            for _ in range(SCANS):
                body = {"visit_id": str(uuid4()), "text": customer}
                answer = http.post(
                    service.url + "/v1/scans", json=body, headers=headers, timeout=6 * TIMEOUT
                )
                statuses.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * (CLIENTS * SCANS)
    assert service.scan(customer)["visits"]["total"] == CLIENTS * SCANS + 1


@pytest.mark.parametrize("kind", ["wrong", "lacking"])
def test_a_wrong_key_does_not_wait_for_the_write_lock(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    settings = databases.new(SQLITE, tmp_path, busy_timeout_seconds=0.05)
    with running_service(settings) as service:
        body = {"visit_id": str(uuid4()), "text": service.customer()}
        key = "mk_live_wrong" if kind == "wrong" else service.key_with()
        with service.database.engine.execution_options(**{WRITES: True}).begin():
            assert service.call("POST", "/v1/scans", json=body).status_code == 503
            answer = service.call("POST", "/v1/scans", key=key, json=body)
        assert answer.status_code == (401 if kind == "wrong" else 403)


def test_who_waits_too_long_is_told_to_try_again(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path, busy_timeout_seconds=0.3)
    with running_service(settings) as service:
        body = {"visit_id": str(uuid4()), "text": service.customer()}
        answers: list[requests.Response] = []

        def send() -> None:
            headers = {"Authorization": f"Bearer {service.key}"}
            url = service.url + "/v1/scans"
            answers.append(requests.post(url, json=body, headers=headers, timeout=TIMEOUT))

        threads = [threading.Thread(target=send) for _ in range(4)]
        with service.database.engine.execution_options(**{WRITES: True}).begin():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        told = [(answer.status_code, answer.json()["code"]) for answer in answers]
        assert told == [(503, "database_busy")] * 4
        assert {answer.headers["Retry-After"] for answer in answers} == {"1"}
        assert service.call("POST", "/v1/scans", json=body).status_code == 200
