"""The client against peers that misbehave, over real HTTP, and against the real service."""

import json
import socket
import threading
import time
from uuid import uuid4

import pytest

from api_client.client import MAX_ANSWER_BYTES, MembershipClient
from api_client.errors import (
    ApiError,
    BadAnswer,
    BehindGateway,
    Busy,
    KeyUnknown,
    NotAllowed,
    Refused,
    ServiceError,
    TooSlow,
    Unreachable,
)
from api_client.messages.scan import Outcome, ScanRequest
from tests.demo_club import RunningService
from tests.fakes.odd_service import (
    Answer,
    cut_off,
    dripping,
    hang_up,
    html,
    odd_service,
    scanned,
    slow,
    whole,
)
from tests.kiosk.answers import answer

GOOD = answer().model_dump_json().encode()


def problem(status: int, code: str = "some_code", detail: str = "Told you so.") -> Answer:
    body = {"title": "No", "status": status, "detail": detail, "code": code}
    return whole(status, "application/problem+json", json.dumps(body).encode())


def scan_at(url: str, *, deadline_s: float = 1.0) -> Outcome:
    client = MembershipClient(url, "mk_live_test", deadline_s=deadline_s)
    try:
        return client.record_scan(ScanRequest(visit_id=uuid4(), text="CARD")).outcome
    finally:
        client.close()


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (html(200), BadAnswer, "is no ScanAnswer"),
        (html(500), BadAnswer, "HTTP 500 without a reason"),
        (html(404), BadAnswer, "HTTP 404 without a reason"),
        (html(502), BehindGateway, "answers that the service does not (HTTP 502)"),
        (html(503), BehindGateway, "HTTP 503"),
        (whole(504, "text/plain", b"upstream timed out"), BehindGateway, "HTTP 504"),
        (whole(200, "application/json", b""), BadAnswer, "is no ScanAnswer"),
        (whole(200, "application/json", b"[]"), BadAnswer, "is no ScanAnswer"),
        (whole(200, "application/json", GOOD[:-20]), BadAnswer, "is no ScanAnswer"),
        (whole(200, "application/json", b"\xff\xfe\x00"), BadAnswer, "is no ScanAnswer"),
        (whole(200, "application/json", b"\x1f\x8b junk", **{"Content-Encoding": "gzip"}),
         BadAnswer, "cannot be decoded"),
        (whole(200, "application/json", b" " * (MAX_ANSWER_BYTES + 1)), BadAnswer, "larger"),
        (whole(302, "text/plain", b"", Location="http://127.0.0.1:1/"), BadAnswer, "HTTP 302"),
        (whole(500, "application/problem+json", b"{}"), BadAnswer, "HTTP 500"),
        (problem(500), ServiceError, "Told you so."),
        (problem(507, "storage_full"), ServiceError, "Told you so."),
        (problem(429), Busy, "asks to wait"),
        (html(429), Busy, "asks to wait"),
        (problem(503, "database_busy"), Busy, "is busy: Told you so."),
        (problem(503, "database_damaged"), ServiceError, "Told you so."),
        (problem(409), Refused, "Told you so."),
        (problem(422), Refused, "Told you so."),
        (problem(401), KeyUnknown, "does not accept this desk's key"),
        (problem(403), NotAllowed, "does not accept this desk's key"),
        (html(401), NotAllowed, "does not accept this desk's key"),
        (hang_up, Unreachable, "cannot be reached"),
        (cut_off, Unreachable, "cannot be reached"),
        (slow(1.5, scanned(GOOD)), TooSlow, "in time"),
        (dripping(GOOD, 0.02), TooSlow, "in time"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_apart(reply: Answer, error: type[ApiError], words: str) -> None:
    # Only what is over at the deadline, or tried until then, waits for it.
    deadline_s = {TooSlow: 0.5, Unreachable: 0.5, BehindGateway: 0.5, Busy: 2.0}.get(error, 10.0)
    with odd_service(reply) as service, pytest.raises(error) as caught:
        scan_at(service.url, deadline_s=deadline_s)
    assert type(caught.value) is error
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("before", "error", "words"),
    [
        pytest.param(problem(503, "database_busy"), Busy, "is busy: Told you so.", id="busy"),
        pytest.param(hang_up, Unreachable, "cannot be reached", id="hung up"),
        pytest.param(cut_off, Unreachable, "cannot be reached", id="cut off"),
    ],
)
def test_a_retry_that_the_deadline_ends_raises_what_was_wrong_before(
    before: Answer, error: type[ApiError], words: str
) -> None:
    with odd_service(before, slow(6.0, scanned(GOOD))) as service:
        with pytest.raises(error, match=words) as caught:
            scan_at(service.url, deadline_s=2.0)
        assert len(service.requests) >= 2
    assert type(caught.value) is error


def test_nobody_there_is_unreachable_and_tried_until_the_deadline() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(Unreachable):
        scan_at(f"http://127.0.0.1:{port}", deadline_s=0.5)
    assert time.monotonic() - began >= 0.3


