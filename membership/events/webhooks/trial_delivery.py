"""The test delivery of a webhook: posted at once, past the queue, and its result returned."""

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
# Receivers may be slow, and a scan at a desk must not wait for a thread.
_SLOTS = BoundedSemaphore(2)


def send_test_delivery(call: Call, webhook_id: UUID, vault: Vault, sender: Sender) -> Trial:
    """Send ``webhook.test`` to a webhook, disabled or not; returns the result.

    Commits the call's transaction before it sends. Raises NotFound; Busy while two other tests
    run; Conflict for a secret that cannot be decrypted.
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
    with _slot():
        began = time.monotonic()
        result = sender.post(endpoint.url, headers, body, call.now)
    return Trial(
        event_id=event_id,
        delivered=result.accepted,
        status=result.status,
        answer=result.text[:_SHOWN_CHARACTERS],
        error=result.error,
        milliseconds=round((time.monotonic() - began) * 1000),
    )


@contextmanager
def _slot() -> Iterator[None]:
    """Take one of the few slots for tests. Raises Busy."""
    if not _SLOTS.acquire(blocking=False):
        detail = "Other webhooks are being tested; please try again."
        raise Busy("tests_busy", detail, headers={"Retry-After": "5"})
    try:
        yield
    finally:
        _SLOTS.release()
