"""A scan that is being retried at a dead service goes to the new one as soon as that is known."""

import socket
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

from api_client.messages.scan import Outcome, ScanAnswer, ScanRequest
from kiosk.failures import Cause, Failure
from kiosk.lookup import Lookup, OnlineLookup
from kiosk.trace import Trace
from kiosk.workers import LookupWorker, WorkerThread
from tests.kiosk.answers import answer

DEADLINE_S = 30.0
"""Longer than the test waits: only an interruption ends the retries in time."""


class Restarted:
    """A look-up at the service that came back."""

    def prepare(self) -> None:
        """Nothing to prepare."""

    def look_up(self, scan: ScanRequest) -> ScanAnswer:
        return answer(Outcome.ACTIVE, visit_id=scan.visit_id)

    def interrupt(self) -> None:
        """Nothing is retried."""

    def close(self) -> None:
        """Nothing to close."""


class Kiosk(QObject):
    """What the worker is connected to."""

    ready = Signal(str, str)
    scanned = Signal(object)


@pytest.fixture
def dead_url() -> str:
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def desk(dead_url: str) -> Iterator[tuple[Kiosk, LookupWorker]]:
    """A worker in its thread, connected as the kiosk does it."""

    def make(url: str, key: str) -> Lookup:
        return OnlineLookup(url, key, deadline_s=DEADLINE_S) if url == dead_url else Restarted()

    kiosk, worker = Kiosk(), LookupWorker(make, Trace(None))
    thread = WorkerThread("lookup", worker, kiosk)
    kiosk.ready.connect(worker.moving, Qt.ConnectionType.DirectConnection)
    kiosk.ready.connect(worker.connect_to)
    kiosk.scanned.connect(worker.look_up)
    thread.start()
    kiosk.ready.emit(dead_url, "k")
    yield kiosk, worker
    worker.moving()
    assert thread.finish()
    worker.close()


def test_a_retried_scan_is_sent_to_the_new_address_at_once(
    qtbot: QtBot, desk: tuple[Kiosk, LookupWorker]
) -> None:
    kiosk, worker = desk
    # Received in the worker's thread: a blocker of pytest-qt would stop its timer there.
    answers: list[tuple[UUID, ScanAnswer]] = []
    failures: list[Failure] = []
    worker.answered.connect(lambda visit, found: answers.append((visit, found)))
    worker.failed.connect(lambda _visit, failure: failures.append(failure))
    scan = ScanRequest(visit_id=uuid4(), text="CARD")
    kiosk.scanned.emit(scan)
    qtbot.wait(300)
    kiosk.ready.emit("http://new", "k")
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    assert [(visit, found.outcome) for visit, found in answers] == [(scan.visit_id, Outcome.ACTIVE)]
    assert failures == []


def test_without_a_new_address_the_scan_fails_at_its_deadline(qtbot: QtBot, dead_url: str) -> None:
    worker = LookupWorker(lambda url, key: OnlineLookup(url, key, deadline_s=0.3), Trace(None))
    worker.connect_to(dead_url, "k")
    with qtbot.waitSignal(worker.failed, timeout=10_000) as failed:
        worker.look_up(ScanRequest(visit_id=uuid4(), text="CARD"))
    assert failed.args is not None
    assert failed.args[1].cause is Cause.UNREACHABLE
    worker.close()


def test_every_scan_from_before_the_service_is_known_is_recorded(qapp: object) -> None:
    """Also those that nobody waits for any longer: left with Esc, or given up."""
    worker = LookupWorker(lambda _url, _key: Restarted(), Trace(None))
    recorded: list[UUID] = []
    worker.answered.connect(lambda visit, _found: recorded.append(visit))
    scans = [ScanRequest(visit_id=uuid4(), text=f"CARD-{each}") for each in range(3)]
    for scan in (*scans, scans[0]):
        worker.look_up(scan)
    worker.connect_to("http://new", "k")
    assert recorded == [scan.visit_id for scan in scans]
    worker.close()
