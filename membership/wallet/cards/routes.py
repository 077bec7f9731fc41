"""Routes of wallet cards."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api_client.messages.cards import CardList, CardRecord, CardState, CustomerCards, IssuedCard
from membership.base.scopes import Scope
from membership.members.customers.service import get_customer
from membership.wallet.apple.rendering import render_pkpass
from membership.wallet.cards import service
from membership.wallet.cards.listing import WantedCards
from membership.wallet.cards.listing import list_cards as list_all_cards
from membership.wallet.cards.new_links import new_link
from membership.wallet.cards.records import CardContext, card_record, cards_of, issued_card
from membership.wallet.cards.schemas import NewCard, Replacement
from membership.wallet.static_codes import hand_out_static
from membership.web.access import Call, reads, writes_once
from membership.web.file_answers import file_answer
from membership.web.idempotency import once, request_of
from membership.web.methods import is_head
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from passes.apple.bundle import PASS_TYPE

router = APIRouter(prefix="/v1", tags=["Cards"])


@router.get("/customers/{customer_id}/cards")
def list_cards(
    customer_id: UUID, request: Request, call: Annotated[Call, reads(Scope.CARDS_READ)]
) -> CustomerCards:
    """List a customer's cards, newest first, revoked ones included.

    `wallets` has the number of devices with the card, and whether they were notified of the latest
    change; `install_url` is where the customer fetches it.

    Errors: `customer_not_found` (404).
    """
    customer = get_customer(call.session, call.tenant, customer_id)
    return CustomerCards(items=cards_of(_context_of(request, call), customer.id))


@router.get("/cards")
def list_all(
    call: Annotated[Call, reads(Scope.CARDS_READ)],
    *,
    q: Annotated[
        str,
        Query(
            max_length=200,
            description="Number of the holder, or parts of words of their name, email or phone.",
            examples=["okaf"],
        ),
    ] = "",
    state: Annotated[
        CardState | None, Query(description="Only cards in this state; all if omitted.")
    ] = None,
    design_id: Annotated[UUID | None, Query(description="Only cards of this design.")] = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> CardList:
    """List the cards of all customers, latest issue first, revoked ones included.

    A replaced card is revoked, and `replaced_by` names the card that was issued in its place.

    Errors: `invalid_cursor` (422).
    """
    return list_all_cards(call, WantedCards(q, state, design_id), limit, cursor)


@router.post("/cards", status_code=201)
def issue_card(
    new: NewCard, request: Request, call: Annotated[Call, writes_once(Scope.CARDS_WRITE)]
) -> IssuedCard:
    """Issue a card to a customer; the response has the code of its barcode.

    For a design with rotating codes `code` is empty: such a card shows codes that are valid for
    seconds, and a static code would prove nothing. Printing the card, or adding it to Apple Wallet,
    hands out a static code.

    Errors: `customer_not_found`, `design_not_found` (404), `customer_erased`, `design_archived`
    (409).
    """

    def create() -> IssuedCard:
        card = service.issue_card(call.session, call.tenant, new, call.now, maker=_maker(request))
        return issued_card(_context_of(request, call), card)

    return once(call, new, IssuedCard, create)


@router.get("/cards/{card_id}")
def show_card(
    card_id: UUID, request: Request, call: Annotated[Call, reads(Scope.CARDS_READ)]
) -> CardRecord:
    """Return a card, without its code.

    Errors: `card_not_found` (404).
    """
    return card_record(_context_of(request, call), card_id)


@router.get(
    "/cards/{card_id}/card.pkpass",
    response_class=Response,
    responses=file_answer("The card for Apple Wallet.", PASS_TYPE),
)
def fetch_pass(
    card_id: UUID, request: Request, call: Annotated[Call, reads(Scope.CARDS_WRITE)]
) -> Response:
    """Return a card as the file that Apple Wallet opens, signed now.

    Whoever has the file can add the card to a phone. The file of a revoked card shows that it is
    invalid. Without a certificate, a self-signed one signs, which iPhones reject; see `GET
    /v1/wallets`.

    Errors: `card_not_found` (404), also for a card without a design; `certificate_not_good` (409).
    """
    state = request.app.state
    card = service.get_card(call.session, call.tenant, card_id)
    if card.static_since is None and not is_head(request):
        with state.database.writing(call.actor, call.now) as (session, _):
            hand_out_static(session, call.tenant.id, card.id, call.now)
    made = render_pkpass(
        call.session, state.vault, state.settings, call.tenant, card_id, now=call.now
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "Cache-Control": "no-store",
    }
    return Response(made.data, media_type=PASS_TYPE, headers=headers)


@router.post("/cards/{card_id}/revoke")
def revoke_card(
    card_id: UUID, request: Request, call: Annotated[Call, writes_once(Scope.CARDS_WRITE)]
) -> CardRecord:
    """Revoke a card permanently; the customer's other cards stay valid.

    A scan of it still identifies its holder, with the outcome `card_revoked`; access checks grant
    nothing. Phones show that the card is invalid.

    Errors: `card_not_found` (404).
    """

    def revoke() -> CardRecord:
        card = service.revoke_card(call.session, call.tenant, card_id, call.now)
        return card_record(_context_of(request, call), card.id)

    return once(call, request_of("revoke card", card_id), CardRecord, revoke)


@router.post("/cards/{card_id}/new-link")
def make_new_link(
    card_id: UUID, request: Request, call: Annotated[Call, writes_once(Scope.CARDS_WRITE)]
) -> CardRecord:
    """Invalidate the install links of a card, and create a new one: `install_url`.

    Links that were sent or shown before stop working; phones that have the card keep it.

    Errors: `card_not_found` (404), `card_revoked`, `card_without_design` (409).
    """

    def make() -> CardRecord:
        new_link(call, card_id)
        return card_record(_context_of(request, call), card_id)

    return once(call, request_of("new link", card_id), CardRecord, make)


@router.post("/cards/{card_id}/replace", status_code=201)
def replace_card(
    card_id: UUID, request: Request, call: Annotated[Call, writes_once(Scope.CARDS_WRITE)]
) -> IssuedCard:
    """Revoke a card and issue a replacement with the same label and design.

    A scan of the old card returns the new one as the current card. A card without a design, or with
    an archived one, is replaced by a card of the organization's oldest design.

    Errors: `card_not_found` (404), `card_replaced`, `customer_erased` (409).
    """

    def create() -> IssuedCard:
        card = service.replace_card(
            call.session, call.tenant, card_id, call.now, maker=_maker(request)
        )
        return issued_card(_context_of(request, call), card)

    return once(call, Replacement(card_id=card_id), IssuedCard, create)


def _maker(request: Request) -> service.CardMaker:
    """Return what is needed to issue cards."""
    return service.CardMaker(request.app.state.vault)


def _context_of(request: Request, call: Call) -> CardContext:
    """Return what is needed to return cards as messages."""
    state = request.app.state
    return CardContext(call.session, call.tenant, state.vault, state.settings.public_url)
