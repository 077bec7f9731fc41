"""Deliveries cut short, taken over and side by side: who sends, and what is stored of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest

from membership.events.webhooks.delivery import BATCH_DELIVERIES, deliver, sender_of
from membership.events.webhooks.endpoints import bury_pending
from membership.events.webhooks.sender import PostResult, Sender
from membership.store.background import Work
from membership.store.models import WebhookEndpoint
from tests.membership.events.conftest import Club
from tests.membership.events.webhooks.receiver import Handler, Receiver, receiving
from tests.membership.support import arranging

DELIVERED, PENDING, DEAD = "delivered", "pending", "dead"


class Killed(BaseException):
    """The process ends between two lines."""


@dataclass(frozen=True)
class KilledAfterSending(Sender):
    """Sends, and then the process is gone before the result is stored."""

    def post(self, *arguments: object) -> PostResult:
        """Send, and end."""
        super().post(*arguments)  # type: ignore[arg-type]
        raise Killed


def test_killed_before_the_result_is_stored_sends_it_again(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    events = club.emit(2)
    sender = sender_of(club.work.settings)
    with pytest.raises(Killed):
        club.deliver(KilledAfterSending(sender.policy, sender.seconds))
    assert receiver.ids == events[:1]
    assert deliver(club.work) is False  # still leased
    assert club.states(endpoint) == [PENDING] * 2
    settings = club.work.settings
    lease = settings.webhook_timeout_seconds + settings.busy_timeout_seconds + 1
    club.clock.advance(seconds=lease)
    club.deliver()
    assert receiver.ids == [events[0], *events]
    assert receiver.received[0].body == receiver.received[1].body


def test_a_result_after_the_lease_was_taken_over_is_dropped(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit()

    def taken_over(handler: Handler) -> None:
        # While this one is being answered, its sender's lease runs out for another process.
        club.clock.advance(minutes=10)
        club.deliver()
        handler.answer(500)

    receiver.script.append(taken_over)
    deliver(club.work, jitter=lambda: 0.0)
    assert len(receiver.received) == 2
    (stored,) = club.deliveries(endpoint)
    assert (stored.state.value, stored.attempts, stored.last_error) == (DELIVERED, 1, None)
    assert club.stored(endpoint).next_attempt_at is None


def test_http_happens_outside_any_transaction(club: Club, receiver: Receiver) -> None:
    club.endpoint(receiver.url)
    (first,) = club.emit()
    later: list[UUID] = []

    def write(handler: Handler) -> None:
        # On SQLite this would wait for a writer that waits for this answer.
        later.extend(club.emit())
        handler.answer(204)

    receiver.script.append(write)
    club.deliver()
    assert receiver.ids == [first, *later]


@contextmanager
def delivering(work: Work, threads: int) -> Iterator[None]:
    """Let several deliverers work, like those of a service."""
    stopping = threading.Event()

    def loop() -> None:
        while not stopping.is_set():
            if not deliver(work):
                stopping.wait(0.01)

    running = [threading.Thread(target=loop) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in running:
            thread.join()


def test_a_slow_endpoint_holds_up_no_other(club: Club, receiver: Receiver) -> None:
    with receiving() as slow:
        arrived = threading.Event()

        def hang(handler: Handler) -> None:
            # Answers only once all the others have theirs.
            arrived.wait(30)
            handler.answer(204)

        def count(handler: Handler) -> None:
            handler.answer(204)
            if len(receiver.received) == 10:
                arrived.set()

        slow.always, receiver.always = hang, count
        hanging, _ = club.endpoint(slow.url)
        quick, _ = club.endpoint(receiver.url)
        events = club.emit(10)
        with delivering(club.work, threads=2):
            assert arrived.wait(30)
        assert receiver.ids == events
        assert slow.ids[:1] == events[:1]
        assert club.states(quick) == [DELIVERED] * 10
        assert club.states(hanging)[0] == DELIVERED


def test_endpoints_take_turns(club: Club, receiver: Receiver) -> None:
    club.endpoint(receiver.url + "/a")
    club.endpoint(receiver.url + "/b")
    club.emit(BATCH_DELIVERIES + 1)
    club.deliver()
    paths = [each.path[-1] for each in receiver.received]
    first = paths[0]
    second = "b" if first == "a" else "a"
    assert paths == [first] * BATCH_DELIVERIES + [second] * BATCH_DELIVERIES + [first, second]


def test_stopping_ends_a_turn(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit(3)

    def stop(handler: Handler) -> None:
        club.work.stopping.set()
        handler.answer(204)

    receiver.script.append(stop)
    assert deliver(club.work)
    assert club.states(endpoint) == [DELIVERED, PENDING, PENDING]
    assert club.stored(endpoint).lease_id is None


@pytest.mark.parametrize("status", [204, 500])
def test_disabled_by_hand_while_it_is_being_sent_to(
    club: Club, receiver: Receiver, status: int
) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit(2)

    def switched_off(handler: Handler) -> None:
        with arranging(club.database) as session:
            row = session.get_one(WebhookEndpoint, (club.tenant.id, endpoint))
            row.disabled_at = club.clock.now
            bury_pending(session, row, club.clock.now)
        handler.answer(status)

    receiver.script.append(switched_off)
    club.deliver()
    # What was taken was taken; what was not is dead like the rest, and nothing more is sent.
    assert club.states(endpoint) == [DELIVERED if status == 204 else DEAD, DEAD]
    stored = club.stored(endpoint)
    assert (stored.lease_id, stored.next_attempt_at, stored.disabled_why) == (None, None, None)
    assert len(receiver.received) == 1


def test_the_clock_set_back_stops_nothing(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit()
    receiver.fail(1)
    club.clock.advance(days=3650)
    sender = sender_of(club.work.settings)
    club.deliver()
    club.clock.advance(minutes=1)
    with pytest.raises(Killed):
        club.deliver(KilledAfterSending(sender.policy, sender.seconds))
    club.clock.advance(days=-3650)
    club.deliver()
    assert club.states(endpoint) == [DELIVERED]
