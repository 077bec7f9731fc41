"""What is forgotten in time, and what is not."""

from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from membership.events.outbox import emit_all
from membership.events.types import EventType
from membership.events.webhooks.purge import purge
from membership.store.models import DeliveryState, Event, WebhookDelivery
from membership.store.purge import CHUNK, NAME
from tests.membership.events.conftest import Club
from tests.membership.events.webhooks.receiver import Receiver
from tests.membership.support import arranging


def purge_all(club: Club) -> None:
    """Forget all that is to be forgotten now."""
    while purge(club.work):
        pass


def kept(club: Club) -> list[UUID]:
    """Ids of the events that there still are."""
    with club.database.readers.begin() as session:
        return list(session.scalars(select(Event.id).order_by(Event.seq)))


def test_delivered_events_are_kept_for_thirty_days(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    (early,) = club.emit()
    club.deliver()
    club.clock.advance(days=10)
    (late,) = club.emit()
    club.deliver()
    club.clock.advance(days=20)
    purge_all(club)
    assert kept(club) == [early, late]
    club.clock.advance(seconds=1)
    purge_all(club)
    assert kept(club) == [late]
    assert len(club.deliveries(endpoint)) == 1
    club.clock.advance(days=10)
    purge_all(club)
    assert kept(club) == []


def test_events_that_nobody_wants_are_kept_for_thirty_days(club: Club) -> None:
    (event,) = club.emit()
    club.clock.advance(days=30)
    purge_all(club)
    assert kept(club) == [event]
    club.clock.advance(seconds=1)
    purge_all(club)
    assert kept(club) == []


def test_what_waits_is_kept_for_ever(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    (event,) = club.emit()
    club.clock.advance(days=10_000)
    purge_all(club)
    assert kept(club) == [event]
    club.deliver()
    assert receiver.ids == [event]
    # Delivered late, it is kept for as long as one that was delivered at once.
    club.clock.advance(days=30)
    purge_all(club)
    assert club.states(endpoint) == ["delivered"]
    club.clock.advance(seconds=1)
    purge_all(club)
    assert kept(club) == []


def test_dead_ones_are_kept_for_ninety_days(club: Club, receiver: Receiver) -> None:
    dead, _ = club.endpoint(receiver.url + "/dead")
    events = club.emit(2)
    receiver.fail(1, 410)
    club.deliver()
    assert club.states(dead) == ["dead", "dead"]
    other, _ = club.endpoint(receiver.url + "/well")
    later = club.emit()
    club.deliver()
    club.clock.advance(days=90)
    purge_all(club)
    assert kept(club) == events
    assert club.states(other) == []
    club.clock.advance(seconds=1)
    purge_all(club)
    assert (kept(club), later[0] in kept(club)) == ([], False)


def test_purging_goes_on_in_batches_past_what_is_kept(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    with arranging(club.database) as session:
        told = [(number, {"plan_id": str(number)}) for number in range(CHUNK + 10)]
        emit_all(session, club.tenant.id, EventType.PLAN_CREATED, told, now=club.clock())
        waiting = session.scalars(select(Event.seq).order_by(Event.seq).limit(5)).all()
        session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.event_seq.not_in(waiting))
            .values(state=DeliveryState.DELIVERED, delivered_at=club.clock.now)
        )
    club.clock.advance(days=31)
    assert purge(club.work)
    assert not purge(club.work)
    assert len(kept(club)) == 5
    with club.database.readers.begin() as session:
        count = session.scalar(select(func.count()).select_from(WebhookDelivery))
    assert count == 5
    assert club.states(endpoint) == ["pending"] * 5


def test_of_a_deleted_webhook_even_what_waits_is_dropped(club: Club, receiver: Receiver) -> None:
    endpoint, _ = club.endpoint(receiver.url)
    club.emit(3)
    club.set(endpoint, deleted_at=club.clock.now, disabled_at=club.clock.now)
    purge_all(club)
    assert club.deliveries(endpoint) == []
    assert club.stored(endpoint).deleted_at is not None
    assert len(kept(club)) == 3


@pytest.mark.parametrize("backend", ["sqlite"])  # a trigger of its language; savepoints are on both
def test_an_event_that_cannot_be_deleted_keeps_no_other(club: Club) -> None:
    events = club.emit(5)
    with arranging(club.database) as session:
        session.execute(
            text(
                f"CREATE TRIGGER stays BEFORE DELETE ON events WHEN old.id = '{events[2].hex}' "
                "BEGIN SELECT RAISE(ABORT, 'it stays'); END"
            )
        )
    club.clock.advance(days=31)
    purge_all(club)
    assert kept(club) == [events[2]]
    assert club.work.failing.counts() == {NAME: 1}
    with arranging(club.database) as session:
        session.execute(text("DROP TRIGGER stays"))
    purge_all(club)
    assert (kept(club), club.work.failing.counts()) == ([], {})
