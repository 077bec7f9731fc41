"""Wallet cards: issued with a random code, revoked without touching the customer."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api_client.schemas import CardView
from membership.access import Tenant
from membership.cards.schemas import IssuedCard, NewCard
from membership.customers.service import get_customer
from membership.errors import Conflict, NotFound
from membership.models import Card
from passes.barcode import new_card_code


def issue_card(
    session: Session,
    tenant: Tenant,
    new: NewCard,
    now: datetime,
    *,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> Card:
    """Issue a card to a customer. Raises NotFound; Conflict for a customer who was erased."""
    customer = get_customer(session, tenant, new.customer_id)
    if customer.erased_at is not None:
        raise Conflict("customer_erased", "This customer was erased and gets no card.")
    card = Card(
        organization_id=tenant.id,
        id=uuid4(),
        customer_id=customer.id,
        code=new_card_code(random_bytes).text,
        label=new.label,
        issued_at=now,
        revoked_at=None,
    )
    session.add(card)
    session.flush()
    return card


def get_card(session: Session, tenant: Tenant, card_id: UUID) -> Card:
    """Load a card. Raises NotFound."""
    card = session.get(Card, (tenant.id, card_id))
    if card is None:
        raise NotFound("card_not_found", "There is no such card.")
    return card


def revoke_card(session: Session, tenant: Tenant, card_id: UUID, now: datetime) -> Card:
    """Revoke a card; one that is revoked already stays so. Raises NotFound."""
    card = get_card(session, tenant, card_id)
    if card.revoked_at is None:
        card.revoked_at = now
        session.flush()
    return card


def card_view(card: Card) -> CardView:
    """Show a card, without its code."""
    return CardView(
        id=card.id, label=card.label, issued_at=card.issued_at, revoked_at=card.revoked_at
    )


def issued_card(card: Card) -> IssuedCard:
    """Show a card with its code."""
    return IssuedCard(card=card_view(card), customer_id=card.customer_id, code=card.code)
