"""Secrets of webhooks, and signatures as specified by Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from standardwebhooks import Webhook

from api_client.messages.scan import Message
from membership.base.instants import respelled
from membership.base.vault import Vault
from membership.base.version import service_version

SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
_SECRET_BYTES = 32


class Envelope(Message):
    """The body of a webhook."""

    type: str
    timestamp: AwareDatetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Signer:
    """The encrypted secrets of an endpoint; the former one signs too until its time is over."""

    secret: bytes
    former_secret: bytes | None
    former_secret_until: datetime | None

    def keys(self, vault: Vault, now: datetime) -> list[bytes]:
        """The secrets that sign now, newest first. Raises VaultError."""
        sealed = [self.secret]
        until = self.former_secret_until
        if self.former_secret is not None and until is not None and now < until:
            sealed.append(self.former_secret)
        return [vault.open(each) for each in sealed]


def new_secret() -> bytes:
    """A secret of 256 random bits."""
    return secrets.token_bytes(_SECRET_BYTES)


def shown_secret(secret: bytes) -> str:
    """A secret in the form that receivers use: ``whsec_`` and base64."""
    return SECRET_PREFIX + b64encode(secret).decode("ascii")


def signed(
    event_id: UUID, envelope: Envelope, keys: Sequence[bytes], now: datetime
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a message, signed by each of ``keys``.

    The header has the time of the attempt, ``now``: receivers refuse messages that are minutes
    old. The envelope has the time of the event.
    """
    sent = envelope.model_copy(update={"data": respelled(envelope.data)})
    body = sent.model_dump_json()
    # The library reads the fields of a datetime as UTC, whatever its zone.
    at = now.astimezone(UTC)
    signatures = (Webhook(key).sign(str(event_id), at, body) for key in keys)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"walletdesk/{service_version()}",
        "webhook-id": str(event_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return headers, body.encode()
