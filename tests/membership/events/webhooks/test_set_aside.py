"""An event that the receiver refuses is set aside: the rest goes on, in order for each subject."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from membership.events.outbox import emit
from membership.events.types import EventType
from membership.events.webhooks.retry_policy import (
    ATTEMPTS_IN_LINE,
    MAX_ATTEMPTS,
    OUTAGE_AFTER,
    outage_pause,
    refuses_event,
)
from membership.store.models import WebhookDelivery
from tests.generated import examples
from tests.membership.events.conftest import Club
from tests.membership.events.webhooks.receiver import Handler, Receiver
from tests.membership.support import arranging

DELIVERED, PENDING, DEAD = "delivered", "pending", "dead"
PATIENCE = timedelta(minutes=6, seconds=1)
"""For how long a refused event holds up the others."""

_paths = itertools.count()


@dataclass
class Line:
    """An endpoint of its own at a receiver that refuses some events, and what it accepted."""

    club: Club
    receiver: Receiver
    refused: dict[UUID, int] = field(default_factory=dict)
    accepted: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Store the endpoint."""
        self.path = f"/{next(_paths)}"
        self.endpoint, _ = self.club.endpoint(self.receiver.url + self.path)
        self.receiver.always = self._answer

    def _answer(self, handler: Handler) -> None:
        event_id = UUID(handler.headers["webhook-id"])
        status = self.refused.get(event_id, 204)
        if status == 204:
            self.accepted.append(event_id)
        if status == 0:
            handler.close_connection = True  # no answer
            return
        handler.answer(status)

    def emit(self, *subjects: str) -> list[UUID]:
        """Let something happen to each subject, in this order."""
        return [self._emit(subject) for subject in subjects]

    def _emit(self, subject: str) -> UUID:
        with arranging(self.club.database) as session:
            data = {"plan_id": subject}
            kind = EventType.PLAN_UPDATED
            return emit(session, self.club.tenant.id, kind, subject, data, now=self.club.clock())

    def pass_time(self, time: timedelta) -> None:
        """Let the deliverer work whenever something is due, for so long."""
        ends = self.club.clock.now + time
        self.club.deliver()
        while (wake := min(self._times(), default=ends)) < ends:
            self.club.clock.now = wake
            self.club.deliver()
        self.club.clock.now = ends
        self.club.deliver()

    def _times(self) -> Iterator[datetime]:
        """When something will be due."""
        paused = self.club.stored(self.endpoint).next_attempt_at
        retries = [each.retry_at for each in self.club.deliveries(self.endpoint)]
        for at in (paused, *retries):
            if at is not None and at > self.club.clock.now:
                yield at

    def of(self, events: Sequence[UUID]) -> list[WebhookDelivery]:
        """The deliveries of all events, in their order."""
        stored = self.club.deliveries(self.endpoint)
        assert len(stored) == len(events)
        return stored


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(400, id="refused", marks=pytest.mark.both_databases(reason="one of them")),
        pytest.param(422, id="unprocessable"),
        pytest.param(429, id="limited"),
        pytest.param(500, id="broken"),
        pytest.param(0, id="cut"),
    ],
)
def test_one_refused_event_holds_up_only_its_subject(
    club: Club, receiver: Receiver, status: int
) -> None:
    line = Line(club, receiver)
    first, other, later, last = events = line.emit("a", "b", "a", "c")
    line.refused[first] = status
    line.pass_time(PATIENCE)
    assert line.accepted == [other, last]
    refused, _, waiting, _ = stored = line.of(events)
    assert [each.state.value for each in stored] == [PENDING, DELIVERED, PENDING, DELIVERED]
    assert refused.attempts == ATTEMPTS_IN_LINE
    assert refused.set_aside_at is not None
    assert (waiting.behind_seq, waiting.attempts) == (refused.event_seq, 0)
    new = line.emit("b", "a", "d")
    line.pass_time(timedelta(0))
    assert line.accepted == [other, last, new[0], new[2]]
    del line.refused[first]
    line.pass_time(timedelta(hours=1))
    assert line.accepted == [other, last, new[0], new[2], first, later, new[1]]


