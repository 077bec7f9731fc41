"""Routes of wallet cards."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from api_client.schemas import CardView
from membership.access import Call, creates, writes
from membership.cards import service
from membership.cards.schemas import IssuedCard, NewCard
from membership.idempotency import once
from membership.scopes import Scope

router = APIRouter(prefix="/v1/cards", tags=["Cards"])


@router.post("", status_code=201)
def issue_card(new: NewCard, call: Annotated[Call, creates(Scope.CARDS_WRITE)]) -> IssuedCard:
    """Issue a card to a customer; the answer tells what its barcode says.

    Errors: `customer_not_found` (404), `customer_erased` (409).
    """

    def create() -> IssuedCard:
        return service.issued_card(service.issue_card(call.session, call.tenant, new, call.now))

    return once(call, new, IssuedCard, create)


@router.post("/{card_id}/revoke")
def revoke_card(card_id: UUID, call: Annotated[Call, writes(Scope.CARDS_WRITE)]) -> CardView:
    """Revoke a card, for good; the customer's other cards stay as they are.

    A scan of it still tells whose it is, with the outcome `card_revoked`; doors are told that it
    opens nothing.

    Errors: `card_not_found` (404).
    """
    return service.card_view(service.revoke_card(call.session, call.tenant, card_id, call.now))
