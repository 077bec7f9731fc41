"""The deliverer: order, retries, dead ends, leases; over real HTTP, on both databases."""

import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet
from sqlalchemy import select
from standardwebhooks import Webhook

from membership.base.vault import Vault
from membership.events.types import EventType
from membership.events.webhooks.delivery import deliver
from membership.events.webhooks.retry_policy import BACKOFF, FAILING_FOR, MAX_ATTEMPTS
from membership.store.models import AuditEntry
from tests.membership.events.conftest import Club
from tests.membership.events.webhooks.receiver import Receiver

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


def test_the_schedule_ends_in_a_dead_delivery(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    (first,) = club.emit()
    receiver.fail(MAX_ATTEMPTS)
    for pause in BACKOFF.pauses:
        club.deliver()
        before = len(receiver.ids)
        club.clock.advance(seconds=pause.total_seconds() - 1)
        club.deliver()
        assert len(receiver.ids) == before
        club.clock.advance(seconds=1)
    club.deliver()
    assert receiver.ids == [first] * MAX_ATTEMPTS
    (second,) = club.emit()
    club.deliver()
    assert receiver.ids[MAX_ATTEMPTS:] == [second]
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
    began = club.clock.now
    receiver.always = lambda handler: handler.answer(500)
    while club.stored(endpoint).disabled_at is None:
        club.emit()
        club.deliver()
        club.clock.advance(hours=1)
        assert club.clock.now - began < 2 * FAILING_FOR
    stored = club.stored(endpoint)
    assert stored.disabled_at is not None
    assert stored.disabled_at - began >= FAILING_FOR
    assert stored.disabled_why == "Nothing was taken for 3 days."
    assert set(club.states(endpoint)) == {DEAD}
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
    assert club.stored(broken).next_attempt_at == club.clock.now + BACKOFF.pauses[0]
    for _ in range(MAX_ATTEMPTS + 1):
        club.clock.advance(days=1)
        club.deliver()
    stored = club.stored(broken)
    # No receiver has failed: were it down once the key is back, its days begin then.
    assert (stored.disabled_at, stored.failing_since) == (None, None)
    assert {(each.state, each.attempts) for each in club.deliveries(broken)} == {(PENDING, 0)}


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
