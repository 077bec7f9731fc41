"""Routes by which staff hand out a card: by mail and in print."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

import resources
from api_client.messages.cards import Mailed
from membership.base.scopes import Scope
from membership.portal.card_page.mailing import mail_card
from membership.portal.card_page.printed_face import plain_face
from membership.portal.card_page.schemas import CardMail
from membership.wallet.cards.service import get_card
from membership.wallet.designs.images import load_images
from membership.wallet.static_codes import hand_out_static
from membership.wallet.updates.faces import load_faces
from membership.web.access import Call, reads, writes_once
from membership.web.errors import Conflict
from membership.web.file_answers import file_answer
from membership.web.idempotency import once, request_of
from membership.web.methods import is_head
from passes.words import KnownLanguage

router = APIRouter(prefix="/v1/cards", tags=["Cards"])


@router.post("/{card_id}/mail", status_code=202)
def mail_link(
    card_id: UUID,
    wanted: CardMail,
    request: Request,
    call: Annotated[Call, writes_once(Scope.CARDS_WRITE)],
) -> Mailed:
    """Mail a card's install link to the customer, in their language.

    Whoever has the link can add the card to a phone. The mail is queued and sent soon after.

    Errors: `card_not_found` (404); `card_revoked`, `card_without_design`, `no_public_url` (409);
    `email_missing` (422) for a customer without an address.
    """
    state = request.app.state

    def queue() -> Mailed:
        return mail_card(call, card_id, wanted, state.vault, state.settings.public_url)

    return once(call, request_of("mail card", card_id, body=wanted), Mailed, queue)


@router.get(
    "/{card_id}/card.pdf",
    response_class=Response,
    responses=file_answer("The card as a PDF.", "application/pdf"),
)
def print_card(
    card_id: UUID,
    request: Request,
    call: Annotated[Call, reads(Scope.CARDS_READ)],
    language: Annotated[KnownLanguage, Query(description="Of labels.", examples=["de"])] = "en",
) -> Response:
    """Return the card to print: a PDF of one page, 85.6 x 54 mm, with the code as vectors.

    Errors: `card_not_found` (404), `card_revoked` (409).
    """
    # The library for PDF takes a fifth of a second to load, and no start needs it.
    from passes.printing import card_pdf  # noqa: PLC0415

    card = get_card(call.session, call.tenant, card_id)
    if card.revoked_at is not None:
        raise Conflict("card_revoked", "A revoked card is not printed.")
    loaded = load_faces(call.session, call.tenant, [card.id], call.now).get(card.id)
    face = plain_face(call, card) if loaded is None else loaded.face
    images = load_images(call.session, call.tenant, face.design)
    if card.static_since is None and not is_head(request):
        with request.app.state.database.writing(call.actor, call.now) as (session, _):
            hand_out_static(session, call.tenant.id, card.id, call.now)
    data = card_pdf(face, images, resources.path("fonts"), language, call.now)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'inline; filename="card.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)
