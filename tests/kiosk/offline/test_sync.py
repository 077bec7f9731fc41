"""The exchange with the service: the list by pages, visits each exactly once, the clock."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from api_client.errors import ApiError, NotAllowed, Unreachable
from api_client.messages.scan import ScanRequest
from kiosk.offline.queue import Counts, VisitState
from kiosk.offline.stock import Stock
from kiosk.offline.sync import BATCH, Sync
from kiosk.roster_answer import RosterAnswer
from tests.kiosk.answers import NOON, answer
from tests.kiosk.offline.desks import Service, refused, stock
from tests.kiosk.offline.rosters import card_code, page, plain_row

LATER = NOON + timedelta(minutes=5)


def visit(held: Stock, number: int, text: str = "MC1") -> UUID:
    """Let a visit wait. Returns its id."""
    scan = ScanRequest(visit_id=UUID(int=number), text=text)
    said = answer(visit_id=scan.visit_id).model_dump()
    held.queue.decide(scan, NOON, RosterAnswer(**said, as_of=NOON))
    return scan.visit_id


@pytest.fixture
def held(tmp_path: Path) -> Stock:
    return stock(tmp_path)


@pytest.fixture
def service() -> Service:
    service = Service(lambda: LATER)
    service.pages[""] = page([plain_row(1, card_code(1))])
    service.pages["c1"] = page([], next_cursor="c1")
    return service


def test_the_list_is_loaded_page_by_page_and_goes_on_after_a_failure(
    held: Stock, service: Service
) -> None:
    service.pages[""] = page([plain_row(1, card_code(1))], complete=False, next_cursor="p1")
    service.pages["p1"] = Unreachable("broken off")
    sync = Sync(held, service)
    assert sync.step() < 1
    assert sync.step() <= 1
    assert (held.roster.state, held.roster.cursor) == (None, "p1")
    service.pages["p1"] = page([plain_row(2, card_code(2))], next_cursor="c1")
    assert sync.step() > 10
    assert len(held.roster.find(card_code(1)) + held.roster.find(card_code(2))) == 2
    service.pages["c1"] = page([plain_row(1, card_code(1), removed=True)], next_cursor="c2")
    sync.step()
    assert (held.roster.find(card_code(1)), held.roster.cursor) == ((), "c2")


@pytest.mark.parametrize("error", [refused(409, "roster_epoch"), refused(422, "invalid")])
def test_a_cursor_that_no_longer_counts_begins_anew(
    held: Stock, service: Service, error: ApiError
) -> None:
    sync = Sync(held, service)
    sync.step()
    service.pages["c1"] = error
    service.pages[""] = page([plain_row(1, card_code(9))], epoch=UUID(int=3), next_cursor="n1")
    assert sync.step() == 0
    assert held.roster.find(card_code(1)) != ()
    sync.step()
    assert (held.roster.find(card_code(1)), held.roster.cursor) == ((), "n1")


def test_a_service_of_before_the_route_is_asked_rarely(held: Stock, service: Service) -> None:
    service.pages[""] = refused(404, "no_such_route")
    assert Sync(held, service).step() > 10
    assert held.roster.state is None


def test_visits_are_handed_in_oldest_first_and_counted(held: Stock, service: Service) -> None:
    counted: list[int] = []
    ids = [visit(held, number) for number in range(BATCH + 5, 0, -1)]
    sync = Sync(held, service, counted.append)
    for _ in range(3):
        sync.step()
    assert list(service.visits) == ids
    assert (service.batches, counted) == ([BATCH, 5], [BATCH + 5])
    assert held.queue.counts == Counts()


def test_a_batch_whose_answer_is_lost_leaves_each_visit_once(held: Stock, service: Service) -> None:
    ids = [visit(held, number) for number in (1, 2)]
    service.lose_answer = True
    sync = Sync(held, service)
    assert sync.step() > 0
    assert held.queue.counts == Counts(waiting=2)
    sync.step()
    assert (list(service.visits), held.queue.counts) == (ids, Counts())


def test_a_refused_visit_stops_no_other_and_waits_with_its_reason(
    held: Stock, service: Service
) -> None:
    first, second, third = (visit(held, number) for number in (1, 2, 3))
    service.refuses[second] = "Older than 30 days."
    Sync(held, service).step()
    assert list(service.visits) == [first, third]
    (left,) = held.queue.refused()
    assert (left.visit.visit_id, left.reason) == (second, "Older than 30 days.")


def test_a_visit_for_which_a_whole_batch_is_declined_is_found(
    held: Stock, service: Service
) -> None:
    first, bad, third = visit(held, 1), visit(held, 2, "invalid"), visit(held, 3)
    Sync(held, service).step()
    assert list(service.visits) == [first, third]
    assert [each.visit.visit_id for each in held.queue.refused()] == [bad]


def test_an_undone_visit_is_undone_at_the_service(held: Stock, service: Service) -> None:
    undone = visit(held, 1)
    held.queue.undo(undone)
    assert [each.state for each in held.queue.due(9)] == [VisitState.UNDONE]
    Sync(held, service).step()
    assert (service.undone, held.queue.counts) == ([undone], Counts())


def test_the_service_is_away_until_it_answers_and_the_clock_is_corrected(
    held: Stock, service: Service
) -> None:
    service.fails = Unreachable("away")
    sync = Sync(held, service)
    pauses = [sync.step() for _ in range(8)]
    assert held.link.away_since == NOON
    assert (pauses[0], pauses[-1]) == (0.5, 8.0)
    service.fails = None
    sync.step()
    assert not held.state().away_since
    assert (held.link.skew, held.link.now) == (timedelta(minutes=5), LATER)


@pytest.mark.parametrize("ours", [True, False])
def test_a_revoked_key_ends_the_answers_of_the_list_and_a_page_of_a_network_does_not(
    held: Stock, service: Service, ours: bool
) -> None:
    held.link.gone()
    service.fails = NotAllowed("no", ours=ours)
    Sync(held, service).step()
    assert (held.link.away_since is None) is ours
