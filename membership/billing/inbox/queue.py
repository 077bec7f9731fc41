"""Queue of provider events, and of orders whose state is due to be fetched, in the database.

Events are deduplicated by id. Jobs lease them, so that those of a killed process are leased
again. Each function runs in one short transaction of the caller's and makes no requests.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderTrouble
from membership.base.backoff import Backoff
from membership.billing.stripe.gateway import ProviderEvent
from membership.store import lease
from membership.store.models import BillingEvent, BillingOrder, StripeAccount
from membership.store.upsert import insert_into

_CHUNK = 20
LEASE = timedelta(minutes=5)
"""How long a leased event is not leased again."""
BACKOFF = Backoff.doubling(timedelta(seconds=10), timedelta(hours=1))
MAX_TRIES = 60
"""Then, after some two and a half days, an event is given up; staff can have it retried."""


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """A leased event. ``tries`` is the number of failed attempts before this one."""

    organization_id: int
    event_id: str
    type: str
    object_id: str
    occurred_at: datetime
    tries: int


def store_event(
    session: Session, organization_id: int, event: ProviderEvent, now: datetime
) -> bool:
    """Store an event, due at once. Returns False for one that is stored already."""
    added = insert_into(session.connection(), BillingEvent).values(
        organization_id=organization_id,
        id=event.event_id,
        type=event.type,
        object_id=event.object_id,
        occurred_at=event.occurred_at,
        received_at=now,
        tries=0,
        due_at=now,
    )
    ignoring = added.on_conflict_do_nothing(index_elements=["organization_id", "id"])
    return session.connection().execute(ignoring.returning(BillingEvent.id)).first() is not None


def next_organization(session: Session, now: datetime, without: Collection[object]) -> int | None:
    """Return the organization whose event has been due longest, else one with an order due.

    Returns None if nothing is due. Organizations without an account are left out, and those that
    ``without`` names.
    """
    wanted = StripeAccount.organization_id.not_in(
        [each for each in without if isinstance(each, int)]
    )
    events = (
        select(BillingEvent.organization_id)
        .join(StripeAccount, StripeAccount.organization_id == BillingEvent.organization_id)
        .where(_is_due(now), wanted)
        .order_by(BillingEvent.due_at)
        .limit(1)
    )
    orders = (
        select(BillingOrder.organization_id)
        .join(StripeAccount, StripeAccount.organization_id == BillingOrder.organization_id)
        .where(BillingOrder.next_check_at <= now, wanted)
        .order_by(BillingOrder.next_check_at)
        .limit(1)
    )
    found = session.scalars(events).first()
    return session.scalars(orders).first() if found is None else found


def _is_due(now: datetime) -> ColumnElement[bool]:
    """SQL condition: an event is to be processed at ``now``, and no process has leased it."""
    return lease.has_come(BillingEvent.due_at, now, max(LEASE, BACKOFF.longest))


def lease_events(session: Session, organization_id: int, now: datetime) -> list[QueuedEvent]:
    """Lease up to 20 due events, the longest due first; skips rows that others have locked."""
    due = (
        select(BillingEvent)
        .where(BillingEvent.organization_id == organization_id, _is_due(now))
        .order_by(BillingEvent.due_at)
        .limit(_CHUNK)
    )
    rows = session.scalars(lease.skip_locked(due)).all()
    for row in rows:
        row.due_at = now + LEASE
    return [
        QueuedEvent(organization_id, row.id, row.type, row.object_id, row.occurred_at, row.tries)
        for row in rows
    ]


def lease_orders(session: Session, organization_id: int, now: datetime) -> Sequence[UUID]:
    """Lease up to 20 orders whose state is due to be fetched; returns their ids.

    The next check may be far ahead, at the end of what was paid for: no time is implausible.
    """
    due = (
        select(BillingOrder)
        .where(BillingOrder.organization_id == organization_id, BillingOrder.next_check_at <= now)
        .order_by(BillingOrder.next_check_at)
        .limit(_CHUNK)
    )
    rows = session.scalars(lease.skip_locked(due)).all()
    for row in rows:
        row.next_check_at = now + BACKOFF.longest
    return [row.id for row in rows]


def give_up_order(session: Session, organization_id: int, order_id: UUID, why: str) -> None:
    """Stop fetching the state of an order that the provider does not have; staff see why."""
    session.execute(
        update(BillingOrder)
        .where(BillingOrder.organization_id == organization_id, BillingOrder.id == order_id)
        .values(
            next_check_at=None,
            trouble=f"The provider does not know it: {why}"[:500],
            trouble_kind=OrderTrouble.UNKNOWN_TO_PROVIDER,
            settled_at=None,
        )
    )


def mark_processed(session: Session, event: QueuedEvent, now: datetime) -> None:
    """Mark an event as processed."""
    _record_result(session, event, due_at=None, done_at=now, error=None)


def reschedule(session: Session, event: QueuedEvent, why: str, now: datetime) -> None:
    """Record why an event failed, and when it is due again, unless its tries are used up."""
    tries = event.tries + 1
    due_at = now + BACKOFF.pause(tries) if tries < MAX_TRIES else None
    _record_result(session, event, due_at=due_at, done_at=None, error=why[:500])


def _record_result(session: Session, event: QueuedEvent, **values: object) -> None:
    """Store the result of an attempt."""
    session.execute(
        update(BillingEvent)
        .where(
            BillingEvent.organization_id == event.organization_id,
            BillingEvent.id == event.event_id,
        )
        .values(tries=event.tries + 1, **values)
    )
