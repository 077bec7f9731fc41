"""The outbox: events are stored in the transaction that makes them true, and delivered later.

There is never an event without its change, or a change without its event. ``data`` names nobody:
receivers get ids and fetch the rest, so that an erased customer does not live on in other
systems' logs. Who reads events up to a position stops before the ``watermark``: an event with a
lower number may still be uncommitted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from membership.events.types import EventType
from membership.store.advisory_lock import SequenceWatermark
from membership.store.models import Event, WebhookDelivery, WebhookEndpoint
from membership.store.upsert import insert_into

_NUMBERS = SequenceWatermark("events_seq_seq", 0x5EED)
_HELD = "event_numbers_held_in"


def emit(
    session: Session,
    organization_id: int,
    event_type: EventType,
    subject_id: object,
    data: Mapping[str, Any],
    *,
    now: datetime,
    occurred_at: datetime | None = None,
    event_id: UUID | None = None,
) -> UUID:
    """Store an event, and one delivery for each subscribed endpoint; returns the event's id.

    ``data`` holds JSON values: ids and states, nothing that names a person. To be called after
    the subject was locked or written, so that its events are numbered in their order.
    ``occurred_at`` is by default ``now``. Does nothing if an event with ``event_id`` exists.
    """
    connection = session.connection()
    _hold_numbers(session, connection)
    event_id = event_id or uuid4()
    seq = connection.execute(
        insert_into(connection, Event)
        .on_conflict_do_nothing(index_elements=["organization_id", "id"])
        .returning(Event.seq),
        {
            "organization_id": organization_id,
            "id": event_id,
            "type": event_type.value,
            "subject_id": str(subject_id),
            "data": dict(data),
            "occurred_at": occurred_at or now,
            "created_at": now,
        },
    ).scalar()
    if seq is None:
        return event_id
    deliveries = [
        {"organization_id": organization_id, "endpoint_id": endpoint_id, "event_seq": seq}
        for endpoint_id in subscribers(session, organization_id, event_type)
    ]
    if deliveries:
        connection.execute(insert(WebhookDelivery), deliveries)
    return event_id


def emit_all(
    session: Session,
    organization_id: int,
    event_type: EventType,
    events: Sequence[tuple[object, Mapping[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Store many events of one type, each given as its subject's id and its data."""
    if not events:
        return
    connection = session.connection()
    _hold_numbers(session, connection)
    rows = [
        {
            "organization_id": organization_id,
            "id": uuid4(),
            "type": event_type.value,
            "subject_id": str(subject_id),
            "data": dict(data),
            "occurred_at": now,
            "created_at": now,
        }
        for subject_id, data in events
    ]
    numbers = connection.scalars(insert(Event).returning(Event.seq), rows).all()
    deliveries = [
        {"organization_id": organization_id, "endpoint_id": endpoint_id, "event_seq": seq}
        for endpoint_id in subscribers(session, organization_id, event_type)
        for seq in numbers
    ]
    if deliveries:
        connection.execute(insert(WebhookDelivery), deliveries)


def subscribers(session: Session, organization_id: int, event_type: EventType) -> list[UUID]:
    """Ids of enabled endpoints that subscribe to a type: those that name it, or name none."""
    rows = session.connection().execute(
        select(WebhookEndpoint.id, WebhookEndpoint.event_types).where(
            WebhookEndpoint.organization_id == organization_id,
            WebhookEndpoint.disabled_at.is_(None),
        )
    )
    return [row.id for row in rows if not row.event_types or event_type.value in row.event_types]


def watermark(connection: Connection) -> int | None:
    """The number before which no event can still appear; None where that cannot happen.

    See ``SequenceWatermark.read``.
    """
    return _NUMBERS.read(connection)


def _hold_numbers(session: Session, connection: Connection) -> None:
    """Keep readers before the numbers of this transaction, once in it.

    A savepoint that is rolled back gives up its locks, so each savepoint takes its own.
    """
    transaction = session.get_nested_transaction() or session.get_transaction()
    if session.info.get(_HELD) is not transaction:
        _NUMBERS.hold(connection)
        session.info[_HELD] = transaction
