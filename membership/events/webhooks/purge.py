"""Purges events, their deliveries, and webhooks that were deleted.

Kept are: pending deliveries, however old; dead ones for as long as they can be replayed; the
events of both; and events that a consumer in the service has not read yet.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from membership.base.actors import SERVICE
from membership.store.apart import work_apart
from membership.store.background import Work
from membership.store.models import Event, EventFollower, WebhookDelivery, WebhookEndpoint
from membership.store.purge import CHUNK, NAME, Expired, purge_tables

_DELETED_FOR = timedelta(days=1)
"""How long a deleted webhook stays as a row: longer than any transaction that may refer to it."""

_OF_ENDPOINT = and_(
    WebhookDelivery.organization_id == WebhookEndpoint.organization_id,
    WebhookDelivery.endpoint_id == WebhookEndpoint.id,
)


def purge(work: Work) -> bool:
    """Delete a chunk of each kind of what is no longer kept; True if there may be more.

    Each kind in a transaction of its own. What cannot be deleted is shown as failing, and keeps
    nothing else.
    """
    now = work.clock()
    more = _purge_deliveries(work)
    more = purge_tables(work, Expired(WebhookEndpoint, _is_over(now - _DELETED_FOR))) or more
    return _purge_events(work, now) or more


def _is_kept(events_before: datetime, dead_before: datetime) -> ColumnElement[bool]:
    """SQL condition: a delivery is kept, and its event with it."""
    state = WebhookDelivery.state
    return or_(
        state == literal_column("'pending'"),
        and_(state == literal_column("'dead'"), WebhookDelivery.dead_at >= dead_before),
        and_(state == literal_column("'delivered'"), WebhookDelivery.delivered_at >= events_before),
    )


def _purge_deliveries(work: Work) -> bool:
    """Delete a chunk of deliveries to one webhook that was deleted; True if there may be more."""
    with work.database.readers.begin() as session:
        found = session.execute(
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
    purge_tables(work, Expired(WebhookDelivery, of_deleted))
    return True


def _is_over(deleted_before: datetime) -> ColumnElement[bool]:
    """SQL condition: a webhook was deleted and has no deliveries."""
    return and_(WebhookEndpoint.deleted_at < deleted_before, ~exists().where(_OF_ENDPOINT))


def _purge_events(work: Work, now: datetime) -> bool:
    """Delete a chunk of old events without a kept delivery; True if there may be more."""
    before = now - timedelta(days=work.settings.event_retention_days)
    kept = _is_kept(before, now - timedelta(days=work.settings.dead_letter_retention_days))
    of_event = WebhookDelivery.event_seq == Event.seq
    old = (
        select(Event.seq)
        .where(Event.created_at < before, ~exists().where(of_event, kept))
        .order_by(Event.created_at)
        .limit(CHUNK)
    )
    with work.database.writing(SERVICE, now) as (session, _):
        connection = session.connection()
        read = connection.scalar(select(func.min(EventFollower.seq)))
        if read is not None:
            # The last event that was read stays: without any other, SQLite would give its number
            # to the next event.
            old = old.where(Event.seq < read)
        seqs: Sequence[int] = connection.scalars(old).all()

        def delete_events(some: Sequence[int]) -> bool:
            # The conditions again: meanwhile a dead delivery may have been replayed.
            not_kept = delete(WebhookDelivery).where(WebhookDelivery.event_seq.in_(some), ~kept)
            connection.execute(not_kept)
            alone = delete(Event).where(Event.seq.in_(some), ~exists().where(of_event))
            return connection.execute(alone).rowcount > 0

        deleted, failed = work_apart(session, seqs, delete_events)
    for _, error in failed:
        work.failing.failed(NAME, Event.__tablename__, error, now)
    if not failed:
        work.failing.succeeded(NAME, Event.__tablename__)
    return any(deleted) and len(seqs) == CHUNK
