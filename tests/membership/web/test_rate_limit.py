"""Callers are slowed down before they do harm, and desks never; what is too large or slow ends."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import requests
from fastapi import FastAPI

from membership.base.actors import CALLER, SIGNED
from membership.base.settings import ServiceSettings
from membership.portal.member.files import FILES, files_version
from membership.store.database import Database
from membership.web.rate_limit import Rate, RateLimiter, TokenBuckets
from membership.web.server import LARGEST_HEAD, MOST_HEADERS
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import TIMEOUT, Clock, Service, running_service
from tests.membership.web.test_errors import assert_problem


@dataclass
class Seconds:
    """A monotonic clock that tests set."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(buckets: TokenBuckets, caller: str, now: float) -> bool:
    return buckets.take(caller, now) is None


def test_a_burst_then_a_rate() -> None:
    buckets = TokenBuckets(Rate(per_second=2, burst=3))
    assert [taken(buckets, "a", 0) for _ in range(4)] == [True, True, True, False]
    assert taken(buckets, "b", 0)
    assert [taken(buckets, "a", 0.5) for _ in range(2)] == [True, False]
    assert [taken(buckets, "a", 1000) for _ in range(4)] == [True, True, True, False]


def test_a_refusal_tells_when_to_come_again() -> None:
    buckets = TokenBuckets(Rate(per_second=0.1, burst=1))
    assert taken(buckets, "a", 0)
    rejection = buckets.take("a", 2)
    assert rejection is not None
    assert rejection.wait_seconds == 8
    assert rejection.headers == {
        "Retry-After": "8",
        "RateLimit-Policy": '"burst";q=1;w=10',
        "RateLimit": '"burst";r=0;t=8',
    }
    assert taken(buckets, "a", 2 + rejection.wait_seconds)


def test_a_clock_that_goes_back_gives_and_takes_nothing() -> None:
    buckets = TokenBuckets(Rate(per_second=1, burst=2))
    assert [taken(buckets, "a", now) for now in (100, 50, 50)] == [True, True, False]
    assert taken(buckets, "a", 51)


def test_no_limit() -> None:
    buckets = TokenBuckets(Rate(per_second=0, burst=1))
    assert all(taken(buckets, "a", 0) for _ in range(1000))
    assert len(buckets) == 0


def test_only_so_many_callers_are_remembered_and_the_latest_of_them() -> None:
    buckets = TokenBuckets(Rate(per_second=1, burst=1), max_buckets=3)
    for number in range(100):
        buckets.take("desk", 0)
        buckets.take(f"stranger {number}", 0)
    assert len(buckets) == 3
    assert not taken(buckets, "desk", 0)
    assert not taken(buckets, "stranger 99", 0)
    assert taken(buckets, "stranger 0", 0)


def test_a_flood_of_addresses_takes_no_memory() -> None:
    settings = ServiceSettings(trusted_proxies="127.0.0.1/32")
    limiter = RateLimiter(settings, Seconds(), max_buckets=100)
    for number in range(1000):
        address = f"198.51.{number // 250}.{number % 250}".encode()
        headers = [(b"x-forwarded-for", address), (b"authorization", b"Bearer x%d" % number)]
        scope = {"client": ("127.0.0.1", 1), "headers": headers, "path": "/v1/desk"}
        _, credential = limiter.check(scope)
        limiter.record(scope, 404, credential)  # not 401, and yet nobody found the key good
    assert len(limiter.anonymous) == 100
    assert len(limiter.keys) == 0


def limited(**limits: Any) -> dict[str, Any]:
    """Settings that allow little, and gain one request in a second."""
    few = {
        "key_requests_per_second": 1, "key_burst": 3,
        "failures_per_second": 1, "failures_burst": 3,
    }  # fmt: skip
    return few | limits


@pytest.fixture(scope="module")
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture(scope="module")
def strict_service(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, seconds: Seconds
) -> Iterator[Service]:
    """A service that allows little."""

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        return new_app(settings, database, clock, monotonic=seconds)

    folder = tmp_path_factory.mktemp("data")
    with running_service(databases.new(SQLITE, folder, **limited()), build) as service:
        yield service


@pytest.fixture
def strict(strict_service: Service, seconds: Seconds) -> Service:
    """The same, with nothing used up and a key that it does not know yet."""
    seconds.now += 1000
    return strict_service.fresh()


def statuses(service: Service, count: int, key: str | None = None) -> list[int]:
    return [service.call("GET", "/v1/desk", key=key).status_code for _ in range(count)]


