"""The deliverer: order, retries, dead ends, leases; over real HTTP, on both databases."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from standardwebhooks import Webhook

from membership.background import Work
from membership.events.delivery import TURN_DELIVERIES, deliver, sender_of
from membership.events.endpoints import bury_pending
from membership.events.patience import FAILING_FOR, MAX_ATTEMPTS, PAUSES
from membership.events.sender import Answer, Sender
from membership.events.types import EventType
from membership.models import AuditEntry, WebhookEndpoint
from membership.vault import Vault
from tests.membership.events.conftest import Club
from tests.membership.events.receiver import Handler, Receiver, receiving

DELIVERED, PENDING, DEAD = "delivered", "pending", "dead"


def test_a_delivery_is_verified_by_the_library(club: Club, receiver: Receiver) -> None:
    endpoint, secret = club.endpoint(receiver.url)
    (event,) = club.emit()
    club.deliver()
    (got,) = receiver.received
    told = Webhook(secret).verify(got.body, got.headers)
    assert told == json.loads(got.body)
    assert list(told) == ["type", "timestamp", "data"]
    assert told["type"] == "plan.created"
    assert datetime.fromisoformat(told["timestamp"]) == club.clock.now
    assert told["data"] == {"plan_id": "0"}
    assert got.event_id == event
    assert got.headers["content-type"] == "application/json"
    (stored,) = club.deliveries(endpoint)
    assert (stored.state.value, stored.attempts, stored.last_status) == (DELIVERED, 1, 204)
    assert (stored.delivered_at, stored.last_error) == (club.clock.now, None)
    assert deliver(club.work) is False


def test_each_endpoint_gets_the_types_it_wants(club: Club, receiver: Receiver) -> None:
    club.endpoint(receiver.url + "/all")
    club.endpoint(receiver.url + "/cards", EventType.CARD_ISSUED, EventType.CARD_REVOKED)
    plan, card = club.emit()[0], club.emit(1, EventType.CARD_ISSUED)[0]
    club.deliver()
    came = {(each.path, each.event_id) for each in receiver.received}
    assert came == {("/hook/all", plan), ("/hook/all", card), ("/hook/cards", card)}


def test_nothing_overtakes_a_delivery_that_fails(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    events = club.emit(3)
    receiver.fail(2, 503)
    club.deliver()
    assert receiver.ids == events[:1]
    club.clock.advance(seconds=59)
    club.deliver()
    assert receiver.ids == events[:1]
    club.clock.advance(seconds=1)
    club.deliver()
    assert receiver.ids == events[:1] * 2
    stored = club.deliveries(endpoint)[0]
    assert (stored.attempts, stored.last_status) == (2, 503)
    assert stored.last_error == "The receiver answered 503."
    club.clock.advance(minutes=5)
    club.deliver()
    assert receiver.ids == [events[0]] * 3 + events[1:]
    assert club.states(endpoint) == [DELIVERED] * 3
    assert club.stored(endpoint).failing_since is None


def test_the_schedule_ends_in_a_dead_delivery_and_the_line_moves_on(
    club: Club, receiver: Receiver
) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    first, second = club.emit(2)
    receiver.fail(MAX_ATTEMPTS)
    for pause in PAUSES:
        club.deliver()
        before = len(receiver.ids)
        club.clock.advance(seconds=pause.total_seconds() - 1)
        club.deliver()
        assert len(receiver.ids) == before
        club.clock.advance(seconds=1)
    club.deliver()
    assert receiver.ids == [first] * MAX_ATTEMPTS + [second]
    dead, delivered = club.deliveries(endpoint)
    assert (dead.state.value, dead.attempts, dead.dead_at) == (DEAD, MAX_ATTEMPTS, club.clock.now)
    assert delivered.state.value == DELIVERED


def test_retry_after_is_waited_for_up_to_twelve_hours(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit()
    receiver.fail(1, 429, Retry_After="1800")
    receiver.fail(1, 503, Retry_After="864000")
    club.deliver()
    assert club.stored(endpoint).next_attempt_at == club.clock.now + timedelta(minutes=30)
    club.clock.advance(minutes=30)
    club.deliver()
    assert club.stored(endpoint).next_attempt_at == club.clock.now + timedelta(hours=12)
    club.clock.advance(hours=12)
    club.deliver()
    assert club.states(endpoint) == [DELIVERED]


def test_gone_disables_at_once(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit(3)
    receiver.fail(1, 410)
    club.deliver()
    stored = club.stored(endpoint)
    assert stored.disabled_at == club.clock.now
    assert stored.disabled_why == "The receiver answered 410: it wants no more events."
    assert club.states(endpoint) == [DEAD] * 3
    club.emit()
    club.clock.advance(days=1)
    club.deliver()
    assert len(receiver.received) == 1
    assert len(club.deliveries(endpoint)) == 3


def test_days_of_nothing_but_failure_disable(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit(5)
    began = club.clock.now
    receiver.always = lambda handler: handler.answer(500)
    while club.stored(endpoint).disabled_at is None:
        club.deliver()
        club.clock.advance(hours=1)
        assert club.clock.now - began < 2 * FAILING_FOR
    stored = club.stored(endpoint)
    assert stored.disabled_at is not None
    assert stored.disabled_at - began >= FAILING_FOR
    assert stored.disabled_why == "Nothing was taken for 3 days."
    assert club.states(endpoint) == [DEAD] * 5
    with club.database.readers.begin() as session:
        (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.actor_name) == ("webhook.changed", "service")
    assert entry.after is not None
    assert entry.after["disabled_why"] == stored.disabled_why


def test_days_without_the_service_are_no_days_of_failure(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit()
    receiver.fail(2)
    club.deliver()
    club.clock.advance(days=30)
    club.deliver()
    assert club.stored(endpoint).disabled_at is None
    club.clock.advance(minutes=5)
    club.deliver()
    assert club.states(endpoint) == [DELIVERED]


def raw(secret: str) -> bytes:
    """The bytes of a secret as it is shown."""
    return b64decode(secret.removeprefix("whsec_"))


def test_rotation_overlap(club: Club, receiver: Receiver) -> None:
    endpoint, old = club.endpoint(receiver.url)
    _, new = club.endpoint(receiver.url + "/unused", EventType.WEBHOOK_TEST)
    vault = club.work.vault
    club.set(
        endpoint,
        secret=vault.seal(raw(new)),
        former_secret=vault.seal(raw(old)),
        former_secret_until=club.clock.now + timedelta(hours=24),
    )
    club.emit()
    club.deliver()
    for secret in (old, new):
        Webhook(secret).verify(receiver.received[0].body, receiver.received[0].headers)
    club.clock.advance(hours=24, seconds=-1)
    club.emit()
    club.deliver()
    club.clock.advance(seconds=1)
    club.emit()
    club.deliver()
    signed = [(each.signed_with(old), each.signed_with(new)) for each in receiver.received]
    assert signed == [(True, True), (True, True), (False, True)]


def test_a_secret_sealed_with_another_key_is_a_failure_of_that_endpoint(
    club: Club, receiver: Receiver
) -> None:
    broken, _ = club.endpoint(receiver.url + "/broken")
    stranger = Vault(Fernet.generate_key().decode())
    club.set(broken, secret=stranger.seal(b"x" * 32))
    well, _ = club.endpoint(receiver.url + "/well")
    club.emit(2)
    club.deliver()
    assert [each.path for each in receiver.received] == ["/hook/well"] * 2
    assert club.states(well) == [DELIVERED] * 2
    (failed, _waiting) = club.deliveries(broken)
    assert failed.last_error is not None
    assert "another key" in failed.last_error
    assert club.stored(broken).next_attempt_at == club.clock.now + PAUSES[0]


class Killed(BaseException):
    """The process ends between two lines."""


@dataclass(frozen=True)
class KilledAfterSending(Sender):
    """Sends, and then the process is gone before the result is stored."""

    def post(self, *arguments: object) -> Answer:
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
    club.emit(TURN_DELIVERIES + 1)
    club.deliver()
    paths = [each.path[-1] for each in receiver.received]
    first = paths[0]
    second = "b" if first == "a" else "a"
    assert paths == [first] * TURN_DELIVERIES + [second] * TURN_DELIVERIES + [first, second]


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


def test_a_target_that_is_no_longer_allowed_fails_without_being_connected_to(
    club: Club, receiver: Receiver
) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit()
    strict = club.work.settings.model_copy(update={"webhook_allowed_private": ()})
    deliver(replace(club.work, settings=strict))
    assert receiver.received == []
    (stored,) = club.deliveries(endpoint)
    assert stored.last_error == "Not sent. URL: 127.0.0.1 leads to no public address."


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


def test_what_happened_late_says_so(club: Club, receiver: Receiver) -> None:
    club.endpoint(receiver.url)
    club.emit()
    happened = club.clock.now
    receiver.fail(1)
    club.deliver()
    club.clock.advance(minutes=2)
    club.deliver()
    told = json.loads(receiver.received[1].body)
    assert datetime.fromisoformat(told["timestamp"]) == happened
    sent = datetime.fromtimestamp(int(receiver.received[1].headers["webhook-timestamp"]), UTC)
    assert sent == club.clock.now


@pytest.mark.parametrize("status", [204, 500])
def test_disabled_by_hand_while_it_is_being_sent_to(
    club: Club, receiver: Receiver, status: int
) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit(2)

    def switched_off(handler: Handler) -> None:
        with club.database.writers.begin() as session:
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
