"""Every error is a problem with a stable code; no internals leak; a full disk is one of them."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import text

from api_client.messages.scan import Problem
from membership.base.settings import ServiceSettings
from membership.store.database import WRITES, Database, open_database
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import TIMEOUT, Clock, Service, running_service


def assert_problem(answer: requests.Response, status: int, code: str) -> Problem:
    """The answer is a problem of that status and code; returns it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-Id"]
    problem = Problem.model_validate_json(answer.text)
    assert (problem.status, problem.code) == (status, code)
    assert problem.title
    return problem


def test_routing_errors(service: Service) -> None:
    assert_problem(service.call("GET", "/v1/nothing"), 404, "no_such_route")
    assert_problem(service.call("GET", "/"), 404, "no_such_route")
    answer = service.call("DELETE", "/v1/scans")
    assert_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "content_type", "fields"),
    [
        (b"{", "application/json", ["body"]),
        (b"", "application/json", ["body"]),
        (b"[]", "application/json", ["body"]),
        (b"null", "application/json", ["body"]),
        (b"{}", "application/json", ["body.visit_id", "body.text"]),
        (b'{"visit_id": "x", "text": 5}', "application/json", ["body.visit_id", "body.text"]),
        (b"text=C-1", "application/x-www-form-urlencoded", ["body"]),
    ],
)
def test_invalid_bodies_name_the_fields(
    service: Service, body: bytes, content_type: str, fields: list[str]
) -> None:
    headers = {"Content-Type": content_type}
    answer = service.call("POST", "/v1/scans", data=body, headers=headers)
    problem = assert_problem(answer, 422, "invalid_request")
    assert [fault.field for fault in problem.errors] == fields
    assert all(fault.message for fault in problem.errors)


def test_no_route_reports_a_field_twice_for_one_fault(service: Service) -> None:
    paths, refused = service.get("/openapi.json")["paths"], set()
    for path, operations in paths.items():
        for method, operation in operations.items():
            if "application/json" not in operation.get("requestBody", {}).get("content", {}):
                continue
            named = re.sub("{[^}]*}", str(uuid4()), path)
            bodies: tuple[object, ...] = ([], {})
            for body in bodies:
                answer = service.call(method.upper(), named, json=body)
                if answer.status_code == 422:
                    found = [(each["field"], each["code"]) for each in answer.json()["errors"]]
                    assert len(found) == len(set(found)), (method, path, found)
                    refused.add(path)
    assert {"/v1/webhooks", "/v1/customers", "/v1/plans", "/v1/companies"} <= refused


def test_body_that_is_no_text(service: Service) -> None:
    headers = {"Content-Type": "application/json"}
    answer = service.call("POST", "/v1/scans", data=b"\xff\xfe\x00", headers=headers)
    assert_problem(answer, 400, "body_unreadable")


def test_invalid_values_are_not_echoed(service: Service) -> None:
    answer = service.call("POST", "/v1/customers", json={"given_name": "A", "email": "s3cret"})
    assert_problem(answer, 422, "invalid_request")
    assert "s3cret" not in answer.text


def test_invalid_paths_and_queries(service: Service) -> None:
    problem = assert_problem(service.call("GET", "/v1/customers/17"), 422, "invalid_request")
    assert problem.errors[0].field == "path.customer_id"
    for query in ("limit=0", "limit=101", "limit=x"):
        answer = service.call("GET", f"/v1/visits?{query}")
        assert assert_problem(answer, 422, "invalid_request").errors[0].field == "query.limit"
    answer = service.call("GET", "/v1/visits?cursor=zzz")
    assert_problem(answer, 422, "invalid_cursor")


_NESTED = "[" * 1400


@pytest.mark.both_databases(reason="numbers and texts that one of them cannot store")
@pytest.mark.parametrize(
    "packed",
    [
        "[99999999999999999999999]",
        "[9223372036854775808]",
        "[-1]",
        "[1e400]",
        "[true]",
        "[[1]]",
        _NESTED,
        '["a", "\\ud800"]',
        '["\\ud800", "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"]',
        '["\\u0000", "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"]',
        '["0001-01-01T00:00:00+14:00", "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"]',
        '["9999-12-31T23:59:59-12:00", "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"]',
        '["2027-03-10T11:00:00", "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"]',
        '["a", "\\ud800", "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"]',
        '["a", "\\u0000", "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"]',
        '["z", "a", "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"]',
    ],
)
def test_forged_cursors(service: Service, packed: str) -> None:
    cursor = base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")
    paths = [
        "/v1/customers",
        "/v1/customers?q=am",
        "/v1/visits",
        "/v1/memberships",
        f"/v1/companies/{service.company()}/customers",
    ]
    # Where names are sorted, two texts are a position, though one that holds no name.
    if not packed.startswith(('["0001', '["9999', '["2027')):
        paths += ["/v1/companies", "/v1/plans"]
    for path in paths:
        answer = service.call("GET", path, params={"cursor": cursor})
        assert_problem(answer, 422, "invalid_cursor")


def test_body_too_large_announced(service: Service) -> None:
    data = b"x" * (service.settings.max_body_bytes + 1)
    answer = service.call("POST", "/v1/scans", data=data)
    assert_problem(answer, 413, "body_too_large")


