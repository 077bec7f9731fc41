"""Actors: the API key, member of staff, customer or service to which a change is attributed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api_client.messages.management import ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``id`` is that of the API key, account or customer; the service has none."""

    kind: ActorKind
    name: str
    id: UUID | None = None


SERVICE = Actor(ActorKind.SERVICE, "service")
"""The actor of jobs, of the start, and of commands on the machine."""


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
"""Key of the ``Actor`` in the ASGI scope of an authenticated request."""

PHONE = "walletdesk.phone"
"""Key in the ASGI scope of a request by a phone with a valid pass token or registration."""

SIGNED = "walletdesk.signed"
"""Key in the ASGI scope of a request with a valid signature of a payment provider."""

HARMLESS = "walletdesk.harmless"
"""Key in the ASGI scope of a visitor's request that proved something, or that tried nothing."""

COSTLY = "walletdesk.costly"
"""Key in the ASGI scope of a visitor's request for a page that costs more than a page does."""
