"""The deliverer: takes events from the outbox to the endpoints, each endpoint's in their order.

One piece of work is one endpoint's turn. It is claimed by a lease in a short transaction, the
HTTP happens outside any, and each result is stored in another short one. Whoever is killed in
between leaves a lease that runs out, and the same event is sent again under the same id: at
least once. Nothing behind a delivery that fails is sent before that one is delivered or dead.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select, update
from sqlalchemy.orm import Session

from membership.base.actors import ATTRIBUTION, SERVICE, Attribution
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import VaultError
from membership.events.webhooks.endpoints import bury_pending
from membership.events.webhooks.retry_policy import BACKOFF, FAILING_FOR, next_pause
from membership.events.webhooks.sender import Answer, Sender
from membership.events.webhooks.signing import Envelope, Signer, signed
from membership.events.webhooks.url_policy import TargetPolicy
from membership.store.background import Work
from membership.store.models import DeliveryState, Event, WebhookDelivery, WebhookEndpoint

TURN_DELIVERIES, TURN_SECONDS = 50, 5.0
"""How much one endpoint is given before the others have their turn."""

_CLOCK_MARGIN = timedelta(minutes=1)
_RANDOM = SystemRandom()
_PENDING = WebhookDelivery.state == literal_column("'pending'")  # as the index has it
_OF_ENDPOINT = and_(
    WebhookDelivery.organization_id == WebhookEndpoint.organization_id,
    WebhookDelivery.endpoint_id == WebhookEndpoint.id,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A delivery that is to be sent, and the lease under which it is."""

    organization_id: int
    endpoint_id: UUID
    lease_id: UUID
    url: str
    signer: Signer
    event_seq: int
    event_id: UUID
    envelope: Envelope
    attempts: int


def deliver(
    work: Work,
    *,
    sender: Sender | None = None,
    jitter: Callable[[], float] = _RANDOM.random,
) -> bool:
    """Give one endpoint that is due its turn; False if none is.

    The turn ends with the first failure, when nothing is left, or when others should have
    theirs. ``jitter`` gives numbers from 0 to 1.
    """
    sender = sender or sender_of(work.settings)
    turn = _claim(work)
    if turn is None:
        return False
    ends = time.monotonic() + TURN_SECONDS
    for left in reversed(range(TURN_DELIVERIES)):
        answer = _send(work, sender, turn)
        more = left > 0 and time.monotonic() < ends and not work.stopping.is_set()
        following = _settle(work, turn, answer, jitter=jitter(), more=more)
        if following is None:
            return True
        turn = following
    return True


def sender_of(settings: ServiceSettings) -> Sender:
    """What posts as the settings allow."""
    return Sender(TargetPolicy.of(settings), settings.webhook_timeout_seconds)


def _lease(settings: ServiceSettings) -> timedelta:
    """How long a delivery is held: for its sending, and for the storing of its result."""
    seconds = settings.webhook_timeout_seconds + settings.busy_timeout_seconds + 1
    return timedelta(seconds=seconds)


