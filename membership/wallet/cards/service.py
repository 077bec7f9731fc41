"""Wallet cards: issued with a random code, revoked without touching the customer, replaced."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.customers.service import lock_customer
from membership.store.models import Card, CardDesign, CardWallet
from membership.store.wallet_joins import CARD_OF_WALLET
from membership.wallet.cards.schemas import NewCard
from membership.wallet.designs.service import first_design, get_design
from membership.wallet.holders import add_wallet
from membership.wallet.static_codes import shows_static
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound
from passes.codes.barcode import new_card_code

PLAIN_LABEL = "Member card"
"""What a card without a design is called."""


@dataclass(frozen=True, slots=True)
class CardMaker:
    """What is needed to issue cards: the vault of secrets, and a source of random bytes."""

    vault: Vault
    random_bytes: Callable[[int], bytes] = secrets.token_bytes


def issue_card(
    session: Session,
    tenant: Tenant,
    new: NewCard,
    now: datetime,
    *,
    maker: CardMaker,
    static: bool = True,
) -> Card:
    """Issue a card to a customer, and emit its event.

    ``static`` is whether the card's code is handed out with it, unless its design shows changing
    codes only.

    Raises NotFound for a customer or design; Conflict for a customer who was erased or a design
    that is archived.
    """
    customer = lock_customer(session, tenant, new.customer_id)
    design = _wanted_design(session, tenant, new.design_id)
    label = new.label or (PLAIN_LABEL if design is None else design.name)
    card = _new_card(customer.id, label, tenant, now, maker)
    return _issue(session, maker, card, design, static=static)


def _wanted_design(session: Session, tenant: Tenant, design_id: UUID | None) -> CardDesign | None:
    """The named design, or the organization's first. Raises NotFound, Conflict."""
    if design_id is None:
        return first_design(session, tenant)
    design = get_design(session, tenant, design_id)
    if design.archived_at is not None:
        raise Conflict("design_archived", "This design is archived: no new cards are made of it.")
    return design


def _new_card(
    customer_id: UUID, label: str, tenant: Tenant, now: datetime, maker: CardMaker
) -> Card:
    """A card that is not stored yet."""
    return Card(
        organization_id=tenant.id,
        id=uuid4(),
        customer_id=customer_id,
        code=new_card_code(maker.random_bytes).text,
        label=label,
        issued_at=now,
        revoked_at=None,
        static_since=None,
    )


def _issue(
    session: Session,
    maker: CardMaker,
    card: Card,
    design: CardDesign | None,
    *,
    replaces: UUID | None = None,
    static: bool = True,
) -> Card:
    """Store a card with its wallet, if it has a design, and emit its event."""
    if static and shows_static(session, design):
        card.static_since = card.issued_at
    session.add(card)
    session.flush()
    if design is not None:
        add_wallet(session, maker.vault, card, design, now=card.issued_at, replaces=replaces)
    data = {
        **_event_data(card),
        "design_id": None if design is None else str(design.id),
        "replaces": None if replaces is None else str(replaces),
    }
    emit(session, card.organization_id, EventType.CARD_ISSUED, card.id, data, now=card.issued_at)
    return card


def get_card(session: Session, tenant: Tenant, card_id: UUID) -> Card:
    """Load a card. Raises NotFound."""
    return _load(session, tenant, card_id, lock=False)


def _load(session: Session, tenant: Tenant, card_id: UUID, *, lock: bool) -> Card:
    """Load a card, locked for a change if ``lock``. Raises NotFound."""
    how = {"key_share": True} if lock else None
    card = session.get(Card, (tenant.id, card_id), with_for_update=how, populate_existing=lock)
    if card is None:
        raise NotFound("card_not_found", "There is no such card.")
    return card


def revoke_card(session: Session, tenant: Tenant, card_id: UUID, now: datetime) -> Card:
    """Revoke a card, and emit its event; again changes nothing. Raises NotFound."""
    card = _load(session, tenant, card_id, lock=True)
    if card.revoked_at is None:
        card.revoked_at = now
        session.flush()
        emit(session, tenant.id, EventType.CARD_REVOKED, card.id, _event_data(card), now=now)
    return card


def replace_card(
    session: Session, tenant: Tenant, card_id: UUID, now: datetime, *, maker: CardMaker
) -> Card:
    """Revoke a card and issue another one of the same design and label in its place.

    One that was printed only, or whose design is archived, is replaced by one of the first
    design. Raises NotFound; Conflict for a card that was replaced already, and for a customer
    who was erased.
    """
    customer = lock_customer(session, tenant, get_card(session, tenant, card_id).customer_id)
    old = revoke_card(session, tenant, card_id, now)
    _refuse_replaced(session, old)
    design = _design_of(session, old) or first_design(session, tenant)
    new = _new_card(customer.id, old.label, tenant, now, maker)
    return _issue(session, maker, new, design, replaces=old.id)


def _refuse_replaced(session: Session, card: Card) -> None:
    """Raise Conflict for a card that was replaced already."""
    replaced_by = session.scalar(
        select(CardWallet.card_id)
        .join(Card, CARD_OF_WALLET)
        .where(
            CardWallet.organization_id == card.organization_id,
            CardWallet.replaces == card.id,
            Card.customer_id == card.customer_id,
        )
        .limit(1)
    )
    if replaced_by is not None:
        raise Conflict("card_replaced", f"This card was replaced already, by {replaced_by}.")


def _design_of(session: Session, card: Card) -> CardDesign | None:
    """A card's design, unless it is archived."""
    wallet = session.get(CardWallet, (card.organization_id, card.id))
    if wallet is None:
        return None
    design = session.get_one(CardDesign, (card.organization_id, wallet.design_id))
    return design if design.archived_at is None else None


def _event_data(card: Card) -> dict[str, str | None]:
    """The data of a card's events: ids only."""
    return {"card_id": str(card.id), "customer_id": str(card.customer_id)}
