"""A request is answered the same on the fast path and through FastAPI."""

import json
import socket
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from fastapi import Depends, FastAPI, Response

from membership.base.scopes import Scope
from membership.base.settings import ServiceSettings
from membership.store.database import Database
from membership.web.fast_path import FastPath, FastRequest, fast_path
from membership.web.fast_route import FastRouter
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.public import written_log
from tests.membership.support import TIMEOUT, Clock, Service, running_service

FAST, THROUGH_FASTAPI = "application/json", "application/json; charset=utf-8"
VISIT = "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"


def body(**fields: Any) -> bytes:
    """A scan that names nobody, so that it may be sent again."""
    return json.dumps({"visit_id": VISIT, "text": "C-999999", **fields}).encode()


BODIES = {
    "plain": body(),
    "all": body(alternatives=["C-1", "x"], method="wedge", desk="Bar", other={"a": [1, None]}),
    "letters": body(text="Ünïcode 🙂", desk="\u0007bell"),
    "no-dashes": body(visit_id=VISIT.replace("-", "").upper()),
    "braces": body(visit_id=f"{{{VISIT}}}"),
    "urn": body(visit_id=f"urn:uuid:{VISIT}"),
    "twice": b'{"text": "C-1", ' + body()[1:],
    "nothing": b"",
    "broken": body()[:-3],
    "more": body() + b"]",
    "infinite": body()[:-1] + b', "other": Infinity, "another": NaN}',
    "byte-order-mark": b"\xef\xbb\xbf" + body(),
    "utf-16": body().decode().encode("utf-16"),
    "latin-1": '{"text": "é"}'.encode("latin-1"),
    "surrogate": body()[:-1] + b', "desk": "\\ud800"}',
    "surrogate-in-text": body()[:-10] + b'\\udfff"}',
    "deep": body()[:-1] + b', "other": ' + b"[" * 500 + b"]" * 500 + b"}",
    "deeper": body()[:-1] + b', "other": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "list": b"[]",
    "null": b"null",
    "number": body(text=5),
    "yes": body(desk=True),
    "method": body(method="Camera"),
    "short-id": body(visit_id=VISIT[:-1]),
    "integer-id": body(visit_id=7),
    "long": body(text="x" * 8193),
    "long-desk": body(desk="x" * 81),
    "three": body(alternatives=["a", "b", "c"]),
    "text-as-list": body(alternatives="ab"),
    "missing": b"{}",
}


@pytest.mark.parametrize("sent", BODIES.values(), ids=BODIES)
def test_both_ways_give_the_same_answer(service: Service, sent: bytes) -> None:
    answers = []
    for content_type in (FAST, THROUGH_FASTAPI):
        headers = {"Content-Type": content_type}
        answer = service.call("POST", "/v1/scans", data=sent, headers=headers)
        answers.append((answer.status_code, answer.headers["Content-Type"], answer.json()))
    assert answers[0] == answers[1]
    assert answers[0][0] in (200, 400, 422)


def test_both_ways_record_a_visit(service: Service) -> None:
    code = service.card(service.customer())["code"]
    counted = []
    for content_type in (FAST, THROUGH_FASTAPI):
        sent = body(text=code, visit_id=str(uuid4()))
        headers = {"Content-Type": content_type}
        answer = service.call("POST", "/v1/scans", data=sent, headers=headers)
        counted.append(answer.json()["visits"]["total"])
    assert counted == [1, 2]