def _due(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """Whether an endpoint has something to be sent now, and nobody who is sending it.

    What lies further ahead than anything is ever set was set by a clock that ran ahead; the
    margin is for clocks of other processes, and for the time between looking and claiming.
    """
    return and_(
        WebhookEndpoint.disabled_at.is_(None),
        or_(
            WebhookEndpoint.lease_id.is_(None),
            WebhookEndpoint.leased_until <= now,
            WebhookEndpoint.leased_until > now + lease + _CLOCK_MARGIN,
        ),
        or_(
            WebhookEndpoint.next_attempt_at.is_(None),
            WebhookEndpoint.next_attempt_at <= now,
            WebhookEndpoint.next_attempt_at > now + BACKOFF.longest + _CLOCK_MARGIN,
        ),
        exists().where(_OF_ENDPOINT, _PENDING),
    )


def _claim(work: Work) -> Turn | None:
    """Lease the endpoint that has waited longest, with the first of its deliveries."""
    now, lease = work.clock(), _lease(work.settings)
    wanted = (
        select(WebhookEndpoint)
        .where(_due(now, lease))
        .order_by(WebhookEndpoint.leased_until.nulls_first(), WebhookEndpoint.id)
        .limit(1)
    )
    with work.database.readers.begin() as session:
        # Looked at without the write lock: mostly there is nothing to do.
        if session.scalar(wanted) is None:
            return None
    with work.database.writers.begin() as session:
        locked = wanted.with_for_update(skip_locked=True, key_share=True)
        endpoint = session.scalar(locked)
        return None if endpoint is None else _lease_next(session, endpoint, now + lease)


def _lease_next(session: Session, endpoint: WebhookEndpoint, until: datetime) -> Turn | None:
    """Lease an endpoint for the first delivery that it still waits for; None if for none."""
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
    return Turn(
        organization_id=endpoint.organization_id,
        endpoint_id=endpoint.id,
        lease_id=endpoint.lease_id,
        url=endpoint.url,
        signer=Signer(endpoint.secret, endpoint.former_secret, endpoint.former_secret_until),
        event_seq=found.event_seq,
        event_id=found.id,
        envelope=Envelope(type=found.type, timestamp=found.occurred_at, data=found.data),
        attempts=found.attempts,
    )


def _send(work: Work, sender: Sender, turn: Turn) -> Answer:
    """Sign and post one delivery; outside any transaction."""
    now = work.clock()
    try:
        keys = turn.signer.keys(work.vault, now)
    except VaultError as error:
        logger().error("webhook_secret_unreadable", webhook=str(turn.endpoint_id))
        return Answer(None, f"Not sent. {error}")
    headers, body = signed(turn.event_id, turn.envelope, keys, now)
    return sender.post(turn.url, headers, body, now)


def _settle(work: Work, turn: Turn, answer: Answer, *, jitter: float, more: bool) -> Turn | None:
    """Store what came of a delivery; returns the next one of the turn, if it goes on."""
    with work.database.writers.begin() as session:
        now = work.clock()
        session.info[ATTRIBUTION] = Attribution(SERVICE, now)
        endpoint = session.scalar(
            select(WebhookEndpoint)
            .where(
                WebhookEndpoint.organization_id == turn.organization_id,
                WebhookEndpoint.id == turn.endpoint_id,
                WebhookEndpoint.lease_id == turn.lease_id,
            )
            .with_for_update(key_share=True)
        )
        if endpoint is None:
            # The lease ran out, and somebody else has taken the delivery over.
            logger().warning("webhook_lease_lost", webhook=str(turn.endpoint_id))
            return None
        _note(session, turn, answer, now)
        if answer.accepted:
            endpoint.failing_since = endpoint.next_attempt_at = None
            if more and endpoint.disabled_at is None:
                return _lease_next(session, endpoint, now + _lease(work.settings))
        elif endpoint.disabled_at is None:
            _put_off(session, endpoint, turn, answer, now=now, jitter=jitter)
        endpoint.lease_id, endpoint.leased_until = None, now
        return None


def _note(session: Session, turn: Turn, answer: Answer, now: datetime) -> None:
    """Write into a delivery how this attempt went; one that arrived is delivered for good."""
    values = {
        "attempts": turn.attempts + 1,
        "last_attempt_at": now,
        "last_status": answer.status,
        "last_error": _error(answer),
    }
    if answer.accepted:
        values |= {"state": DeliveryState.DELIVERED, "delivered_at": now, "dead_at": None}
    _update(session, turn, values)


def _error(answer: Answer) -> str | None:
    """Why an attempt failed, in a sentence; None if it did not."""
    if answer.accepted:
        return None
    return (answer.error or f"The receiver answered {answer.status}.")[:300]


def _update(session: Session, turn: Turn, values: dict[str, object]) -> None:
    """Set columns of a delivery."""
    session.connection().execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.organization_id == turn.organization_id,
            WebhookDelivery.endpoint_id == turn.endpoint_id,
            WebhookDelivery.event_seq == turn.event_seq,
        )
        .values(values)
    )


def _put_off(
    session: Session,
    endpoint: WebhookEndpoint,
    turn: Turn,
    answer: Answer,
    *,
    now: datetime,
    jitter: float,
) -> None:
    """Decide what becomes of a delivery that failed: later, dead, or its endpoint disabled."""
    endpoint.failing_since = min(endpoint.failing_since or now, now)
    pause = next_pause(turn.attempts + 1, answer.retry_after, jitter)
    if pause is None:
        _update(session, turn, {"state": DeliveryState.DEAD, "dead_at": now})
        logger().warning("webhook_delivery_dead", webhook=str(endpoint.id))
    if answer.gone:
        _disable(session, endpoint, now, "The receiver answered 410: it wants no more events.")
    elif _failed_for_days(session, endpoint, now):
        _disable(session, endpoint, now, f"Nothing was taken for {FAILING_FOR.days} days.")
    else:
        endpoint.next_attempt_at = None if pause is None else now + pause


def _failed_for_days(session: Session, endpoint: WebhookEndpoint, now: datetime) -> bool:
    """Whether nothing arrived for days although it was tried: one delivery died of it.

    Days alone do not tell: the service may have been off for most of them.
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
    """Send nothing more to an endpoint; what waited for it is dead and can be replayed."""
    endpoint.disabled_at, endpoint.disabled_why = now, why
    endpoint.next_attempt_at = endpoint.failing_since = None
    dead = bury_pending(session, endpoint, now)
    logger().warning("webhook_disabled", webhook=str(endpoint.id), dead=dead)
