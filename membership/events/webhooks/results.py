"""What an attempt at a delivery changes: the delivery, those behind it, and its endpoint.

Every function works in the transaction of ``delivery_queue.record_result``, under the lock of the
endpoint's row.
"""

from datetime import datetime, timedelta

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from membership.base.logs import logger
from membership.events.webhooks.endpoints import bury_pending
from membership.events.webhooks.line import (
    SET_ASIDE,
    has_aside,
    leave_line,
    of_endpoint,
    retry_all_aside,
)
from membership.events.webhooks.retry_policy import (
    BACKOFF,
    FAILING_FOR,
    RECOVERED_AFTER,
    asked_pause,
    attempts_in_line,
    next_pause,
    outage_pause,
    refuses_event,
)
from membership.events.webhooks.sender import PostResult
from membership.store.models import DeliveryState, WebhookDelivery, WebhookEndpoint


def store_result(delivery: WebhookDelivery, result: PostResult, now: datetime) -> None:
    """Store the result in the delivery; an accepted one is delivered and never sent again."""
    delivery.attempts += 0 if result.unreadable else 1
    delivery.last_attempt_at, delivery.last_status = now, result.status
    delivery.last_error = _error(result)
    if result.accepted:
        delivery.state = DeliveryState.DELIVERED
        delivery.delivered_at, delivery.dead_at = now, None


def _error(result: PostResult) -> str | None:
    """Why an attempt failed, in a sentence; None if it did not."""
    if result.accepted:
        return None
    return (result.error or f"The receiver answered {result.status}.")[:300]


def succeed(
    session: Session, endpoint: WebhookEndpoint, delivery: WebhookDelivery, now: datetime
) -> None:
    """Note that an endpoint takes events; what waited behind the delivery goes on."""
    leave_line(session, delivery)
    since = endpoint.failing_since
    endpoint.failing_since = endpoint.next_attempt_at = None
    if since is not None and now - since >= RECOVERED_AFTER:
        retry_all_aside(session, endpoint, now)


def fail(
    session: Session,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    result: PostResult,
    *,
    now: datetime,
    jitter: float,
) -> timedelta | None:
    """Put off a failed delivery, set it aside or give it up, or disable its endpoint.

    Returns for how long nothing is sent to the endpoint; None if the next may be sent at once.
    """
    if result.unreadable:  # no receiver has refused anything: it waits for its key
        endpoint.next_attempt_at = now + BACKOFF.pauses[0]
        return BACKOFF.pauses[0]
    endpoint.failing_since = min(endpoint.failing_since or now, now)
    pause = None
    if delivery.state is DeliveryState.PENDING:  # it may have been skipped meanwhile
        pause = _reschedule(session, endpoint, delivery, result, now=now, jitter=jitter)
    session.flush()
    if result.gone:
        _disable(session, endpoint, now, "The receiver answered 410: it wants no more events.")
    elif _failed_for_days(session, endpoint, now):
        _disable(session, endpoint, now, f"Nothing was taken for {FAILING_FOR.days} days.")
    else:
        endpoint.next_attempt_at = None if pause is None else now + pause
    return pause


def _reschedule(
    session: Session,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    result: PostResult,
    *,
    now: datetime,
    jitter: float,
) -> timedelta | None:
    """Keep a failed delivery in line, or set it aside, or make it dead.

    Returns for how long its endpoint pauses; None if the next is tried at once.
    """
    status, retry_after, since = result.status, result.retry_after, delivery.set_aside_at
    aside_for = None if since is None else now - since
    pause = next_pause(delivery.attempts, retry_after, jitter, aside_for=aside_for)
    asked = asked_pause(status, retry_after, jitter)
    if pause is None:
        delivery.state, delivery.dead_at = DeliveryState.DEAD, now
        leave_line(session, delivery)
        logger().warning("webhook_delivery_dead", webhook=str(endpoint.id))
        return asked
    if since is not None:
        delivery.retry_at = now + pause
        return asked
    if delivery.attempts < attempts_in_line(
        others_aside=has_aside(session, endpoint), status=status, retry_after=retry_after
    ):
        return pause
    delivery.set_aside_at, delivery.retry_at = now, now + pause
    session.flush()
    logger().warning("webhook_delivery_set_aside", webhook=str(endpoint.id))
    if refuses_event(status):
        return None
    pause = outage_pause(_set_aside_without_success(session, endpoint), jitter)
    return max((each for each in (asked, pause) if each is not None), default=None)


def _set_aside_without_success(session: Session, endpoint: WebhookEndpoint) -> int:
    """How many deliveries were set aside since the last success, the receiver being at fault."""
    rows = session.connection().execute(
        select(WebhookDelivery.last_status).where(
            of_endpoint(endpoint.organization_id, endpoint.id),
            SET_ASIDE,
            WebhookDelivery.behind_seq.is_(None),
            WebhookDelivery.set_aside_at >= endpoint.failing_since,
        )
    )
    return sum(not refuses_event(row.last_status) for row in rows)


def _failed_for_days(session: Session, endpoint: WebhookEndpoint, now: datetime) -> bool:
    """Whether all attempts failed for ``FAILING_FOR``, and a delivery became dead in that time.

    The time alone does not decide: the service may have been off for most of it.
    """
    since = endpoint.failing_since
    if since is None or now - since < FAILING_FOR:
        return False
    died = select(WebhookDelivery.event_seq).where(
        of_endpoint(endpoint.organization_id, endpoint.id),
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
