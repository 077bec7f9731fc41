"""One-time tokens that a network may repeat: the same token again gives the same answer.

A page that is reloaded at the door, or a request that is sent again because its answer was lost,
shows a token that was used a moment ago. What a token is exchanged for is therefore derived from
the token itself, with a key that only the service has: a repeat within ``REPEAT_LIFE`` derives the
same successor, finds it unused, and returns it. Nothing is stored for it, and a thief who repeats a
token gets what its owner has, so that the second use of the successor still ends the session.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.portal.login.digests import ACCESS_PREFIX, REFRESH_PREFIX, TICKET_PREFIX
from membership.store.models import CustomerRefreshToken, CustomerSession
from membership.web.access import digest

REPEAT_LIFE = timedelta(seconds=30)
"""How long a used token is good for its own successor, while that was never used."""

_CONTEXT = b"walletdesk successor 1\n"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The access token and the refresh token of a session."""

    access: str
    refresh: str


def tokens_after(key: bytes, token: str) -> TokenPair:
    """Return the tokens that ``token`` is exchanged for, always the same; 256 bits each.

    ``key`` is the organization's, see ``digests.code_key``.
    """
    return TokenPair(_derive(key, ACCESS_PREFIX, token), _derive(key, REFRESH_PREFIX, token))


def ticket_after(key: bytes, token: str) -> str:
    """Return the ticket that ``token`` is exchanged for, always the same."""
    return _derive(key, TICKET_PREFIX, token)


def _derive(key: bytes, prefix: str, token: str) -> str:
    """Return the successor of a token: a HMAC-SHA-256 that nobody computes without the key."""
    message = _CONTEXT + f"{prefix}\n{token}".encode("utf-8", "surrogatepass")
    value = hmac.digest(key, message, hashlib.sha256)
    return prefix + base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def is_repeat(used_at: datetime, now: datetime) -> bool:
    """Whether ``now`` is so soon after a use that it may be a repeat of the same request."""
    return abs(now - used_at) <= REPEAT_LIFE


def repeated_session(
    session: Session, organization_id: int, tokens: TokenPair, now: datetime
) -> CustomerSession | None:
    """Return the open session that ``tokens`` were issued for a moment ago, with its row locked.

    None if they were never issued or longer ago, if the refresh token was used, or if the session
    is over.
    """
    identity = (organization_id, digest(tokens.refresh))
    issued = session.get(CustomerRefreshToken, identity)
    if issued is None or not is_repeat(issued.created_at, now):
        return None
    row = session.scalars(
        select(CustomerSession)
        .where(
            CustomerSession.organization_id == organization_id,
            CustomerSession.id == issued.session_id,
            CustomerSession.access_digest == digest(tokens.access),
            CustomerSession.revoked_at.is_(None),
            CustomerSession.expires_at > now,
        )
        .with_for_update()
    ).first()
    # A use of the successor holds the same lock: only now is it known whether there was one.
    session.refresh(issued)
    return None if issued.used_at is not None else row
