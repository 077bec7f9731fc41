"""Purges events, their deliveries, and webhooks that were deleted.

Kept are: pending deliveries, however old; dead ones for as long as they can be replayed; the
events of both; and events that a consumer in the service has not read yet.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from membership.base.actors import SERVICE
from membership.store.background import Work
from membership.store.models import Event, EventFollower, WebhookDelivery, WebhookEndpoint
from membership.store.purge import CHUNK, Expired, delete_chunk

_DELETED_FOR = timedelta(days=1)
"""How long a deleted webhook stays as a row: longer than any transaction that may refer to it."""

_OF_ENDPOINT = and_(
    WebhookDelivery.organization_id == WebhookEndpoint.organization_id,
    WebhookDelivery.endpoint_id == WebhookEndpoint.id,
)


def purge(work: Work) -> bool:
    """Delete a chunk of what is no longer kept; True if there may be more."""
    now = work.clock()
    events_before = now - timedelta(days=work.settings.event_retention_days)
    dead_before = now - timedelta(days=work.settings.dead_letter_retention_days)
    with work.database.writing(SERVICE, now) as (session, _):
        connection = session.connection()
        more = _delete_deliveries_of_deleted(connection)
        _delete_endpoints(connection, now - _DELETED_FOR)
        found = _delete_events(connection, events_before, _is_kept(events_before, dead_before))
    return more or found == CHUNK


def _is_kept(events_before: datetime, dead_before: datetime) -> ColumnElement[bool]:
    """SQL condition: a delivery is kept, and its event with it."""
    state = WebhookDelivery.state
    return or_(
        state == literal_column("'pending'"),
        and_(state == literal_column("'dead'"), WebhookDelivery.dead_at >= dead_before),
        and_(state == literal_column("'delivered'"), WebhookDelivery.delivered_at >= events_before),
    )


def _delete_deliveries_of_deleted(connection: Connection) -> bool:
    """Delete deliveries to one webhook that was deleted; True if there may be more."""
    found = connection.execute(
        select(WebhookEndpoint.organization_id, WebhookEndpoint.id)
        .where(WebhookEndpoint.deleted_at.is_not(None), exists().where(_OF_ENDPOINT))
        .limit(1)
    ).first()
    if found is None:
        return False
    of_deleted = and_(
        WebhookDelivery.organization_id == found.organization_id,
        WebhookDelivery.endpoint_id == found.id,
    )
    delete_chunk(connection, Expired(WebhookDelivery, of_deleted))
    return True


def _delete_endpoints(connection: Connection, deleted_before: datetime) -> None:
    """Delete the rows of deleted webhooks that have no deliveries."""
    connection.execute(
        delete(WebhookEndpoint).where(
            WebhookEndpoint.deleted_at < deleted_before, ~exists().where(_OF_ENDPOINT)
        )
    )


def _delete_events(connection: Connection, before: datetime, kept: ColumnElement[bool]) -> int:
    """Delete old events without a kept delivery; returns how many were considered."""
    of_event = WebhookDelivery.event_seq == Event.seq
    old = (
        select(Event.seq)
        .where(Event.created_at < before, ~exists().where(of_event, kept))
        .order_by(Event.created_at)
        .limit(CHUNK)
    )
    read = connection.scalar(select(func.min(EventFollower.seq)))
    if read is not None:
        # The last event that was read stays: without any other, SQLite would give its number
        # to the next event.
        old = old.where(Event.seq < read)
    seqs: Sequence[Any] = connection.scalars(old).all()
    if seqs:
        # The conditions again: meanwhile a dead delivery may have been replayed.
        not_kept = delete(WebhookDelivery).where(WebhookDelivery.event_seq.in_(seqs), ~kept)
        connection.execute(not_kept)
        connection.execute(delete(Event).where(Event.seq.in_(seqs), ~exists().where(of_event)))
    return len(seqs)
