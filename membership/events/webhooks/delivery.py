"""The job that delivers events to webhooks: to each endpoint in the order of the events.

It leases one endpoint, posts its pending events one after the other, and records each result.
HTTP happens outside transactions. After a crash the lease expires and the same event is posted
again under the same id: at least once. A delivery that fails holds up the line for its first
attempts; then it is set aside, and holds up only what is about its subject (``line``).
"""

import time
from collections.abc import Callable
from random import SystemRandom

from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import VaultError
from membership.events.webhooks.delivery_queue import (
    DeliveryAttempt,
    lease_endpoint,
    record_result,
)
from membership.events.webhooks.sender import PostResult, Sender
from membership.events.webhooks.signing import signed
from membership.events.webhooks.url_policy import UrlPolicy
from membership.store.background import Work

BATCH_DELIVERIES, BATCH_SECONDS = 50, 5.0
"""The most that one endpoint gets before the others are served."""

_RANDOM = SystemRandom()


def deliver(
    work: Work,
    *,
    sender: Sender | None = None,
    jitter: Callable[[], float] = _RANDOM.random,
) -> bool:
    """Deliver a batch of events to the endpoint that has waited longest; False if none is due.

    The batch ends when the endpoint is to pause, when nothing of it is due, or at its limits.
    ``jitter`` returns random numbers from 0 to 1.
    """
    sender = sender or sender_of(work.settings)
    attempt = lease_endpoint(work)
    if attempt is None:
        return False
    ends = time.monotonic() + BATCH_SECONDS
    for left in reversed(range(BATCH_DELIVERIES)):
        result = _post(work, sender, attempt)
        more = left > 0 and time.monotonic() < ends and not work.stopping.is_set()
        following = record_result(work, attempt, result, jitter=jitter(), more=more)
        if following is None:
            return True
        attempt = following
    return True


def sender_of(settings: ServiceSettings) -> Sender:
    """A sender with the policy and the time-out of the settings."""
    return Sender(UrlPolicy.of(settings), settings.webhook_timeout_seconds)


def _post(work: Work, sender: Sender, attempt: DeliveryAttempt) -> PostResult:
    """Sign and post one event; outside any transaction."""
    now = work.clock()
    try:
        keys = attempt.signer.keys(work.vault, now)
    except VaultError as error:
        logger().error("webhook_secret_unreadable", webhook=str(attempt.endpoint_id))
        return PostResult(None, f"Not sent. {error}", unreadable=True)
    try:
        headers, body = signed(attempt.event_id, attempt.envelope, keys, now)
        return sender.post(attempt.url, headers, body, now)
    except Exception as error:  # noqa: BLE001 - of this event or endpoint: the others go on
        logger().exception("webhook_broken", webhook=str(attempt.endpoint_id))
        return PostResult(None, f"Not sent: a fault of this service ({type(error).__name__}).")
