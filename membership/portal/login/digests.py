"""Digests under which codes and tokens are stored.

A token has 256 random bits, so its SHA-256 reveals nothing. A code has six digits, which can be
tried against a plain digest, so it is stored as an HMAC with a key of the organization that is
encrypted in the database (``membership.base.vault``): the database alone reveals no code.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.wallet.state import ensure_wallet_state, wallet_keys

ACCESS_PREFIX, REFRESH_PREFIX, TICKET_PREFIX = "mc_", "mr_", "mt_"
_CONTEXT = b"walletdesk login code 1\n"


def new_token(prefix: str) -> str:
    """Return a new token with 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def code_key(session: Session, vault: Vault, organization_id: int, now: datetime) -> bytes:
    """Return the key of an organization's codes; it is created at first use.

    Raises VaultError if it was encrypted with another secret key.
    """
    ensure_wallet_state(session, vault, organization_id, now)
    keys = wallet_keys(session, vault, organization_id)
    if keys is None:
        raise RuntimeError("an organization without wallet keys just after they were made")
    return keys.link_key


def code_digest(key: bytes, code_id: UUID, code: str) -> str:
    """Return the HMAC-SHA-256 of a code in hexadecimal, bound to its row."""
    return hmac.digest(key, _CONTEXT + code_id.bytes + code.encode(), hashlib.sha256).hex()


def digests_equal(one: str, other: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(one, other)
