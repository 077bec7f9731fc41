"""Looking up asks by GET alone, and says of a service of before that it cannot look up."""

import json
from uuid import UUID, uuid4

import pytest
from pytestqt.qtbot import QtBot

from api_client.messages.scan import DeskInfo, Outcome, ScanMethod, ScanPreview, ScanRequest
from kiosk.failures import Cause, Failure
from kiosk.poll import AGAIN_S, Poll
from kiosk.workers import DeskWorker
from tests.fakes.odd_service import Answer, hang_up, odd_service, whole
from tests.kiosk.answers import AMARA, NOON, preview


def problem(status: int, code: str) -> Answer:
    """A refusal of the service."""
    said = {"title": "Not found", "status": status, "code": code, "detail": "No."}
    return whole(status, "application/problem+json", json.dumps(said).encode())


GOOD = whole(200, "application/json", preview(Outcome.EXPIRED).model_dump_json().encode())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (GOOD, Outcome.EXPIRED),
        (problem(404, "no_such_route"), Cause.OLD_SERVICE),
        (problem(404, "customer_not_found"), Cause.REFUSED),
        (problem(500, "internal"), Cause.SERVICE_ERROR),
        (hang_up, Cause.UNREACHABLE),
    ],
)
def test_what_a_look_up_sends_and_what_comes_of_it(
    qtbot: QtBot, answer: Answer, expected: Outcome | Cause
) -> None:
    request = ScanRequest(visit_id=uuid4(), text=str(AMARA.id), method=ScanMethod.WEDGE)
    found: list[tuple[UUID, Outcome | Cause]] = []
    worker = DeskWorker()

    def keep(visit_id: UUID, told: ScanPreview | Failure) -> None:
        found.append((visit_id, told.outcome if isinstance(told, ScanPreview) else told.cause))

    worker.previewed.connect(keep)
    worker.preview_failed.connect(keep)
    with odd_service(problem(503, "starting"), answer) as service:
        worker.connect_to(service.url, "key")
        before = len(service.requests)
        worker.preview(request)
        asked = service.requests[before:]
        worker.close()
    assert found == [(request.visit_id, expected)]
    assert {(method, path.split("?")[0], body) for method, path, body in asked} == {
        ("GET", "/v1/scans/preview", b"")
    }
    assert f"customer_id={AMARA.id}&method=wedge" in asked[0][1]


DESK = DeskInfo(organization="Club", time_zone="UTC", server_time=NOON, version="1", visits_today=1,
                demo=False)  # fmt: skip


def test_a_service_that_answers_a_part_of_it_is_asked_less_and_less_often(qtbot: QtBot) -> None:
    poll, worker, pauses = Poll(10.0), DeskWorker(), list[float]()
    worker.ask_when(poll)
    worker.unreachable.connect(lambda _failure: pauses.append(poll.pause_s))
    desk = whole(200, "application/json", DESK.model_dump_json().encode())
    with odd_service(*(desk, problem(500, "internal")) * 4) as service:
        worker.connect_to(service.url, "key")
        qtbot.waitUntil(lambda: len(pauses) == 3)
        worker.close()
    poll.stop()
    assert pauses == list(AGAIN_S[:3])


def test_a_look_up_before_the_service_is_known_fails_as_one_that_starts(qtbot: QtBot) -> None:
    worker, causes = DeskWorker(), list[Cause]()
    worker.preview_failed.connect(lambda _visit, failure: causes.append(failure.cause))
    worker.preview(ScanRequest(visit_id=uuid4(), text=str(AMARA.id)))
    assert causes == [Cause.STARTING]


@pytest.mark.parametrize(
    ("code", "cause"), [("storage_full", Cause.CANNOT_START), ("", Cause.STARTING)]
)
def test_why_the_service_of_this_pc_is_away_is_the_answer_to_everything(
    qtbot: QtBot, code: str, cause: Cause
) -> None:
    worker, failures = DeskWorker(), list[Failure]()
    for signal in (worker.preview_failed, worker.search_failed, worker.undo_failed):
        signal.connect(lambda _about, failure: failures.append(failure))
    with odd_service(GOOD) as service:
        worker.connect_to(service.url, "key")
        worker.on_service_down(code, "the disk")
        asked = len(service.requests)
        worker.preview(ScanRequest(visit_id=uuid4(), text=str(AMARA.id)))
        worker.undo_visit(uuid4())
        worker.search("amara")
        qtbot.waitUntil(lambda: len(failures) == 3)
        assert len(service.requests) == asked
    assert [(each.cause, each.code) for each in failures] == [(cause, code)] * 3