def test_a_key_that_asks_too_much(strict: Service, seconds: Seconds) -> None:
    other = strict.key_with()
    assert statuses(strict, 5) == [200, 200, 200, 200, 429]  # the first one makes it known
    answer = strict.call("GET", "/v1/desk")
    assert_problem(answer, 429, "too_many_requests")
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["RateLimit-Policy"] == '"burst";q=3;w=3'
    read = strict.call("GET", "/v1/desk", headers={"Accept-Language": "de"})
    assert read.json()["detail"] == "Zu viele Anfragen: Bitte vor der nächsten etwas warten."
    assert statuses(strict, 1, other) == [403]
    seconds.now += 2
    assert statuses(strict, 3) == [200, 200, 429]


def test_answers_say_how_many_requests_are_left(strict: Service, seconds: Seconds) -> None:
    told = []
    for _ in range(4):
        answer = strict.call("GET", "/v1/desk")
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"burst";q=3;w=3'
        told.append(answer.headers["RateLimit"])
        assert "Retry-After" not in answer.headers
    # The first one is counted for the address until the key is known.
    assert told == ['"burst";r=3;t=0', '"burst";r=2;t=1', '"burst";r=1;t=1', '"burst";r=0;t=1']
    assert statuses(strict, 1) == [429]
    seconds.now += 2
    assert strict.call("GET", "/v1/desk").headers["RateLimit"] == '"burst";r=1;t=1'
    guess = strict.call("GET", "/v1/desk", key="mk_live_1")
    assert (guess.status_code, guess.headers["RateLimit"]) == (401, '"burst";r=2;t=1')
    scan = strict.call("POST", "/v1/plans", json={})
    assert (scan.status_code, scan.headers["RateLimit"]) == (422, '"burst";r=0;t=1')


def test_no_fields_without_a_limit() -> None:
    limiter = RateLimiter(ServiceSettings(key_requests_per_second=0), Seconds())
    scope: dict[str, Any] = {
        "type": "http", "path": "/v1/desk", "method": "GET", "client": ("10.0.0.1", 1),
        "headers": [(b"authorization", b"Bearer mk_live_x")], CALLER: object(),
    }  # fmt: skip
    _, credential = limiter.check(scope)
    limiter.record(scope, 200, credential)
    assert limiter.fields(scope, credential) == {}
    assert limiter.fields({**scope, SIGNED: True}, None) == {}


def test_guessing_keys_is_slow_and_stops_no_desk(strict: Service, seconds: Seconds) -> None:
    assert statuses(strict, 1) == [200]
    for number in range(3):
        assert statuses(strict, 1, f"mk_live_{number}") == [401]
    assert statuses(strict, 1, "mk_live_4") == [429]
    assert requests.get(strict.url + "/openapi.json", timeout=TIMEOUT).status_code == 429
    # The desk at the same address is known; another one there has to wait a moment.
    assert statuses(strict, 1) == [200]
    newcomer = strict.fresh()
    assert statuses(newcomer, 1) == [429]
    seconds.now += 1
    assert statuses(newcomer, 1) == [200]
    assert statuses(strict.fresh(), 1) == [200], "a good key is counted for itself"
    assert statuses(strict, 1, "mk_live_5") == [401]
    assert statuses(strict, 1, "mk_live_6") == [429]


STATIC = [
    "/me/sw.js",
    *(f"/me/files/{files_version()}/{name}" for name in FILES),
    *(
        f"/join/{name}"
        for name in ("load.js", "app.js", "login.js", "clock.js", "pay.js", "app.css")
    ),
    "/join/any-club/embed.js",
    "/staff/set-password.css",
    "/staff/set-password.js",
]


def ask(service: Service, path: str, **options: Any) -> int:
    """The status of a visitor's request."""
    return requests.get(service.url + path, timeout=TIMEOUT, **options).status_code


def test_static_files_are_counted_for_nobody(strict: Service) -> None:
    for number in range(4):
        statuses(strict, 1, f"mk_live_x{number}")
    assert statuses(strict, 1, "mk_live_x5") == [429]
    for path in STATIC * 2:
        assert ask(strict, path) == 200, path


def test_a_whole_club_opens_its_page_behind_one_address(strict: Service) -> None:
    strict.call("PUT", "/v1/signup", json={"open": False})
    page = f"/me/{strict.tenant.slug}"
    session = f"{strict.url}/v1/join/{strict.tenant.slug}/me/session"
    for _ in range(8):
        assert ask(strict, page) == 200
        assert [ask(strict, path) for path in STATIC] == [200] * len(STATIC)
        # Without a cookie nobody is logged in: said, and no reason to refuse the next one.
        assert requests.put(session, timeout=TIMEOUT).status_code == 401
    # What they do does not slow down who guesses keys, nor the other way round.
    assert [statuses(strict, 1, f"mk_live_y{number}") for number in range(4)] == [
        [401], [401], [401], [429],
    ]  # fmt: skip
    assert ask(strict, page) == 200


