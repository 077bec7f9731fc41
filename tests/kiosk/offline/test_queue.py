"""The queue of visits: nothing is lost, nothing doubled, also when the kiosk is killed."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api_client.messages.scan import Outcome, ScanRequest
from kiosk.offline.queue import Counts, VisitQueue, VisitState
from kiosk.offline.sealing import KEY_BYTES, Sealer
from kiosk.roster_answer import RosterAnswer
from tests.kiosk.answers import AMARA, NOON

SEALER = Sealer(bytes(range(KEY_BYTES)))


def scan(number: int = 1) -> ScanRequest:
    return ScanRequest(visit_id=UUID(int=number), text=f"MC1-SECRET-{number}", desk="Door")


def answer(request: ScanRequest, outcome: Outcome = Outcome.ACTIVE) -> RosterAnswer:
    return RosterAnswer(
        visit_id=request.visit_id,
        outcome=outcome,
        server_time=NOON,
        time_zone="Europe/Berlin",
        customer=AMARA,
        as_of=NOON,
    )


def ids(queue: VisitQueue) -> list[int]:
    return [each.visit.visit_id.int for each in queue.due(100)]


@pytest.fixture
def queue(tmp_path: Path) -> VisitQueue:
    return VisitQueue(tmp_path, SEALER)


def test_a_scan_that_is_being_asked_is_there_and_not_handed_in(queue: VisitQueue) -> None:
    queue.begin(scan(), NOON)
    assert (queue.counts, ids(queue)) == (Counts(), [])
    queue.decide(scan(), NOON, answer(scan()))
    assert (queue.counts, ids(queue)) == (Counts(waiting=1), [1])
    (found,) = queue.due(100)
    assert (found.visit.text, found.visit.shown) == ("MC1-SECRET-1", Outcome.ACTIVE)
    assert (found.visit.customer_id, found.visit.roster_as_of) == (AMARA.id, NOON)


def test_a_scan_of_before_a_crash_waits(tmp_path: Path, queue: VisitQueue) -> None:
    queue.begin(scan(), NOON)
    queue.close()
    assert ids(VisitQueue(tmp_path, SEALER)) == [1]


def test_visits_come_oldest_first_and_once(queue: VisitQueue) -> None:
    for number in (3, 1, 2, 3, 1):
        queue.decide(scan(number), NOON, answer(scan(number)))
    assert ids(queue) == [3, 1, 2]
    assert [each.visit.visit_id.int for each in queue.due(2)] == [3, 1]


def test_an_answered_visit_is_removed_and_a_refused_one_waits_for_staff(queue: VisitQueue) -> None:
    for number in (1, 2):
        queue.decide(scan(number), NOON, answer(scan(number)))
    queue.forget(UUID(int=1))
    queue.refuse(UUID(int=2), "too old")
    assert (queue.counts, ids(queue)) == (Counts(refused=1), [])
    (found,) = queue.refused()
    assert (found.state, found.reason) == (VisitState.REFUSED, "too old")


def test_an_undone_visit_is_handed_in_as_such(queue: VisitQueue) -> None:
    queue.decide(scan(), NOON, answer(scan()))
    assert queue.undo(UUID(int=1))
    queue.decide(scan(), NOON, answer(scan()))
    queue.forget(UUID(int=1))
    assert [each.state for each in queue.due(9)] == [VisitState.UNDONE]
    queue.settle(UUID(int=1))
    assert ids(queue) == []
    assert not queue.undo(UUID(int=1))


def test_a_visit_that_this_key_does_not_open_keeps_no_other_from_being_handed_in(
    tmp_path: Path, queue: VisitQueue
) -> None:
    for number in range(3):
        queue.decide(scan(number), NOON, answer(scan(number)))
    queue.close()
    again = VisitQueue(tmp_path, Sealer(bytes(KEY_BYTES)))
    again.decide(scan(7), NOON, answer(scan(7)))
    assert again.due(3) == ()
    assert ids(again) == [7]
    assert again.counts == Counts(waiting=1, refused=3)


def test_a_visit_of_another_version_waits_for_staff_and_is_not_quoted(
    tmp_path: Path, queue: VisitQueue
) -> None:
    queue.decide(scan(1), NOON, answer(scan(1)))
    with closing(sqlite3.connect(tmp_path / "visits.db")) as file, file:
        sealed = SEALER.seal(UUID(int=1).bytes, b'{"text": "C-000123"}')
        file.execute("UPDATE visit SET sealed = ?", (sealed,))
    assert queue.due(10) == ()
    assert queue.counts == Counts(refused=1)
    with closing(sqlite3.connect(tmp_path / "visits.db")) as file:
        ((reason,),) = file.execute("SELECT reason FROM visit").fetchall()
    assert reason == "this is no OfflineVisit of this version"


def test_no_text_of_a_visit_is_readable_in_its_files(tmp_path: Path, queue: VisitQueue) -> None:
    queue.decide(scan(), NOON, answer(scan()))
    queue.refuse(UUID(int=1), "declined")
    raw = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    for word in (b"SECRET", b"Door", b"C-000123", AMARA.name.encode(), str(AMARA.id).encode()):
        assert word not in raw


def test_what_a_full_disk_does_not_take_waits_in_memory_in_its_order(tmp_path: Path) -> None:
    queue = VisitQueue(tmp_path, SEALER, most_pages=8)
    for number in range(1, 101):
        queue.begin(scan(number), NOON)
        queue.decide(scan(number), NOON, answer(scan(number)))
    queue.settle(UUID(int=100))
    written = len(ids(queue))
    assert 0 < written < 100
    assert queue.counts.unwritten > 0
    queue.bound(None)
    assert queue.write_again()
    assert (ids(queue), queue.counts) == (list(range(1, 100)), Counts(waiting=99))


NURSERY = """
import os, sys
from pathlib import Path
from kiosk.offline.queue import VisitQueue
from tests.kiosk.offline.test_queue import SEALER, answer, scan
from tests.kiosk.answers import NOON

