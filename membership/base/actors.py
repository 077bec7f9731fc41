"""Who did something: an API key, a member of staff, the person themself, or the service."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api_client.messages.management import ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``id`` is the key's, the account's or the customer's; the service has none."""

    kind: ActorKind
    name: str
    id: UUID | None = None


SERVICE = Actor(ActorKind.SERVICE, "service")
"""Whatever the service does by itself, or is told at its own command line."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The cause of a transaction's changes: who, when, and in which request, if in one.

    ``audited`` is False for the contents of a new database, which are no changes.
    """

    actor: Actor
    now: datetime
    request_id: str | None = None
    audited: bool = True


ATTRIBUTION = "attribution"
"""Key of the ``Attribution`` in ``Session.info``, set by ``Database.writing``."""

CALLER = "walletdesk.caller"
"""Key of the ``Actor`` in the scope of a request whose key or session was found good."""

PHONE = "walletdesk.phone"
"""Key in the scope of a request of a phone that showed a good pass token or its registration."""

SIGNED = "walletdesk.signed"
"""Key in the scope of a request that a payment provider has signed."""
