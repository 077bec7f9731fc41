"""Routes of codes of other issuers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from api_client.messages.cards import CardRecord, TakenBack
from membership.base.scopes import Scope
from membership.wallet.cards.records import CardContext, card_record
from membership.wallet.foreign import service
from membership.wallet.foreign.schemas import GivenCode
from membership.web.access import Call, writes_once
from membership.web.idempotency import once, request_of

router = APIRouter(prefix="/v1/cards", tags=["Cards"])


@router.post("/foreign", status_code=201)
def give_code(
    given: GivenCode, request: Request, call: Annotated[Call, writes_once(Scope.CARDS_WRITE)]
) -> CardRecord:
    """Assign a code of another issuer, such as a key fob or a plastic card, to a customer.

    From then on whatever has the code is a card of that customer. `POST
    /v1/cards/{card_id}/take-back` releases it, and it can be revoked like any card.

    Errors: `customer_not_found` (404); `code_empty`, `code_too_long`, `code_unprintable`,
    `code_is_ours` (422), the last for codes in the forms of this service's own cards, numbers, ids
    and links; `code_taken` (409), with its owner in `errors` for callers with `customers:read`;
    `code_theirs_already`, `code_of_product` unless confirmed, `customer_banned`, `customer_erased`
    (409).
    """
    state = request.app.state

    def give() -> CardRecord:
        card = service.give_code(call.session, call.tenant, given, call.now, call.scopes)
        context = CardContext(call.session, call.tenant, state.vault, state.settings.public_url)
        return card_record(context, card.id)

    return once(call, given, CardRecord, give)


@router.post("/{card_id}/take-back")
def take_back(card_id: UUID, call: Annotated[Call, writes_once(Scope.CARDS_WRITE)]) -> TakenBack:
    """Release a code of another issuer: nobody has it then, and it can be assigned again.

    Visits that were made with it stay. To block it, revoke the card instead.

    Errors: `card_not_found` (404), also for one that was released; `card_not_foreign` (409).
    """

    def take() -> TakenBack:
        return service.take_back(call.session, call.tenant, card_id, call.now)

    return once(call, request_of("take back", card_id), TakenBack, take)