@pytest.mark.parametrize("path", ["/me/none", "/join/none", "/a/b/c", "/me/files/x/y.js"])
def test_what_is_no_file_of_ours_is_counted(path: str) -> None:
    limiter = RateLimiter(ServiceSettings(phone_failures_burst=2), Seconds())
    scope = {"client": ("127.0.0.1", 1), "headers": [], "path": path, "method": "GET"}
    limited = [limiter.check(scope)[0] is not None for _ in range(3)]
    # A file of another version is answered 404 without a database or a thread.
    assert limited == ([False] * 3 if path.endswith(".js") else [False, False, True])


def test_a_revoked_key_is_a_stranger_again(strict: Service) -> None:
    key = strict.post("/v1/keys", {"name": "x", "scopes": ["scans:write"]})
    assert statuses(strict, 1, key["key"]) == [200]
    strict.post(f"/v1/keys/{key['id']}/revoke", status=200)
    # Once more it is counted as the key that it was.
    assert statuses(strict, 5, key["key"]) == [401, 401, 401, 401, 429]


def test_what_a_desk_and_an_import_do_is_never_too_much() -> None:
    seconds, settings = Seconds(), ServiceSettings()
    limiter = RateLimiter(settings, seconds)
    limiter.keys.add("desk", seconds())
    for _ in range(60 * 40):  # forty requests a second for a minute
        seconds.now += 1 / 40
        assert taken(limiter.keys, "desk", seconds())
    assert all(taken(limiter.keys, "desk", seconds()) for _ in range(150))


def raw(service: Service, data: bytes) -> bytes:
    """Send bytes over a connection of their own, and read until the service closes it."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.fixture(scope="module")
def hasty(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that waits for a request hardly at all."""
    settings = databases.new(
        SQLITE, tmp_path_factory.mktemp("data"), request_timeout_seconds=0.6, max_body_bytes=1024
    )
    with running_service(settings) as service:
        yield service


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"GET /v1/de", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b""),
        (b"POST /v1/scans HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{", b"408"),
        (b"POST /v1/scans HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{", b"408"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{", b"200"),
    ],
    ids=["nothing", "line", "head", "body", "chunked", "unread-body"],
)
def test_slow_requests_are_ended(hasty: Service, sent: bytes, status: bytes) -> None:
    answer = raw(hasty, sent)
    assert answer[9:12] == status
    assert status != b"408" or b'"code":"body_too_slow"' in answer


def many_headers(count: int) -> bytes:
    lines = b"".join(b"X-%d: 1\r\n" % number for number in range(count))
    return b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + lines


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (many_headers(MOST_HEADERS - 1) + b"\r\n", b"200"),
        (many_headers(MOST_HEADERS) + b"\r\n", b"431"),
        (many_headers(10_000), b"431"),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * (LARGEST_HEAD - 10), b"431"),
        (b"GET /" + b"x" * LARGEST_HEAD, b"431"),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * LARGEST_HEAD + b"\r\n\r\n", b"431"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, b"400"),
        (b"GET /\x00 HTTP/1.1\r\n\r\n", b"400"),
    ],
    ids=["most", "lines", "endless-lines", "endless-line", "target", "line", "tls", "nul"],
)
def test_heads_that_are_too_large_or_none(hasty: Service, sent: bytes, status: bytes) -> None:
    answer = raw(hasty, sent)
    assert answer[9:12] == status
    if status != b"200":
        assert b"content-type: application/problem+json\r\n" in answer
    assert hasty.get("/v1/desk")


def pour(connection: socket.socket) -> None:
    """Send without an end, until the other side has had enough."""
    while True:
        connection.sendall(b"x" * 65536)


def test_an_endless_trailer_is_cut(hasty: Service) -> None:
    host, port = hasty.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT) as connection:
        connection.sendall(b"POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\n")
        connection.sendall(b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ")
        with pytest.raises(ConnectionError):
            pour(connection)


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"text": ' * 50_000, '{"a":' * 900 + "1" + "}" * 900]
)
def test_deep_nesting(hasty: Service, databases: Databases, body: str) -> None:
    settings = hasty.settings
    assert settings.max_body_bytes < 100_000
    answer = hasty.call("POST", "/v1/scans", data=body[:1000])
    assert answer.status_code in (400, 422), answer.text
    with running_service(
        settings.model_copy(update={"max_body_bytes": 2**21, "request_timeout_seconds": 30.0})
    ) as roomy:
        for path in ("/v1/scans", "/v1/customers", "/v1/plans"):
            answer = roomy.call("POST", path, data=body)
            assert answer.status_code in (400, 422), answer.text
        assert roomy.scan(str(uuid4()))["outcome"] == "unknown_code"
