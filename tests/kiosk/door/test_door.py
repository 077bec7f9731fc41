"""From a verdict on screen to the door, and what is shown where it stays shut."""

import pytest

from api_client.messages.scan import Outcome, ScanMethod
from kiosk.door.openers import DoorError
from kiosk.door.opening import LATEST_S, Opening
from kiosk.door.presenter import DoorPresenter
from kiosk.door.worker import DoorWorker
from kiosk.pending_scan import DisplayedScan, PendingScan, new_request
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from tests.kiosk.answers import answer, preview

EN = Texts("en")


class Relay:
    """An opener that fails if ``why`` says so."""

    def __init__(self, why: str = "") -> None:
        self.why, self.opened, self.closed = why, list[Opening](), False

    def open(self, opening: Opening) -> None:
        if self.why:
            raise DoorError(self.why)
        self.opened.append(opening)

    def close(self) -> None:
        self.closed = True


def showed(outcome: Outcome = Outcome.ACTIVE) -> DisplayedScan:
    given = answer(outcome)
    scan = PendingScan(new_request("C-000123", (), ScanMethod.CAMERA, "Pool"), None, None)
    return DisplayedScan(verdict_of(given, EN), scan, given)


class Wired:
    """Presenter and worker in one thread, with a clock that the test sets."""

    def __init__(self, *relays: Relay) -> None:
        self.said: list[str] = []
        self.now_s = 100.0
        self.presenter = DoorPresenter(self.said.append, EN, desk="Pool", clock=self.clock)
        self.worker = DoorWorker(relays, clock=self.clock)
        self.presenter.wanted.connect(self.worker.open)
        self.worker.failed.connect(self.presenter.on_failed)

    def clock(self) -> float:
        return self.now_s


def test_the_door_is_opened_once_for_a_scan_however_often_it_is_checked() -> None:
    relay = Relay()
    wired, shown = Wired(relay), showed()
    for _ in range(3):
        wired.presenter.on_showed(shown)
    assert len(relay.opened) == 1
    wired.presenter.on_showed(showed())
    assert len(relay.opened) == 2
    assert wired.said == []


def test_who_is_only_looked_up_or_refused_opens_no_door() -> None:
    relay = Relay()
    wired, shown = Wired(relay), showed()
    wired.presenter.on_showed(DisplayedScan(shown.verdict, shown.scan, preview()))
    wired.presenter.on_showed(DisplayedScan(shown.verdict, shown.scan, None))
    wired.presenter.on_showed(showed(Outcome.EXPIRED))
    assert relay.opened == []


def test_a_door_that_fails_is_said_and_the_other_one_is_opened() -> None:
    broken, good = Relay("relay: exit code 3"), Relay()
    wired = Wired(broken, good)
    wired.presenter.on_showed(showed())
    assert wired.said == ["The door did not open: relay: exit code 3"]
    assert len(good.opened) == 1


@pytest.mark.parametrize(("later_s", "count"), [(LATEST_S, 1), (LATEST_S + 0.1, 0)])
def test_a_verdict_of_before_opens_no_door(later_s: float, count: int) -> None:
    relay = Relay()
    wired = Wired(relay)
    openings: list[Opening] = []
    wired.presenter.wanted.disconnect(wired.worker.open)
    wired.presenter.wanted.connect(openings.append)
    wired.presenter.on_showed(showed())
    wired.now_s += later_s
    wired.worker.open(openings[0])
    assert len(relay.opened) == count
    assert wired.said == ["The door did not open: it was busy for too long"] * (1 - count)


def test_connections_are_closed_with_the_kiosk() -> None:
    relay = Relay()
    Wired(relay).worker.close()
    assert relay.closed
