"""Who answers a scan: the service in time, else the list; and what becomes of the visit."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest

from api_client.errors import (
    ApiError,
    BadAnswer,
    BehindGateway,
    Busy,
    KeyUnknown,
    NotAllowed,
    ServiceError,
    TooSlow,
    Unreachable,
)
from api_client.messages.scan import Outcome, Problem, ScanAnswer, ScanRequest
from kiosk.offline.lookup import OfflineLookup
from kiosk.offline.queue import Counts
from kiosk.offline.stock import Stock
from kiosk.roster_answer import RosterAnswer
from tests.kiosk.answers import answer
from tests.kiosk.offline.desks import Online, refused, stock
from tests.kiosk.offline.rosters import CARD, page, row

PROBLEM = Problem(title="no", status=401, code="key_unknown")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Stock]:
    """A desk with Amara in its list."""
    held = stock(tmp_path)
    held.roster.put(page([row()]))
    yield held
    held.close()


def scan(text: str = CARD.text) -> ScanRequest:
    return ScanRequest(visit_id=uuid4(), text=text)


def late_ones() -> list[tuple[RosterAnswer, ScanAnswer]]:
    return []


def test_an_answer_in_time_is_that_of_the_service_and_leaves_no_visit(held: Stock) -> None:
    lookup = OfflineLookup(Online(), held, lambda *_: None)
    lookup.prepare()
    found = lookup.look_up(scan())
    lookup.close()
    assert not isinstance(found, RosterAnswer)
    assert (held.queue.counts, held.queue.due(9)) == (Counts(), ())
    assert held.link.away_since is None


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("x"),
        TooSlow("x"),
        BehindGateway("x"),
        Busy("x"),
        ServiceError("x"),
        BadAnswer("HTML of a hotel's network"),
        NotAllowed("403 without a reason of ours"),
    ],
)
def test_where_the_service_does_not_answer_the_list_does(held: Stock, error: ApiError) -> None:
    lookup, one = OfflineLookup(Online(error), held, lambda *_: None), scan()
    found = lookup.look_up(one)
    lookup.close()
    assert isinstance(found, RosterAnswer)
    assert (found.outcome, found.visit_id) == (Outcome.ACTIVE, one.visit_id)
    assert [each.visit.visit_id for each in held.queue.due(9)] == [one.visit_id]
    assert held.link.away_since is not None


@pytest.mark.parametrize(
    "error", [refused(409, "conflict"), KeyUnknown("x", PROBLEM), NotAllowed("x", ours=True)]
)
def test_where_the_service_itself_declines_no_list_answers(held: Stock, error: ApiError) -> None:
    lookup = OfflineLookup(Online(error), held, lambda *_: None)
    with pytest.raises(type(error)):
        lookup.look_up(scan())
    lookup.close()
    assert held.queue.due(9) == ()
    assert held.link.away_since is None


def test_after_one_time_out_the_list_answers_at_once(held: Stock) -> None:
    free, late = Event(), late_ones()
    online = Online(free=free)
    lookup = OfflineLookup(online, held, lambda *both: late.append(both))
    first, second = scan(), scan()
    assert isinstance(lookup.look_up(first), RosterAnswer)
    assert isinstance(lookup.look_up(second), RosterAnswer)
    assert online.asked == [first.visit_id]
    assert held.queue.counts == Counts(waiting=2)
    free.set()
    lookup.close()
    # The answer that came late leaves one visit to hand in, and is passed on with the list's.
    assert [(a.visit_id, b.visit_id) for a, b in late] == [(first.visit_id, first.visit_id)]
    assert [each.visit.visit_id for each in held.queue.due(9)] == [second.visit_id]


def test_a_late_refusal_leaves_the_visit_to_be_handed_in(held: Stock) -> None:
    free, late = Event(), late_ones()
    online = Online(refused(409, "conflict"), free)
    lookup = OfflineLookup(online, held, lambda *both: late.append(both))
    assert isinstance(lookup.look_up(scan()), RosterAnswer)
    free.set()
    lookup.close()
    assert (late, held.queue.counts) == ([], Counts(waiting=1))


def test_a_visit_is_on_the_disk_while_the_service_is_asked(held: Stock, tmp_path: Path) -> None:
    written: list[int] = []

    def says(one: ScanRequest) -> ScanAnswer:
        with closing(sqlite3.connect(tmp_path / "visits.db")) as file:
            for _ in range(400):
                (count,) = file.execute("SELECT count(*) FROM visit").fetchone()
                if count:
                    written.append(count)
                    break
                time.sleep(0.005)
        return answer(visit_id=one.visit_id)

    patient = replace(held, deadline_s=20.0)
    lookup = OfflineLookup(Online(says=says), patient, lambda *_: None)
    lookup.look_up(scan())
    lookup.close()
    assert written == [1]


def test_without_a_list_all_is_left_to_the_service(tmp_path: Path) -> None:
    empty = stock(tmp_path)
    lookup = OfflineLookup(Online(Unreachable("x")), empty, lambda *_: None)
    with pytest.raises(Unreachable):
        lookup.look_up(scan())
    lookup.close()
    assert (empty.queue.due(9), empty.link.away_since) == ((), None)
    empty.close()


def test_a_scan_of_nobody_in_the_list_is_kept_too(held: Stock) -> None:
    lookup = OfflineLookup(Online(Unreachable("x")), held, lambda *_: None)
    found = lookup.look_up(scan("C-000999"))
    lookup.close()
    assert isinstance(found, RosterAnswer)
    assert (found.listed, held.queue.counts) == (False, Counts(waiting=1))