def test_body_too_large_in_chunks(service: Service) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(service.settings.max_body_bytes // 65536 + 1):
            yield b"x" * 65536

    answer = service.call("POST", "/v1/scans", data=chunks())
    assert_problem(answer, 413, "body_too_large")
    assert service.get("/v1/desk")


def test_request_ids(service: Service) -> None:
    answer = service.call("GET", "/healthz", headers={"X-Request-Id": "desk-7.42"})
    assert answer.headers["X-Request-Id"] == "desk-7.42"
    for bad in ("a b", "x" * 65, '{"a":1}'):
        answer = service.call("GET", "/healthz", headers={"X-Request-Id": bad})
        assert answer.headers["X-Request-Id"] != bad
        assert answer.headers["X-Request-Id"]


def test_health_needs_no_key(service: Service) -> None:
    answer = requests.get(service.url + "/healthz", timeout=TIMEOUT)
    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "version", "failing"}
    assert answer.json()["status"] == "ok"


def test_openapi_has_examples_and_problems(service: Service) -> None:
    document = requests.get(service.url + "/openapi.json", timeout=TIMEOUT).json()
    scan = document["paths"]["/v1/scans"]["post"]
    assert "application/problem+json" in scan["responses"]["4XX"]["content"]
    assert scan["requestBody"]["content"]["application/json"]["schema"]["examples"]
    assert scan["security"]


def _with_crash(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
    """The application with one more route, which fails in a way that nobody foresaw."""
    app = new_app(settings, database, clock)

    @app.get("/crash")
    def crash() -> None:
        raise RuntimeError("the secret is 42")

    return app


def test_crash_tells_nothing_but_its_request_id(databases: Databases, tmp_path: Path) -> None:
    with running_service(databases.new(SQLITE, tmp_path), _with_crash) as service:
        answer = service.call("GET", "/crash", headers={"X-Request-Id": "r-1"})
        problem = assert_problem(answer, 500, "internal_error")
        assert "r-1" in problem.detail
        assert "42" not in answer.text
        assert service.get("/v1/desk")


def _pages(path: Path) -> int:
    """Number of pages of a SQLite file."""
    database = open_database(ServiceSettings(data_dir=path))
    with database.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    database.engine.dispose()
    return int(pages)


def test_full_disk_is_said_and_loses_nothing(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    limited = settings.model_copy(update={"sqlite_max_pages": _pages(tmp_path) + 8})
    scanned = 0
    with running_service(limited) as service:
        customer = service.customer()
        while True:
            body = {"visit_id": str(uuid4()), "text": customer, "desk": "d" * 80}
            answer = service.call("POST", "/v1/scans", json=body)
            if answer.status_code != 200:
                break
            scanned += 1
        assert_problem(answer, 507, "storage_full")
        assert scanned > 0
        # What only reads goes on, and what was acknowledged is there.
        assert service.get("/v1/desk")["visits_today"] == scanned
        assert service.scan("not a card")["outcome"] == "unknown_code"
        key = service.key
    with running_service(settings) as service:
        total = service.call("POST", "/v1/scans", key=key, json=body).json()["visits"]["total"]
        assert total == scanned + 1


def test_busy_database_asks_to_try_again(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path, busy_timeout_seconds=0.05)
    with running_service(settings) as service:
        customer = service.customer()
        writer = service.database.engine.execution_options(**{WRITES: True})
        with writer.begin():
            body = {"visit_id": str(uuid4()), "text": customer}
            answer = service.call("POST", "/v1/scans", json=body)
            assert_problem(answer, 503, "database_busy")
            assert answer.headers["Retry-After"] == "1"
            # Readers are not held up by a writer.
            assert service.get("/v1/desk")["visits_today"] == 0
        assert service.call("POST", "/v1/scans", json=body).status_code == 200


def test_no_free_connection_asks_to_try_again(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(
        SQLITE, tmp_path, busy_timeout_seconds=0.05, pool_size=1, pool_overflow=0
    )
    with running_service(settings) as service, service.database.engine.connect():
        assert_problem(service.call("GET", "/v1/desk"), 503, "database_busy")


@pytest.mark.both_databases(reason="each database refuses others")
def test_values_that_the_database_cannot_store(service: Service) -> None:
    customer = service.customer("Amara", email="amara@example.com")
    answer = service.call("GET", f"/v1/customers/{uuid4()}/permissions/a%00b")
    assert_problem(answer, 404, "customer_not_found")
    assert service.get(f"/v1/customers/{customer}/permissions/a%00b")["granted"] is False
    for query in ("a\x00mara@", "amara@\x00example", "\x00@"):
        found = service.get("/v1/customers", q=query)["items"]
        assert [hit["customer"]["id"] for hit in found] == ([customer] if "mara" in query else [])


def test_postgres_that_goes_away(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new("postgresql", tmp_path)
    with running_service(settings) as service:
        assert service.get("/v1/desk")
        name = service.database.engine.url.database
        with (
            open_database(
                ServiceSettings(data_dir=tmp_path, database_url=databases.url("postgres"))
            )
            .engine.execution_options(isolation_level="AUTOCOMMIT")
            .connect() as connection
        ):
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"),
                {"n": name},
            )
            answer = service.call("GET", "/v1/desk")
            assert answer.status_code == 503
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        assert service.get("/v1/desk")
        connection.engine.dispose()
