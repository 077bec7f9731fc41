"""The wallet row of a card, stored when the card is issued with a design."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.models import Card, CardDesign, CardWallet
from membership.wallet.state import ensure_wallet_state, wallet_keys
from passes.codes.barcode import CardCode, new_card_alias
from passes.codes.signed import sign_code

ROTATING_KEY_BYTES = 20
"""Length of the secret of a rotating code, that of HMAC-SHA-1 (RFC 4226, section 4)."""


def new_apple_token() -> bytes:
    """Return a new token by which Apple Wallet asks for updates of a card, as ASCII."""
    return secrets.token_urlsafe(24).encode()


def new_rotating_key() -> bytes:
    """Return a new secret of a card's rotating codes, of ``ROTATING_KEY_BYTES``."""
    return secrets.token_bytes(ROTATING_KEY_BYTES)


def add_wallet(
    session: Session,
    vault: Vault,
    card: Card,
    design: CardDesign,
    *,
    now: datetime,
    replaces: UUID | None = None,
) -> CardWallet:
    """Store the wallet row of a card, with its token, signature and secret.

    Its face is computed by a job soon after. Raises BarcodeError for a card with a foreign code.
    """
    ensure_wallet_state(session, vault, card.organization_id, now)
    keys = wallet_keys(session, vault, card.organization_id)
    if keys is None:
        raise RuntimeError("the keys of an organization were made and are not there")
    row = CardWallet(
        organization_id=card.organization_id,
        card_id=card.id,
        design_id=design.id,
        replaces=replaces,
        apple_token=vault.seal(new_apple_token()),
        code_signature=sign_code(CardCode(card.code), keys.code_key).signature,
        rotating_key=vault.seal(new_rotating_key()),
        alias=new_card_alias().text,
        refresh_at=now,
    )
    session.add(row)
    session.flush()
    return row
