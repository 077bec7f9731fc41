"""The outbox: events are stored in the transaction that makes them true, and told afterwards.

There is never one without the other. ``data`` names nobody: receivers are sent ids and ask for
the rest, so that an erased customer does not live on in other systems' logs.

On PostgreSQL, numbers are given before transactions commit: number 8 can be seen while number
7 is still to come. Who reads events up to a position would miss it for good. So each writing
transaction tells, by an advisory lock that ends with it, from which number on it may add any,
and readers stop before the least of them (``settled_before``). On SQLite there is one writer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.orm import Session

from membership.events.types import EventType
from membership.store.models import Event, WebhookDelivery, WebhookEndpoint
from membership.store.upsert import insert_into

_HELD = "events_held_in"
_NAMESPACE = 0x5EED << 48
_NEXT = "(CASE WHEN is_called THEN last_value + 1 ELSE last_value END)"
_HOLD = text(
    f"SELECT pg_advisory_xact_lock_shared({_NAMESPACE} + {_NEXT}) FROM events_seq_seq"  # noqa: S608
)
_UPCOMING = text(f"SELECT {_NEXT} FROM events_seq_seq")  # noqa: S608 - a constant of ours
_LEAST_HELD = text(
    "SELECT min(((classid::bigint << 32) | objid::bigint) - :namespace) FROM pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid::bigint >> 16 = :namespace >> 48"
)


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
    """Store an event, and one delivery for each endpoint that wants it; returns the event's id.

    ``data`` holds JSON values: ids and states, nothing that names a person. Call it after the
    thing itself was locked or written, so that events of one thing are numbered in their order.
    ``occurred_at`` is by default ``now``. With an ``event_id`` that there is already, nothing
    is done: it was told before.
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
    told: Sequence[tuple[object, Mapping[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Store many new events of one type, each with the id of its subject and its data."""
    if not told:
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
        for subject_id, data in told
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
    """Endpoints that are sent events of a type: those that name it, and those that name none."""
    rows = session.connection().execute(
        select(WebhookEndpoint.id, WebhookEndpoint.event_types).where(
            WebhookEndpoint.organization_id == organization_id,
            WebhookEndpoint.disabled_at.is_(None),
        )
    )
    return [row.id for row in rows if not row.event_types or event_type.value in row.event_types]


def settled_before(connection: Connection) -> int | None:
    """The number before which no event can still appear; None where that cannot happen.

    To be asked in a transaction of isolation READ COMMITTED, before the events are read.
    """
    if connection.dialect.name != "postgresql":
        return None
    # In this order: who takes a number after the first look has one that is beyond it anyway.
    upcoming = int(connection.scalar(_UPCOMING) or 1)
    held = connection.scalar(_LEAST_HELD, {"namespace": _NAMESPACE})
    return upcoming if held is None else min(upcoming, int(held))


def _hold_numbers(session: Session, connection: Connection) -> None:
    """Once in a transaction, tell readers from which number on it may add events.

    A savepoint that is rolled back gives up its locks, so each one tells it anew.
    """
    if connection.dialect.name != "postgresql":
        return
    transaction = session.get_nested_transaction() or session.get_transaction()
    if session.info.get(_HELD) is not transaction:
        connection.execute(_HOLD)
        session.info[_HELD] = transaction
