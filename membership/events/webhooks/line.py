"""The line of an endpoint's pending deliveries: which goes next, who waits outside it.

Deliveries are made in the order of their events. One that keeps failing is set aside: it has its
own times of retry, and what is about the same subject waits behind it, so that a receiver never
gets a newer state of a thing before an older one. Everything else goes on. What waits is found
when it comes to the head of the line, so storing an event costs nothing.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from membership.events.webhooks.retry_policy import BACKOFF, REFUSALS
from membership.store import lease
from membership.store.models import Event, WebhookDelivery, WebhookEndpoint

PENDING = WebhookDelivery.state == literal_column("'pending'")  # as in the partial indexes
SET_ASIDE = and_(PENDING, WebhookDelivery.set_aside_at.is_not(None))
_IN_LINE = and_(PENDING, WebhookDelivery.set_aside_at.is_(None))
_seq = WebhookDelivery.event_seq
_retry_at = WebhookDelivery.retry_at
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
    """SQL condition: an endpoint has a delivery in line, or one set aside that is due.

    Each part is the first row of an index: of conditions, PostgreSQL may read all rows instead.
    """
    firsts = ((_IN_LINE, _seq), *((each, _retry_at) for each in _are_due(now)))
    return or_(
        *(
            select(_seq)
            .where(_OF_ENDPOINT, those)
            .order_by(order)
            .limit(1)
            .scalar_subquery()
            .is_not(None)
            for those, order in firsts
        )
    )


def _are_due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """SQL conditions: a delivery that was set aside is to be tried again now.

    The second is of those that a clock which was wrong set too far ahead (``lease.has_come``).
    Apart, each is a range of the index.
    """
    furthest = now + BACKOFF.longest + lease.CLOCK_MARGIN
    return and_(SET_ASIDE, _retry_at <= now), and_(SET_ASIDE, _retry_at > furthest)


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
    return _first_free(session, endpoint, now, _IN_LINE, (_seq,))


def _due_aside(session: Session, endpoint: WebhookEndpoint, now: datetime) -> int | None:
    """The delivery that was set aside and has been due longest; None if there is none."""
    for due in _are_due(now):
        found = _first_free(session, endpoint, now, due, (_retry_at, _seq))
        if found is not None:
            return found
    return None


def _first_free(
    session: Session,
    endpoint: WebhookEndpoint,
    now: datetime,
    wanted: ColumnElement[bool],
    order: tuple[Any, ...],
) -> int | None:
    """The first wanted delivery with no earlier pending one of its subject; None without any.

    Those that have one are put behind it.
    """
    connection = session.connection()
    here = of_endpoint(endpoint.organization_id, endpoint.id)
    firsts = select(_seq).where(here, wanted).order_by(*order)
    if not has_aside(session, endpoint):
        return connection.scalar(firsts.limit(1))
    for _ in range(_MOST_LOOKS):
        seqs = connection.scalars(firsts.limit(_HEADS)).all()
        front = _front(session, endpoint, seqs)
        behind: dict[int, int] = {}
        free = None
        for seq in seqs:
            if front[seq] >= seq:
                free = seq
                break
            behind[seq] = front[seq]
        _put_behind(session, here, behind, now)
        if free is not None or len(seqs) < _HEADS:
            return free
    return None


def has_aside(session: Session, endpoint: WebhookEndpoint) -> bool:
    """Whether any delivery to an endpoint is set aside."""
    here = of_endpoint(endpoint.organization_id, endpoint.id)
    first = select(_seq).where(here, SET_ASIDE).order_by(_retry_at).limit(1)
    return session.connection().scalar(first) is not None


def _front(session: Session, endpoint: WebhookEndpoint, seqs: Collection[int]) -> dict[int, int]:
    """Map each of these pending deliveries to the earliest pending one of its subject.

    Reads the events of these subjects, by the index of subjects, up to the first that is pending;
    not what else is pending, which may be all of a long outage. That the state is compared with a
    value that is read for each event leaves the planners no other way.
    """
    if not seqs:
        return {}
    connection = session.connection()
    rows = connection.execute(select(Event.seq, Event.subject_id).where(Event.seq.in_(seqs))).all()
    firsts = select(Event.subject_id).where(Event.seq.in_(seqs)).distinct().subquery("subjects")
    here = of_endpoint(endpoint.organization_id, endpoint.id)
    event = aliased(Event)
    state = select(WebhookDelivery.state).where(here, event.seq == _seq).scalar_subquery()
    earliest = (
        select(event.seq)
        .where(
            event.organization_id == endpoint.organization_id,
            event.subject_id == firsts.c.subject_id,
            state == literal_column("'pending'"),
        )
        .order_by(event.seq)
        .limit(1)
        .scalar_subquery()
    )
    found = {row[0]: row[1] for row in connection.execute(select(firsts.c.subject_id, earliest))}
    return {row.seq: found[row.subject_id] for row in rows}


def _put_behind(
    session: Session, here: ColumnElement[bool], behind: Mapping[int, int], now: datetime
) -> None:
    """Set deliveries aside, each until the one ahead of it is delivered or given up."""
    if not behind:
        return
    set_aside_at = func.coalesce(WebhookDelivery.set_aside_at, now)
    ahead = case(*((_seq == each, literal(first, _seq.type)) for each, first in behind.items()))
    session.connection().execute(
        update(WebhookDelivery)
        .where(here, _seq.in_(behind))
        .values(set_aside_at=set_aside_at, retry_at=None, behind_seq=ahead)
    )


def leave_line(session: Session, delivery: WebhookDelivery) -> None:
    """Put what waits behind a delivery that is no longer pending back in line."""
    for name, value in OUT_OF_LINE.items():
        setattr(delivery, name, value)
    session.flush()
    here = of_endpoint(delivery.organization_id, delivery.endpoint_id)
    session.connection().execute(
        update(WebhookDelivery)
        .where(here, PENDING, WebhookDelivery.behind_seq == delivery.event_seq)
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
