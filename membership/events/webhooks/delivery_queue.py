"""The queue of deliveries: which endpoint is served next, and with which of its deliveries.

An endpoint is leased for one delivery at a time. Every function is one short transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.events.webhooks.line import has_due, next_seq, of_endpoint
from membership.events.webhooks.results import fail, store_result, succeed
from membership.events.webhooks.retry_policy import BACKOFF, refuses_event
from membership.events.webhooks.sender import PostResult
from membership.events.webhooks.signing import Envelope, Signer
from membership.store import lease
from membership.store.apart import is_of_database, work_apart
from membership.store.background import Work
from membership.store.models import Event, WebhookDelivery, WebhookEndpoint

NAME = "webhooks"
"""Under this name, endpoints whose rows cannot be read are shown as failing."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """An event that is to be posted to an endpoint, and the lease under which it is.

    ``attempts`` counts those before this one.
    """

    organization_id: int
    endpoint_id: UUID
    lease_id: UUID
    url: str
    signer: Signer
    event_seq: int
    event_id: UUID
    envelope: Envelope
    attempts: int


def lease_endpoint(work: Work) -> DeliveryAttempt | None:
    """Lease the endpoint that has waited longest, for its first delivery; None if none is due.

    One whose rows cannot be read is put off, and one whose deliveries all wait behind others is
    passed over: the next one is taken.
    """
    now, duration = work.clock(), _lease_duration(work.settings)
    passed: list[UUID] = []
    while True:
        sick = [each for each in work.failing.waiting(NAME, now) if isinstance(each, UUID)]
        wanted = and_(_is_due(now, duration), WebhookEndpoint.id.not_in([*sick, *passed]))
        try:
            found = _lease_first(work, wanted, now, duration)
        except Exception as error:
            if is_of_database(error):
                raise
            with work.database.readers.begin() as session:
                endpoint_id = session.scalar(_first(select(WebhookEndpoint.id), wanted))
            if endpoint_id is None:
                raise
            work.failing.failed(NAME, endpoint_id, error, now)
        else:
            if found is None:
                return None
            endpoint_id, attempt = found
            work.failing.succeeded(NAME, endpoint_id)
            if attempt is not None:
                return attempt
            passed.append(endpoint_id)


def _first(query: lease.AnySelect, wanted: ColumnElement[bool]) -> lease.AnySelect:
    """The query for the endpoint that has waited longest."""
    order = WebhookEndpoint.leased_until.nulls_first(), WebhookEndpoint.id
    return query.where(wanted).order_by(*order).limit(1)


def _lease_first(
    work: Work, wanted: ColumnElement[bool], now: datetime, duration: timedelta
) -> tuple[UUID, DeliveryAttempt | None] | None:
    """Lease the first endpoint that is wanted, for its first delivery; None if there is none.

    Returns its id; and no attempt, without a lease, if all its deliveries wait behind others.
    """
    due = _first(select(WebhookEndpoint), wanted)

    def take(
        session: Session, _seen: WebhookEndpoint
    ) -> tuple[UUID, DeliveryAttempt | None] | None:
        endpoint = session.scalar(lease.skip_locked(due))
        if endpoint is None:
            return None
        attempt = _lease_next(session, endpoint, now, now + duration, aside_first=True)
        return endpoint.id, attempt

    return lease.take(work.database, now, lambda session: session.scalar(due), take)


def _lease_duration(settings: ServiceSettings) -> timedelta:
    """Time to post one event and to record the result."""
    seconds = settings.webhook_timeout_seconds + settings.busy_timeout_seconds + 1
    return timedelta(seconds=seconds)


def _is_due(now: datetime, duration: timedelta) -> ColumnElement[bool]:
    """SQL condition: an endpoint has a delivery to be posted now, and nobody is posting it."""
    next_attempt_at = WebhookEndpoint.next_attempt_at
    return and_(
        WebhookEndpoint.disabled_at.is_(None),
        lease.is_free(WebhookEndpoint.leased_until, now, duration, holder=WebhookEndpoint.lease_id),
        or_(next_attempt_at.is_(None), lease.has_come(next_attempt_at, now, BACKOFF.longest)),
        has_due(now),
    )


def _lease_next(
    session: Session,
    endpoint: WebhookEndpoint,
    now: datetime,
    until: datetime,
    *,
    aside_first: bool = False,
) -> DeliveryAttempt | None:
    """Lease an endpoint for its next delivery; None, without a lease, if none is due."""
    seq = next_seq(session, endpoint, now, aside_first=aside_first)
    if seq is None:
        endpoint.lease_id, endpoint.leased_until = None, now
        return None
    found = (
        session.connection()
        .execute(
            select(
                WebhookDelivery.event_seq,
                WebhookDelivery.attempts,
                Event.id,
                Event.type,
                Event.data,
                Event.occurred_at,
            )
            .join(Event, Event.seq == WebhookDelivery.event_seq)
            .where(
                of_endpoint(endpoint.organization_id, endpoint.id),
                WebhookDelivery.event_seq == seq,
            )
        )
        .one()
    )
    endpoint.lease_id, endpoint.leased_until = uuid4(), until
    return DeliveryAttempt(
        organization_id=endpoint.organization_id,
        endpoint_id=endpoint.id,
        lease_id=endpoint.lease_id,
        url=endpoint.url,
        signer=Signer(endpoint.secret, endpoint.former_secret, endpoint.former_secret_until),
        event_seq=found.event_seq,
        event_id=found.id,
        # Not validated: what is wrong with one event is found when it is sent.
        envelope=Envelope.model_construct(
            type=found.type, timestamp=found.occurred_at, data=found.data
        ),
        attempts=found.attempts,
    )


def record_result(
    work: Work, attempt: DeliveryAttempt, result: PostResult, *, jitter: float, more: bool
) -> DeliveryAttempt | None:
    """Store the result of an attempt; returns the next one if ``more`` and one is pending.

    Stores nothing if the lease expired and another process took the delivery over.
    """
    with work.database.writing(SERVICE, work.clock) as (session, now):
        endpoint = session.scalar(
            select(WebhookEndpoint)
            .where(
                WebhookEndpoint.organization_id == attempt.organization_id,
                WebhookEndpoint.id == attempt.endpoint_id,
                WebhookEndpoint.lease_id == attempt.lease_id,
            )
            .with_for_update(key_share=True)
        )
        if endpoint is None:
            logger().warning("webhook_lease_lost", webhook=str(attempt.endpoint_id))
            return None
        delivery = session.get_one(
            WebhookDelivery, (attempt.organization_id, attempt.endpoint_id, attempt.event_seq)
        )
        store_result(delivery, result, now)
        pause: timedelta | None = None
        if result.accepted:
            succeed(session, endpoint, delivery, now)
        elif endpoint.disabled_at is None:
            pause = fail(session, endpoint, delivery, result, now=now, jitter=jitter)
        if more and pause is None and endpoint.disabled_at is None:
            session.flush()
            until = now + _lease_duration(work.settings)
            # In an outage, else each try would add one to those set aside and retry only one.
            aside_first = not result.accepted and not refuses_event(result.status)
            # Apart: what was delivered is stored, whatever the next event is.
            following, failed = work_apart(
                session,
                [endpoint],
                lambda some: _lease_next(session, some[0], now, until, aside_first=aside_first),
            )
            if not failed:
                return following[0]
        # Without a lease, the time of its end decides which endpoint has waited longest.
        endpoint.lease_id, endpoint.leased_until = None, now
        return None
