"""The client against peers that misbehave, over real HTTP, and against the real service."""

import json
import socket
import time
from uuid import uuid4

import pytest

from api_client.client import MAX_ANSWER_BYTES, MembershipClient
from api_client.errors import (
    ApiError,
    BadAnswer,
    Busy,
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
        (problem(401), NotAllowed, "does not accept this desk's key"),
        (problem(403), NotAllowed, "does not accept this desk's key"),
        (html(401), NotAllowed, "does not accept this desk's key"),
        (hang_up, Unreachable, "cannot be reached"),
        (cut_off, Unreachable, "cannot be reached"),
        (slow(1.5, whole(200, "application/json", GOOD)), TooSlow, "in time"),
        (dripping(GOOD, 0.02), TooSlow, "in time"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_apart(reply: Answer, error: type[ApiError], words: str) -> None:
    # Only what is over at the deadline, or tried until then, waits for it.
    deadline_s = {TooSlow: 0.5, Unreachable: 0.5, Busy: 2.0}.get(error, 10.0)
    with odd_service(reply) as service, pytest.raises(error) as caught:
        scan_at(service.url, deadline_s=deadline_s)
    assert type(caught.value) is error
    assert words in str(caught.value)


def test_nobody_there_is_unreachable_and_tried_until_the_deadline() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(Unreachable):
        scan_at(f"http://127.0.0.1:{port}", deadline_s=0.5)
    assert time.monotonic() - began >= 0.3


def test_a_cut_connection_is_tried_again_with_the_same_visit() -> None:
    with odd_service(hang_up, cut_off, whole(200, "application/json", GOOD)) as service:
        assert scan_at(service.url) is Outcome.ACTIVE
    visits = {json.loads(body)["visit_id"] for _, _, body in service.requests}
    assert len(service.requests) == 3
    assert len(visits) == 1


def test_a_scan_that_was_overtaken_is_sent_again_and_a_flood_is_not() -> None:
    good = whole(200, "application/json", GOOD)
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
    with odd_service(whole(200, "application/json", newer)) as service:
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