def test_many_refused_events_do_not_add_up_their_pauses(club: Club, receiver: Receiver) -> None:
    line = Line(club, receiver)
    events = line.emit(*(str(number) for number in range(20)))
    line.refused = dict.fromkeys(events[:19], 422)
    line.pass_time(PATIENCE)
    assert line.accepted == events[19:]


def test_given_up_after_its_schedule_and_what_waited_goes_on(
    club: Club, receiver: Receiver
) -> None:
    line = Line(club, receiver)
    first, later = events = line.emit("a", "a")
    line.refused[first] = 500
    line.pass_time(timedelta(hours=34, minutes=20))
    assert line.accepted == []
    line.pass_time(timedelta(minutes=2))
    assert line.accepted == [later]
    dead, _ = line.of(events)
    assert (dead.state.value, dead.attempts) == (DEAD, MAX_ATTEMPTS)
    assert (dead.set_aside_at, dead.retry_at) == (None, None)


def test_an_outage_is_not_many_bad_events(club: Club, receiver: Receiver) -> None:
    line = Line(club, receiver)
    events = line.emit(*(str(number) for number in range(30)))
    line.refused = dict.fromkeys(events, 503)
    line.pass_time(timedelta(hours=12))
    tried = [each for each in line.of(events) if each.attempts]
    # Five at once, then one an hour at most; the rest was not touched and keeps its order.
    assert len(tried) <= OUTAGE_AFTER + 16
    assert [each.event_seq for each in tried] == [each.event_seq for each in line.of(events)][
        : len(tried)
    ]
    line.refused.clear()
    line.pass_time(timedelta(hours=1, minutes=10))
    assert sorted(line.accepted) == sorted(events)
    assert all(each.set_aside_at is None for each in line.of(events))


@pytest.mark.both_databases(reason="what waits behind another is put there by one statement")
@seed(14)
@settings(
    max_examples=examples(50, few=5),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_order_of_each_subject_is_kept(club: Club, receiver: Receiver, data: st.DataObject) -> None:
    """Whatever is refused, for however long, and whatever happens meanwhile."""
    line = Line(club, receiver)
    try:
        refuse_and_repair(line, data)
    finally:
        club.set(line.endpoint, disabled_at=club.clock.now)


def refuse_and_repair(line: Line, data: st.DataObject) -> None:
    """Draw what happens to four subjects and what is refused; all must come in the end."""
    subject = st.sampled_from("abcd")
    events: list[tuple[str, UUID]] = []
    for _ in range(data.draw(st.integers(1, 3), label="rounds")):
        subjects = data.draw(st.lists(subject, min_size=1, max_size=5), label="emitted")
        events += zip(subjects, line.emit(*subjects), strict=True)
        ids = [event_id for _, event_id in events]
        bad = data.draw(st.lists(st.sampled_from(ids), max_size=3, unique=True), label="refused")
        line.refused = dict.fromkeys(bad, data.draw(st.sampled_from([400, 500, 0])))
        minutes = data.draw(st.sampled_from([0, 7, 90]), label="minutes")
        line.pass_time(timedelta(minutes=minutes))
    line.refused.clear()
    line.pass_time(timedelta(hours=12))
    assert sorted(line.accepted) == sorted(event_id for _, event_id in events)
    of_subject = dict(zip((event_id for _, event_id in events), events, strict=True))
    for name in "abcd":
        came = [each for each in line.accepted if of_subject[each][0] == name]
        assert came == [event_id for subject, event_id in events if subject == name]


def test_pauses_of_an_outage() -> None:
    told = [outage_pause(count, 0.0) for count in range(1, OUTAGE_AFTER + 6)]
    minutes = [None if each is None else each.total_seconds() / 60 for each in told]
    assert minutes == [None] * (OUTAGE_AFTER - 1) + [1, 5, 15, 60, 60, 60]


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        *((status, True) for status in (400, 409, 413, 422)),
        *((status, False) for status in (301, 401, 404, 429, 500, 503, None)),
    ],
)
def test_answers_about_the_event(status: int | None, refused: bool) -> None:
    assert refuses_event(status) is refused
