"""Forgets events that were told long ago, and webhooks that were deleted.

Kept are: what still waits for an endpoint, however old; dead deliveries, with their events, for
as long as they can be replayed; and what a part of the service that follows the events has not
read.
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

from membership.store.background import Work
from membership.store.models import Event, EventFollower, WebhookDelivery, WebhookEndpoint

BATCH = 500
"""Rows that are looked for in one transaction: others want to write, too."""

_DELETED_FOR = timedelta(days=1)
"""How long a deleted webhook stays as a row: longer than any transaction that may refer to it."""

_OF_ENDPOINT = and_(
    WebhookDelivery.organization_id == WebhookEndpoint.organization_id,
    WebhookDelivery.endpoint_id == WebhookEndpoint.id,
)


def prune(work: Work) -> bool:
    """Delete a batch of what is no longer kept; True if there may be more."""
    now = work.clock()
    told_before = now - timedelta(days=work.settings.event_retention_days)
    dead_before = now - timedelta(days=work.settings.dead_letter_retention_days)
    with work.database.writers.begin() as session:
        connection = session.connection()
        dropped = _drop_deliveries_of_deleted(connection)
        _drop_deleted(connection, now - _DELETED_FOR)
        found = _drop_events(connection, told_before, _kept(told_before, dead_before))
    return dropped > 0 or found == BATCH


def _kept(told_before: datetime, dead_before: datetime) -> ColumnElement[bool]:
    """Whether a delivery is still kept, and its event with it."""
    state = WebhookDelivery.state
    return or_(
        state == literal_column("'pending'"),
        and_(state == literal_column("'dead'"), WebhookDelivery.dead_at >= dead_before),
        and_(state == literal_column("'delivered'"), WebhookDelivery.delivered_at >= told_before),
    )


def _drop_deliveries_of_deleted(connection: Connection) -> int:
    """Delete deliveries to a webhook that was deleted; returns how many."""
    found = connection.execute(
        select(WebhookEndpoint.organization_id, WebhookEndpoint.id)
        .where(WebhookEndpoint.deleted_at.is_not(None), exists().where(_OF_ENDPOINT))
        .limit(1)
    ).first()
    if found is None:
        return 0
    here = (
        WebhookDelivery.organization_id == found.organization_id,
        WebhookDelivery.endpoint_id == found.id,
    )
    some = select(WebhookDelivery.event_seq).where(*here).limit(BATCH)
    gone = delete(WebhookDelivery).where(*here, WebhookDelivery.event_seq.in_(some))
    return connection.execute(gone).rowcount


def _drop_deleted(connection: Connection, deleted_before: datetime) -> None:
    """Delete the rows of webhooks that nothing refers to anymore."""
    connection.execute(
        delete(WebhookEndpoint).where(
            WebhookEndpoint.deleted_at < deleted_before, ~exists().where(_OF_ENDPOINT)
        )
    )


def _drop_events(connection: Connection, before: datetime, kept: ColumnElement[bool]) -> int:
    """Delete old events that no kept delivery is about; returns how many were looked at."""
    about = WebhookDelivery.event_seq == Event.seq
    old = (
        select(Event.seq)
        .where(Event.created_at < before, ~exists().where(about, kept))
        .order_by(Event.created_at)
        .limit(BATCH)
    )
    read = connection.scalar(select(func.min(EventFollower.seq)))
    if read is not None:
        # The last one that was read stays, too: SQLite would give the number of the last event
        # to the next one, if there were no other.
        old = old.where(Event.seq < read)
    seqs: Sequence[Any] = connection.scalars(old).all()
    if seqs:
        # Asked again, row by row: meanwhile a dead one may have been replayed.
        told = delete(WebhookDelivery).where(WebhookDelivery.event_seq.in_(seqs), ~kept)
        connection.execute(told)
        connection.execute(delete(Event).where(Event.seq.in_(seqs), ~exists().where(about)))
    return len(seqs)
