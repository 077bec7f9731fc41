"""The test delivery of a webhook: posted at once, past the queue, and its result returned."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from membership.base.vault import Vault, VaultError
from membership.events.types import EventType
from membership.events.webhooks.endpoints import get_endpoint
from membership.events.webhooks.schemas import Trial
from membership.events.webhooks.sender import Sender
from membership.events.webhooks.signing import Envelope, Signer, signed
from membership.web.access import Call
from membership.web.errors import Conflict

_SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class SignedTest:
    """A signed ``webhook.test``, and the URL that it is posted to."""

    event_id: UUID
    url: str
    headers: Mapping[str, str]
    body: bytes
    signed_at: datetime

    def post(self, sender: Sender) -> Trial:
        """Post it once, and return the result. To be called without an open transaction."""
        began = time.monotonic()
        result = sender.post(self.url, self.headers, self.body, self.signed_at)
        return Trial(
            event_id=self.event_id,
            delivered=result.accepted,
            status=result.status,
            answer=result.text[:_SHOWN_CHARACTERS],
            error=result.error,
            milliseconds=round((time.monotonic() - began) * 1000),
        )


def sign_test_delivery(call: Call, webhook_id: UUID, vault: Vault) -> SignedTest:
    """Sign a ``webhook.test`` for a webhook, disabled or not.

    Raises NotFound; Conflict for a secret that cannot be decrypted.
    """
    endpoint = get_endpoint(call, webhook_id)
    signer = Signer(endpoint.secret, endpoint.former_secret, endpoint.former_secret_until)
    try:
        keys = signer.keys(vault, call.now)
    except VaultError as error:
        raise Conflict("webhook_secret_unreadable", f"{error} Or rotate the secret.") from error
    event_id = uuid4()
    envelope = Envelope(
        type=EventType.WEBHOOK_TEST, timestamp=call.now, data={"webhook_id": str(webhook_id)}
    )
    headers, body = signed(event_id, envelope, keys, call.now)
    return SignedTest(event_id, endpoint.url, headers, body, call.now)
