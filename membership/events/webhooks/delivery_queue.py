"""The queue of deliveries: which endpoint is served next, and what is stored of each attempt.

An endpoint is leased for one delivery at a time. Every function is one short transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select, update
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.events.webhooks.endpoints import bury_pending
from membership.events.webhooks.retry_policy import BACKOFF, FAILING_FOR, next_pause
from membership.events.webhooks.sender import PostResult
from membership.events.webhooks.signing import Envelope, Signer
from membership.store import lease
from membership.store.background import Work
from membership.store.models import DeliveryState, Event, WebhookDelivery, WebhookEndpoint

_PENDING = WebhookDelivery.state == literal_column("'pending'")  # as in the partial index
_OF_ENDPOINT = and_(
    WebhookDelivery.organization_id == WebhookEndpoint.organization_id,
    WebhookDelivery.endpoint_id == WebhookEndpoint.id,
)


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
    """Lease the endpoint that has waited longest, for its first delivery; None if none is due."""
    now, duration = work.clock(), _lease_duration(work.settings)
    due = (
        select(WebhookEndpoint)
        .where(_is_due(now, duration))
        .order_by(WebhookEndpoint.leased_until.nulls_first(), WebhookEndpoint.id)
        .limit(1)
    )

    def take(session: Session, _seen: WebhookEndpoint) -> DeliveryAttempt | None:
        endpoint = session.scalar(lease.skip_locked(due))
        return None if endpoint is None else _lease_next(session, endpoint, now + duration)

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
        exists().where(_OF_ENDPOINT, _PENDING),
    )


def _lease_next(
    session: Session, endpoint: WebhookEndpoint, until: datetime
) -> DeliveryAttempt | None:
    """Lease an endpoint for its first pending delivery; None, without a lease, if it has none."""
    found = session.execute(
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
            WebhookDelivery.organization_id == endpoint.organization_id,
            WebhookDelivery.endpoint_id == endpoint.id,
            _PENDING,
        )
        .order_by(WebhookDelivery.event_seq)
        .limit(1)
    ).first()
    if found is None:
        endpoint.lease_id = None
        return None
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
        _store_result(session, attempt, result, now)
        if result.accepted:
            endpoint.failing_since = endpoint.next_attempt_at = None
            if more and endpoint.disabled_at is None:
                return _lease_next(session, endpoint, now + _lease_duration(work.settings))
        elif endpoint.disabled_at is None:
            _reschedule(session, endpoint, attempt, result, now=now, jitter=jitter)
        # Without a lease, the time of its end decides which endpoint has waited longest.
        endpoint.lease_id, endpoint.leased_until = None, now
        return None


def _store_result(
    session: Session, attempt: DeliveryAttempt, result: PostResult, now: datetime
) -> None:
    """Store the result in the delivery; an accepted one is delivered and never sent again."""
    values = {
        "attempts": attempt.attempts + (0 if result.unreadable else 1),
        "last_attempt_at": now,
        "last_status": result.status,
        "last_error": _error(result),
    }
    if result.accepted:
        values |= {"state": DeliveryState.DELIVERED, "delivered_at": now, "dead_at": None}
    _update(session, attempt, values)


def _error(result: PostResult) -> str | None:
    """Why an attempt failed, in a sentence; None if it did not."""
    if result.accepted:
        return None
    return (result.error or f"The receiver answered {result.status}.")[:300]


def _update(session: Session, attempt: DeliveryAttempt, values: dict[str, object]) -> None:
    """Set columns of a delivery."""
    session.connection().execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.organization_id == attempt.organization_id,
            WebhookDelivery.endpoint_id == attempt.endpoint_id,
            WebhookDelivery.event_seq == attempt.event_seq,
        )
        .values(values)
    )


def _reschedule(
    session: Session,
    endpoint: WebhookEndpoint,
    attempt: DeliveryAttempt,
    result: PostResult,
    *,
    now: datetime,
    jitter: float,
) -> None:
    """Reschedule a failed delivery, or make it dead, or disable its endpoint."""
    if result.unreadable:  # no receiver has refused anything: it waits for its key
        endpoint.next_attempt_at = now + BACKOFF.pauses[0]
        return
    endpoint.failing_since = min(endpoint.failing_since or now, now)
    pause = next_pause(attempt.attempts + 1, result.retry_after, jitter)
    if pause is None:
        _update(session, attempt, {"state": DeliveryState.DEAD, "dead_at": now})
        logger().warning("webhook_delivery_dead", webhook=str(endpoint.id))
    if result.gone:
        _disable(session, endpoint, now, "The receiver answered 410: it wants no more events.")
    elif _failed_for_days(session, endpoint, now):
        _disable(session, endpoint, now, f"Nothing was taken for {FAILING_FOR.days} days.")
    else:
        endpoint.next_attempt_at = None if pause is None else now + pause


def _failed_for_days(session: Session, endpoint: WebhookEndpoint, now: datetime) -> bool:
    """Whether all attempts failed for ``FAILING_FOR``, and a delivery became dead in that time.

    The time alone does not decide: the service may have been off for most of it.
    """
    since = endpoint.failing_since
    if since is None or now - since < FAILING_FOR:
        return False
    died = select(WebhookDelivery.event_seq).where(
        WebhookDelivery.organization_id == endpoint.organization_id,
        WebhookDelivery.endpoint_id == endpoint.id,
        WebhookDelivery.state == literal_column("'dead'"),
        WebhookDelivery.dead_at >= since,
    )
    return session.connection().execute(died.limit(1)).first() is not None


def _disable(session: Session, endpoint: WebhookEndpoint, now: datetime, why: str) -> None:
    """Disable an endpoint; its pending deliveries become dead and can be replayed."""
    endpoint.disabled_at, endpoint.disabled_why = now, why
    endpoint.next_attempt_at = endpoint.failing_since = None
    dead = bury_pending(session, endpoint, now)
    logger().warning("webhook_disabled", webhook=str(endpoint.id), dead=dead)