def write(folder, first):
    queue = VisitQueue(Path(folder), SEALER)
    print("open", flush=True)
    for number in range(first, first + 100_000):
        queue.begin(scan(number), NOON)
        queue.decide(scan(number), NOON, answer(scan(number)))
        print(number, flush=True)
        if number % 3 == 0:
            queue.settle(scan(number).visit_id)
            print(-number, flush=True)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        write(sys.argv[1], int(line))
    print(f"child {child}", flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""
"""A process that begins one writer after the other, so that each starts within milliseconds."""


def _killed(nursery: subprocess.Popen[str], first: int, pause_s: float) -> list[int]:
    """Return what a writer said it had written (negative: removed), before it was killed."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{first}\n")
    nursery.stdin.flush()
    child, is_open, said = 0, False, []
    for line in map(str.strip, nursery.stdout):
        if line == "ended":
            break
        if line.startswith("child"):
            child = int(line.split()[1])
        elif line == "open":
            is_open = True
        else:
            said.append(int(line))
        if child and is_open:
            time.sleep(pause_s)
            os.kill(child, signal.SIGKILL)
            child = 0
    return said


def _kill_often(folder: Path, times: int) -> None:
    queue = VisitQueue(folder, SEALER)
    kept = [uuid4().int >> 1 for _ in range(100)]
    for number in kept:
        queue.decide(scan(number), NOON, answer(scan(number)))
    queue.close()
    written: set[int] = set(kept)
    removed: set[int] = set()
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nursery:
        _kill_in_turn(folder, nursery, times, (written, removed))


def _kill_in_turn(
    folder: Path, nursery: subprocess.Popen[str], times: int, seen: tuple[set[int], set[int]]
) -> None:
    chance = random.Random(172)
    written, removed = seen
    for turn in range(times):
        said = _killed(nursery, 1 + turn * 1_000_000, chance.uniform(0.0, 0.08))
        written |= {each for each in said if each > 0}
        removed |= {-each for each in said if each < 0}
        queue = VisitQueue(folder, SEALER)
        found = [each.visit.visit_id.int for each in queue.due(1_000_000)]
        queue.close()
        assert len(found) == len(set(found))
        # What was under way when it was killed may be there or not, and nothing else.
        last = max((each for each in said if each > 0), default=turn * 1_000_000)
        under_way = {last, last + 1}
        assert written - removed - under_way <= set(found)
        assert set(found) <= (written - removed) | under_way
        written |= set(found)
        removed |= written - set(found)


def test_a_kill_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    _kill_often(tmp_path, 20)


@pytest.mark.soak
def test_two_hundred_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    _kill_often(tmp_path, 200)