@pytest.mark.parametrize(
    ("key", "sent", "answered"),
    [
        (None, body(), (401, "key_missing")),
        (None, b"{}", (401, "key_missing")),
        (None, b"{", (422, "invalid_request")),
        ("mk_live_x", body(), (401, "key_invalid")),
        ("mk_live_x", b"{}", (401, "key_invalid")),
        ("ms_x", b"{}", (401, "session_invalid")),
    ],
)
@pytest.mark.parametrize("content_type", [FAST, THROUGH_FASTAPI])
def test_a_wrong_key_is_answered_before_an_invalid_request(
    service: Service, key: str | None, sent: bytes, answered: tuple[int, str], content_type: str
) -> None:
    headers = {"Content-Type": content_type} | ({} if key else {"Authorization": ""})
    answer = service.call("POST", "/v1/scans", key=key, data=sent, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == answered


@pytest.mark.parametrize("content_type", [FAST, THROUGH_FASTAPI])
def test_a_key_without_the_scope(service: Service, content_type: str) -> None:
    key = service.key_with(Scope.PERMISSIONS_READ)
    code = service.card(service.customer())["code"]
    for sent in (body(), body(text=code), b"{}"):
        headers = {"Content-Type": content_type}
        answer = service.call("POST", "/v1/scans", key=key, data=sent, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert service.get("/v1/visits")["items"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/customers/{id}/permissions/pool", 200),
        ("/v1/customers/{ID}/permissions/a%2Fb", 404),
        ("/v1/customers/{{{id}}}/permissions/pool%20%C3%A9", 200),
        ("/v1/customers/{id}/permissions", 200),
        ("/v1/customers/{id}/permissions/", 404),
        ("/v1/customers/me/permissions/pool", 422),
        ("/v1/access/pool?customer_id={ID}", 200),
        ("/v1/access/pool?customer_id=me", 422),
        ("/v1/access/pool", 422),
        ("/v1/access/{long}?customer_id={id}", 422),
        ("/v1/access?customer_id={id}", 200),
        ("/v1/access/?customer_id={id}", 404),
    ],
)
def test_paths(service: Service, path: str, status: int) -> None:
    customer = service.customer()
    named = path.format(id=customer, ID=customer.upper(), long="x" * 81)
    answer = service.call("GET", named)
    assert answer.status_code == status, answer.text
    wrong = service.call("GET", named, key="mk_live_x")
    assert wrong.status_code == (404 if status == 404 else 401), wrong.text


@pytest.mark.parametrize("path", ["/v1/scans", "/v1/access", "/v1/customers/{}/permissions/pool"])
def test_other_methods_are_told_the_allowed_ones(service: Service, path: str) -> None:
    answer = service.call("DELETE", path.format(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    allowed = set(answer.headers["Allow"].split(", "))
    assert {"OPTIONS"} < allowed <= {"GET", "HEAD", "POST", "OPTIONS"}
    assert ("GET" in allowed) == ("HEAD" in allowed)


def _raw(service: Service, *parts: bytes) -> bytes:
    """The answer to a request that arrives in parts; empty if it breaks off."""
    where = urlsplit(service.url)
    with socket.create_connection((where.hostname, where.port), TIMEOUT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            connection.sendall(part)
            connection.settimeout(0.2)
            try:
                early = connection.recv(65536)
            except TimeoutError:
                continue
            return early
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(TIMEOUT)
        return connection.recv(65536)


def _head(service: Service, length: int) -> bytes:
    lines = [
        "POST /v1/scans HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {service.key}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def test_a_body_that_arrives_in_parts(service: Service) -> None:
    sent = body()
    answer = _raw(service, _head(service, len(sent)), sent[:9], sent[9:20], sent[20:])
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"unknown_code"' in answer


def test_a_body_that_breaks_off(service: Service) -> None:
    sent = body()
    with written_log() as log:
        assert not _raw(service, _head(service, len(sent)), sent[:9]).startswith(b"HTTP/1.1 2")
        assert service.scan("C-999999")["outcome"] == "unknown_code"
    assert "request_crashed" not in log.getvalue()


def test_work_that_forgets_to_authenticate_is_not_answered(
    databases: Databases, tmp_path: Path
) -> None:
    def forgetful(_opened: FastRequest) -> Response:
        return Response("secret")

    router = FastRouter()

    @router.get("/forgetful")
    async def route(fast: Annotated[FastPath, fast_path(Scope.SCANS_WRITE)]) -> Response:
        return await fast.run(forgetful)

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        app = new_app(settings, database, clock)
        app.include_router(router)
        return app

    with written_log() as log, running_service(databases.new(SQLITE, tmp_path), build) as service:
        answer = service.call("GET", "/forgetful")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "request_crashed" in log.getvalue()


def test_a_fast_route_takes_nothing_that_it_cannot_bind() -> None:
    def other() -> None: ...

    async def without() -> Response:
        return Response()

    async def query(q: str, fast: Annotated[FastPath, fast_path(Scope.SCANS_WRITE)]) -> Response:
        return Response()

    async def depends(nothing: Annotated[None, Depends(other)]) -> Response:
        return Response()

    for function in (without, query, depends):
        router = FastRouter()
        router.get("/x")(function)
        scope = {"type": "http", "method": "GET", "path": "/x", "headers": []}
        with pytest.raises(TypeError, match="/x takes"):
            router.matches(scope)
