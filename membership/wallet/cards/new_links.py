"""Withdraws install links: of one card, or of a whole organization."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.store.models import Card, CardWallet, WalletState
from membership.store.wallet_joins import CARD_OF_WALLET
from membership.wallet.cards.service import get_card
from membership.web.access import Call
from membership.web.errors import Conflict

KEY_BYTES = 32
"""Length of the key that signs install links."""


def new_link(call: Call, card_id: UUID) -> int:
    """Give a card a new install link and end those of before; returns the link's number.

    Raises NotFound; Conflict for a revoked card, and for one without a design.
    """
    session, organization_id = call.session, call.tenant.id
    card = get_card(session, call.tenant, card_id)
    if card.revoked_at is not None:
        raise Conflict("card_revoked", "A revoked card has no link.")
    number: int | None = session.connection().scalar(
        update(CardWallet)
        .where(CardWallet.organization_id == organization_id, CardWallet.card_id == card.id)
        .values(link_number=CardWallet.link_number + 1, old_link_of=None)
        .returning(CardWallet.link_number)
    )
    if number is None:
        raise Conflict("card_without_design", "This card is printed only: it has no link.")
    record(session, organization_id, "card.link_withdrawn", card.id, after={"link": number})
    return number


def withdraw_all_links(session: Session, vault: Vault, organization_id: int, now: datetime) -> int:
    """End all install links of an organization, by another key; returns how many cards it has.

    Those are its good cards in wallets. The links that are handed out from now on are signed by
    the new key.
    """
    connection = session.connection()
    connection.execute(
        update(WalletState)
        .where(WalletState.organization_id == organization_id)
        .values(link_key=vault.seal(secrets.token_bytes(KEY_BYTES)))
    )
    cards = connection.scalar(
        select(func.count())
        .select_from(CardWallet)
        .join(Card, CARD_OF_WALLET)
        .where(CardWallet.organization_id == organization_id, Card.revoked_at.is_(None))
    )
    count = cards or 0
    after = {"cards": count, "at": now.isoformat()}
    record(session, organization_id, "organization.links_withdrawn", organization_id, after=after)
    return count
