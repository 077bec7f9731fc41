"""What the provider tells: kept by the event's id before it is answered, until it is worked off.

Each step is one short transaction. Nothing here speaks to the provider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from membership.base.backoff import Backoff
from membership.billing.stripe.gateway import Told
from membership.store.models import BillingEvent, BillingOrder, StripeAccount
from membership.store.upsert import insert_into

_PIECE = 20
_LEASE = timedelta(minutes=5)
"""What is in work is left alone by others for so long; whoever is killed leaves it until then."""
BACKOFF = Backoff.doubling(timedelta(seconds=10), timedelta(hours=1))
MOST_TRIES = 60
"""After these, some two and a half days, an event is given up; staff can have it tried again."""
_KEPT = timedelta(days=60)
"""Stripe sends an event again for up to three days; one that is done is kept for longer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that is to be worked off, and how often that was tried before."""

    organization_id: int
    event_id: str
    type: str
    object_id: str
    occurred_at: datetime
    tries: int


def take_event(session: Session, organization_id: int, told: Told, now: datetime) -> bool:
    """Keep an event, to be worked off soon. False for one that is kept already."""
    added = insert_into(session.connection(), BillingEvent).values(
        organization_id=organization_id,
        id=told.event_id,
        type=told.type,
        object_id=told.object_id,
        occurred_at=told.occurred_at,
        received_at=now,
        tries=0,
        due_at=now,
    )
    kept = added.on_conflict_do_nothing(index_elements=["organization_id", "id"])
    return session.connection().execute(kept.returning(BillingEvent.id)).first() is not None


def next_organization(session: Session, now: datetime) -> int | None:
    """The organization that has waited longest for an event to be worked off, or for a look
    after an order; None if nothing is due. One without an account waits until it has one.
    """
    events = (
        select(BillingEvent.organization_id)
        .join(StripeAccount, StripeAccount.organization_id == BillingEvent.organization_id)
        .where(BillingEvent.due_at <= now)
        .order_by(BillingEvent.due_at)
        .limit(1)
    )
    orders = (
        select(BillingOrder.organization_id)
        .join(StripeAccount, StripeAccount.organization_id == BillingOrder.organization_id)
        .where(BillingOrder.next_check_at <= now)
        .order_by(BillingOrder.next_check_at)
        .limit(1)
    )
    found = session.scalars(events).first()
    return session.scalars(orders).first() if found is None else found


def claim_events(session: Session, organization_id: int, now: datetime) -> list[Waiting]:
    """Put the events aside that are due longest. Those that others hold are left to them."""
    rows = session.scalars(
        select(BillingEvent)
        .where(BillingEvent.organization_id == organization_id, BillingEvent.due_at <= now)
        .order_by(BillingEvent.due_at)
        .limit(_PIECE)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.due_at = now + _LEASE
    return [
        Waiting(organization_id, row.id, row.type, row.object_id, row.occurred_at, row.tries)
        for row in rows
    ]


def claim_orders(session: Session, organization_id: int, now: datetime) -> Sequence[UUID]:
    """The same for orders of which nothing was heard for long."""
    rows = session.scalars(
        select(BillingOrder)
        .where(BillingOrder.organization_id == organization_id, BillingOrder.next_check_at <= now)
        .order_by(BillingOrder.next_check_at)
        .limit(_PIECE)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.next_check_at = now + BACKOFF.longest
    return [row.id for row in rows]


def give_up_order(session: Session, organization_id: int, order_id: UUID, why: str) -> None:
    """Ask after an order no more that the provider does not know; staff see why."""
    session.execute(
        update(BillingOrder)
        .where(BillingOrder.organization_id == organization_id, BillingOrder.id == order_id)
        .values(next_check_at=None, trouble=f"The provider does not know it: {why}"[:500])
    )


def note_done(session: Session, event: Waiting, now: datetime) -> None:
    """Note that an event was worked off."""
    _note(session, event, due_at=None, done_at=now, error=None)


def put_off(session: Session, event: Waiting, why: str, now: datetime) -> None:
    """Note why an event was not worked off. It is tried again, unless it was tried too often."""
    tries = event.tries + 1
    due_at = now + BACKOFF.pause(tries) if tries < MOST_TRIES else None
    _note(session, event, due_at=due_at, done_at=None, error=why[:500])


def _note(session: Session, event: Waiting, **values: object) -> None:
    """Store what became of a try."""
    session.execute(
        update(BillingEvent)
        .where(
            BillingEvent.organization_id == event.organization_id,
            BillingEvent.id == event.event_id,
        )
        .values(tries=event.tries + 1, **values)
    )


def prune_events(session: Session, now: datetime) -> None:
    """Forget events that were worked off long ago."""
    session.execute(delete(BillingEvent).where(BillingEvent.done_at < now - _KEPT))
