"""The line of an endpoint's pending deliveries: which goes next, who waits outside it.

Deliveries are made in the order of their events. One that keeps failing is set aside: it has its
own times of retry, and what is about the same subject waits behind it, so that a receiver never
gets a newer state of a thing before an older one. Everything else goes on. What waits is found
when it comes to the head of the line, so storing an event costs nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from membership.events.webhooks.retry_policy import BACKOFF, REFUSALS
from membership.store import lease
from membership.store.database import AnyRow
from membership.store.models import Event, WebhookDelivery, WebhookEndpoint

PENDING = WebhookDelivery.state == literal_column("'pending'")  # as in the partial indexes
SET_ASIDE = and_(PENDING, WebhookDelivery.set_aside_at.is_not(None))
_IN_LINE = and_(PENDING, WebhookDelivery.set_aside_at.is_(None))
_OF_ENDPOINT = and_(
    WebhookDelivery.organization_id == WebhookEndpoint.organization_id,
    WebhookDelivery.endpoint_id == WebhookEndpoint.id,
)
_HEADS = 50
_MOST_LOOKS = 20
"""Looks at ``_HEADS`` deliveries, for a next one, in one transaction."""

OUT_OF_LINE: Mapping[str, Any] = {"set_aside_at": None, "retry_at": None, "behind_seq": None}
"""Values of a delivery that is not set aside, or not pending."""


def of_endpoint(organization_id: int, endpoint_id: UUID) -> ColumnElement[bool]:
    """SQL condition: a delivery is to this endpoint."""
    return and_(
        WebhookDelivery.organization_id == organization_id,
        WebhookDelivery.endpoint_id == endpoint_id,
    )


def has_due(now: datetime) -> ColumnElement[bool]:
    """SQL condition: an endpoint has a delivery in line, or one set aside that is due."""
    return or_(
        exists().where(_OF_ENDPOINT, _IN_LINE),
        exists().where(_OF_ENDPOINT, SET_ASIDE, _is_due(now)),
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    """SQL condition: a delivery that was set aside is to be tried again now."""
    return lease.has_come(WebhookDelivery.retry_at, now, BACKOFF.longest)


def next_seq(
    session: Session, endpoint: WebhookEndpoint, now: datetime, *, aside_first: bool
) -> int | None:
    """The event of the delivery to make next; None if none is due.

    The head of the line goes before what was set aside and is due, unless ``aside_first``.
    Deliveries that must wait behind an earlier one of their subject are put there.
    """
    due = _due_aside(session, endpoint, now) if aside_first else None
    if due is None:
        due = _head(session, endpoint, now)
    return due if due is not None or aside_first else _due_aside(session, endpoint, now)


def _head(session: Session, endpoint: WebhookEndpoint, now: datetime) -> int | None:
    """The first delivery in line that waits for no other; None if there is none."""
    return _first_free(session, endpoint, now, _IN_LINE, WebhookDelivery.event_seq)


def _due_aside(session: Session, endpoint: WebhookEndpoint, now: datetime) -> int | None:
    """The delivery that was set aside and has been due longest; None if there is none."""
    due = and_(SET_ASIDE, _is_due(now))
    return _first_free(session, endpoint, now, due, WebhookDelivery.retry_at)


def _first_free(
    session: Session,
    endpoint: WebhookEndpoint,
    now: datetime,
    wanted: ColumnElement[bool],
    order: Any,
) -> int | None:
    """The first wanted delivery with no earlier pending one of its subject; None without any.

    Those that have one are put behind it.
    """
    here = of_endpoint(endpoint.organization_id, endpoint.id)
    if session.connection().execute(select(1).where(here, SET_ASIDE).limit(1)).first() is None:
        first = select(WebhookDelivery.event_seq).where(here, wanted).order_by(order).limit(1)
        return session.connection().scalar(first)
    for _ in range(_MOST_LOOKS):
        rows = (
            session.connection()
            .execute(
                select(WebhookDelivery.event_seq, Event.subject_id)
                .join(Event, Event.seq == WebhookDelivery.event_seq)
                .where(here, wanted)
                .order_by(order, WebhookDelivery.event_seq)
                .limit(_HEADS)
            )
            .all()
        )
        front = _front(session, here, rows)
        behind: dict[int, int] = {}
        free = None
        for row in rows:
            ahead = front.get(row.subject_id, row.event_seq)
            if ahead >= row.event_seq:
                free = int(row.event_seq)
                break
            behind[row.event_seq] = ahead
        _put_behind(session, here, behind, now)
        if free is not None or len(rows) < _HEADS:
            return free
    return None


def _front(session: Session, here: ColumnElement[bool], rows: Iterable[AnyRow]) -> dict[str, int]:
    """The number of the earliest pending event of each subject among these deliveries."""
    seqs = [row.event_seq for row in rows]
    if not seqs:
        return {}
    found = session.connection().execute(
        select(Event.subject_id, func.min(WebhookDelivery.event_seq))
        .join(Event, Event.seq == WebhookDelivery.event_seq)
        .where(
            here,
            PENDING,
            WebhookDelivery.event_seq <= max(seqs),
            Event.subject_id.in_({row.subject_id for row in rows}),
        )
        .group_by(Event.subject_id)
    )
    return {row[0]: row[1] for row in found}


def _put_behind(
    session: Session, here: ColumnElement[bool], behind: Mapping[int, int], now: datetime
) -> None:
    """Set deliveries aside, each until the one ahead of it is delivered or given up."""
    if not behind:
        return
    set_aside_at = func.coalesce(WebhookDelivery.set_aside_at, now)
    seq = WebhookDelivery.event_seq
    ahead = case(*((seq == each, literal(first, seq.type)) for each, first in behind.items()))
    session.connection().execute(
        update(WebhookDelivery)
        .where(here, seq.in_(behind))
        .values(set_aside_at=set_aside_at, retry_at=None, behind_seq=ahead)
    )


def leave_line(session: Session, delivery: WebhookDelivery) -> None:
    """Put what waits behind a delivery that is no longer pending back in line."""
    for name, value in OUT_OF_LINE.items():
        setattr(delivery, name, value)
    session.flush()
    here = of_endpoint(delivery.organization_id, delivery.endpoint_id)
    # Null for all that wait behind another: so the index of what is set aside leads past the rest.
    waiting = and_(SET_ASIDE, WebhookDelivery.retry_at.is_(None))
    session.connection().execute(
        update(WebhookDelivery)
        .where(here, waiting, WebhookDelivery.behind_seq == delivery.event_seq)
        .values(OUT_OF_LINE)
    )


def retry_all_aside(session: Session, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Make everything due that was set aside in an outage and waits for its own retry.

    What the receiver read and refused had no part in the outage: it keeps its time.
    """
    here = of_endpoint(endpoint.organization_id, endpoint.id)
    status = WebhookDelivery.last_status
    unread = or_(status.is_(None), status.not_in(sorted(REFUSALS)))
    session.connection().execute(
        update(WebhookDelivery)
        .where(here, SET_ASIDE, WebhookDelivery.behind_seq.is_(None), unread)
        .values(retry_at=now)
    )


def count_aside(session: Session, organization_id: int) -> dict[UUID, int]:
    """How many deliveries of each endpoint are set aside, those that wait behind one included."""
    found = session.connection().execute(
        select(WebhookDelivery.endpoint_id, func.count())
        .where(WebhookDelivery.organization_id == organization_id, SET_ASIDE)
        .group_by(WebhookDelivery.endpoint_id)
    )
    return {row[0]: row[1] for row in found}
