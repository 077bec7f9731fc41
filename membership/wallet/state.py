"""An organization's wallet keys, and the update numbers of its cards."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.models import WalletState
from membership.store.upsert import insert_into


@dataclass(frozen=True, slots=True)
class WalletKeys:
    """The decrypted keys: never stored, logged or sent."""

    link_key: bytes
    code_key: Ed25519PrivateKey


def new_link_key() -> bytes:
    """Return a new key of install links: 32 random bytes."""
    return secrets.token_bytes(32)


def new_code_key() -> bytes:
    """Return a new private key of signed codes: 32 bytes of Ed25519 (RFC 8032)."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def ensure_wallet_state(
    session: Session, vault: Vault, organization_id: int, now: datetime
) -> None:
    """Create an organization's keys if it has none; two at once create the same row once."""
    connection = session.connection()
    here = select(WalletState.organization_id).where(WalletState.organization_id == organization_id)
    if connection.scalar(here) is not None:
        return
    connection.execute(
        insert_into(connection, WalletState).on_conflict_do_nothing(),
        {
            "organization_id": organization_id,
            "last_update_seq": 0,
            "link_key": vault.seal(new_link_key()),
            "code_key": vault.seal(new_code_key()),
            "created_at": now,
        },
    )


def wallet_keys(session: Session, vault: Vault, organization_id: int) -> WalletKeys | None:
    """The keys of an organization; None before the first card with a design.

    Raises VaultError if they were encrypted with another secret key.
    """
    query = select(WalletState.link_key, WalletState.code_key).where(
        WalletState.organization_id == organization_id
    )
    row = session.connection().execute(query).first()
    if row is None:
        return None
    return WalletKeys(
        vault.open(row.link_key), Ed25519PrivateKey.from_private_bytes(vault.open(row.code_key))
    )


def public_code_key(keys: WalletKeys) -> str:
    """The public key of an organization's signed codes: 32 bytes of Ed25519, in base64."""
    return base64.b64encode(keys.code_key.public_key().public_bytes_raw()).decode("ascii")


def take_update_numbers(session: Session, organization_id: int, count: int) -> range:
    """The next ``count`` update numbers of an organization, which must have its wallet state.

    Its row stays locked until the transaction ends, so that numbers are committed in their
    order: a reader that sees one sees all lower ones.
    """
    last = session.connection().scalar(
        update(WalletState)
        .where(WalletState.organization_id == organization_id)
        .values(last_update_seq=WalletState.last_update_seq + count)
        .returning(WalletState.last_update_seq)
    )
    if last is None:
        raise RuntimeError("an organization without wallet keys has no cards to change")
    return range(last - count + 1, last + 1)