def test_a_cut_connection_is_tried_again_with_the_same_visit() -> None:
    with odd_service(hang_up, cut_off, scanned(GOOD)) as service:
        assert scan_at(service.url) is Outcome.ACTIVE
    visits = {json.loads(body)["visit_id"] for _, _, body in service.requests}
    assert len(service.requests) == 3
    assert len(visits) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_scan_is_sent_again_at_once_after_an_answer_of_a_proxy(status: int) -> None:
    with odd_service(html(status), html(status), scanned(GOOD)) as service:
        assert scan_at(service.url, deadline_s=5.0) is Outcome.ACTIVE
    visits = {json.loads(body)["visit_id"] for _, _, body in service.requests}
    assert (len(service.requests), len(visits)) == (3, 1)


def test_a_scan_that_was_overtaken_is_sent_again_and_a_flood_is_not() -> None:
    good = scanned(GOOD)
    with odd_service(problem(503, "overtaken"), good) as service:
        assert scan_at(service.url) is Outcome.ACTIVE
    with odd_service(problem(429), good) as service, pytest.raises(Busy) as raised:
        scan_at(service.url)
    assert not raised.value.soon


def test_a_service_that_said_no_is_not_asked_again() -> None:
    with odd_service(problem(500)) as service:
        with pytest.raises(ServiceError):
            scan_at(service.url)
        assert len(service.requests) == 1


def test_the_problem_travels_with_the_error() -> None:
    reply = problem(507, "storage_full")
    with odd_service(reply) as service, pytest.raises(ServiceError) as caught:
        scan_at(service.url)
    assert caught.value.problem is not None
    assert caught.value.problem.code == "storage_full"


def test_newer_fields_of_the_service_are_ignored() -> None:
    newer = json.dumps(json.loads(GOOD) | {"mood": "sunny"}).encode()
    with odd_service(scanned(newer)) as service:
        assert scan_at(service.url) is Outcome.ACTIVE


def test_the_real_service_answers(demo_service: RunningService) -> None:
    client = MembershipClient(demo_service.url, demo_service.key)
    scan = ScanRequest(visit_id=uuid4(), text=demo_service.deck()["Amara Okafor"])
    found = client.record_scan(scan)
    assert found.customer is not None
    assert (found.outcome, found.customer.name) == (Outcome.ACTIVE, "Amara Okafor")
    assert found.customer.photo_path is not None
    assert client.photo(found.customer.photo_path)[:3] == b"\xff\xd8\xff"
    assert client.desk().demo
    assert client.recent_visits().items[0].id == scan.visit_id
    assert client.search_customers("okafor").items[0].customer.id == found.customer.id
    assert client.undo_visit(scan.visit_id).undone_at is not None
    client.close()


def test_a_wrong_key_is_not_allowed(demo_service: RunningService) -> None:
    client = MembershipClient(demo_service.url, "mk_live_wrong")
    with pytest.raises(NotAllowed):
        client.desk()
    client.close()


class Network:
    """Forwards connections to a service; those that are open can be dropped without a word."""

    def __init__(self, url: str) -> None:
        self._to = ("127.0.0.1", int(url.rpartition(":")[2]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._silent_below = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def go_silent(self) -> None:
        """Pass nothing on any more over the connections that are open."""
        self._silent_below = self.connections

    def close(self) -> None:
        """Accept no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._to)
            number, self.connections = self.connections, self.connections + 1
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(number, one, other)).start()

    def _pass_on(self, number: int, one: socket.socket, other: socket.socket) -> None:
        with one, other:
            while data := _received(one):
                if number >= self._silent_below:
                    other.sendall(data)


def _received(one: socket.socket) -> bytes:
    try:
        return one.recv(65536)
    except OSError:
        return b""


def test_a_connection_that_was_dropped_without_a_word_costs_no_scan(
    demo_service: RunningService,
) -> None:
    network = Network(demo_service.url)
    client = MembershipClient(network.url, demo_service.key, deadline_s=6.0)
    deck = demo_service.deck()
    for name in ("Amara Okafor", "Viktor Petrov", "Marek Nowak"):
        scan = ScanRequest(visit_id=uuid4(), text=deck[name])
        found = client.record_scan(scan)
        assert found.customer is not None
        assert found.customer.name == name
        assert [visit.id for visit in client.recent_visits().items].count(scan.visit_id) == 1
        network.go_silent()
    assert network.connections == 3
    client.close()
    network.close()


def test_a_slow_answer_is_taken_although_it_was_asked_for_twice() -> None:
    with odd_service(slow(3.0, scanned(GOOD))) as service:
        assert scan_at(service.url, deadline_s=6.0) is Outcome.ACTIVE
    visits = {json.loads(body)["visit_id"] for _, _, body in service.requests}
    assert (len(service.requests), len(visits)) == (2, 1)


def test_an_answer_to_another_visit_is_no_answer() -> None:
    another = whole(200, "application/json", GOOD)
    with odd_service(another) as service, pytest.raises(BadAnswer, match="another visit"):
        scan_at(service.url)
    assert len(service.requests) == 2
    with odd_service(another, scanned(GOOD)) as service:
        assert scan_at(service.url) is Outcome.ACTIVE
