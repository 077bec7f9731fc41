"""What is stored of codes and tokens.

A token has 256 random bits: its SHA-256 tells nothing. A code has only six digits, which are soon
tried out against a plain digest, so it is stored as an HMAC with a key of the organization's that
the database holds encrypted (``membership.base.vault``): who has only the database learns no code.
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
    """A token that nobody can guess."""
    return prefix + secrets.token_urlsafe(32)


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def code_key(session: Session, vault: Vault, organization_id: int, now: datetime) -> bytes:
    """The key of an organization's codes, made at the first need.

    Raises VaultError if it was encrypted with another secret key.
    """
    ensure_wallet_state(session, vault, organization_id, now)
    keys = wallet_keys(session, vault, organization_id)
    if keys is None:
        raise RuntimeError("an organization without wallet keys just after they were made")
    return keys.link_key


def code_digest(key: bytes, code_id: UUID, code: str) -> str:
    """HMAC-SHA-256 of a code in hexadecimal; it is good for this one row only."""
    return hmac.digest(key, _CONTEXT + code_id.bytes + code.encode(), hashlib.sha256).hex()


def same(one: str, other: str) -> bool:
    """Whether two digests are the same, compared in constant time."""
    return hmac.compare_digest(one, other)
