"""A test of one webhook: sent at once, past the queue, and told how it was answered."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from uuid import UUID, uuid4

from membership.base.vault import Vault, VaultError
from membership.events.types import EventType
from membership.events.webhooks.endpoints import get_endpoint
from membership.events.webhooks.schemas import Trial
from membership.events.webhooks.sender import Sender
from membership.events.webhooks.signing import Envelope, Signer, signed
from membership.web.access import Call
from membership.web.errors import Busy, Conflict

_SHOWN_CHARACTERS = 300
_AT_ONCE = BoundedSemaphore(2)
# A receiver may take its time; the service's threads are for those who wait at a desk.


def try_webhook(call: Call, webhook_id: UUID, vault: Vault, sender: Sender) -> Trial:
    """Send ``webhook.test`` to a webhook, disabled or not, and tell what came of it.

    The call's transaction is ended before anything is sent. Raises NotFound; Busy while
    others are being tested; Conflict for a secret that cannot be read.
    """
    endpoint = get_endpoint(call, webhook_id)
    signer = Signer(endpoint.secret, endpoint.former_secret, endpoint.former_secret_until)
    try:
        keys = signer.keys(vault, call.now)
    except VaultError as error:
        raise Conflict("webhook_secret_unreadable", f"{error} Or rotate the secret.") from error
    call.session.commit()
    event_id = uuid4()
    envelope = Envelope(
        type=EventType.WEBHOOK_TEST, timestamp=call.now, data={"webhook_id": str(webhook_id)}
    )
    headers, body = signed(event_id, envelope, keys, call.now)
    with _place():
        began = time.monotonic()
        answer = sender.post(endpoint.url, headers, body, call.now)
    return Trial(
        event_id=event_id,
        delivered=answer.accepted,
        status=answer.status,
        answer=answer.text[:_SHOWN_CHARACTERS],
        error=answer.error,
        milliseconds=round((time.monotonic() - began) * 1000),
    )


@contextmanager
def _place() -> Iterator[None]:
    """One of the few places for tests. Raises Busy."""
    if not _AT_ONCE.acquire(blocking=False):
        detail = "Other webhooks are being tested; please try again."
        raise Busy("tests_busy", detail, headers={"Retry-After": "5"})
    try:
        yield
    finally:
        _AT_ONCE.release()
