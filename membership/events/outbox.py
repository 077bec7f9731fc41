"""The outbox: events are stored in the transaction that makes them true, and told afterwards.

There is never one without the other. ``data`` names nobody: receivers are sent ids and ask for
the rest, so that an erased customer does not live on in other systems' logs.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from membership.events.types import EventType
from membership.models import Event, WebhookDelivery, WebhookEndpoint


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
    ``occurred_at`` is by default ``now``; ``event_id`` makes a repeat recognisable.
    """
    connection = session.connection()
    event_id = event_id or uuid4()
    seq = connection.execute(
        insert(Event).returning(Event.seq),
        {
            "organization_id": organization_id,
            "id": event_id,
            "type": event_type.value,
            "subject_id": str(subject_id),
            "data": dict(data),
            "occurred_at": occurred_at or now,
            "created_at": now,
        },
    ).scalar_one()
    deliveries = [
        {"organization_id": organization_id, "endpoint_id": endpoint_id, "event_seq": seq}
        for endpoint_id in subscribers(session, organization_id, event_type)
    ]
    if deliveries:
        connection.execute(insert(WebhookDelivery), deliveries)
    return event_id


def subscribers(session: Session, organization_id: int, event_type: EventType) -> list[UUID]:
    """Endpoints that are sent events of a type: those that name it, and those that name none."""
    rows = session.connection().execute(
        select(WebhookEndpoint.id, WebhookEndpoint.event_types).where(
            WebhookEndpoint.organization_id == organization_id,
            WebhookEndpoint.disabled_at.is_(None),
        )
    )
    return [row.id for row in rows if not row.event_types or event_type.value in row.event_types]
