"""Routes that draw a card as a wallet shows it: an issued one, or a design not yet stored.

The content is read in a short transaction. Drawing takes tenths of a second of processor time,
holds no connection, and is limited to a few at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from api_client.messages.cards import WalletKind
from membership.base.scopes import Scope
from membership.wallet.cards.service import get_card
from membership.wallet.designs.images import load_images
from membership.wallet.designs.sample import sample_face, without_its_code
from membership.wallet.designs.schemas import PreviewOf
from membership.wallet.designs.service import design_refused
from membership.wallet.updates.faces import load_faces
from membership.web.access import Caller, allows, keep_present
from membership.web.errors import NotFound
from membership.web.file_answers import file_answer
from passes.card import CardFace
from passes.design import CodeForm, ImageRole
from passes.errors import PassError
from passes.preview.render import preview_png
from passes.words import KnownLanguage

router = APIRouter(tags=["Card designs"])

_PNG = file_answer("The card as the wallet draws it.", "image/png")
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class _Drawable:
    """The content of a picture of a card."""

    face: CardFace
    images: dict[ImageRole, bytes]


@router.post("/v1/card-designs/preview", response_class=Response, responses=_PNG)
async def preview_design(
    wanted: PreviewOf, request: Request, caller: Annotated[Caller, allows(Scope.CARDS_READ)]
) -> Response:
    """Draw a design, stored or not, with an invented member (PNG). Stores nothing.

    Errors: `design_invalid` (422) for a picture that was not uploaded.
    """

    def read(session: Session, now: datetime) -> _Drawable:
        images = load_images(session, caller.tenant, wanted.design)
        return _Drawable(sample_face(caller.tenant, wanted.design, now), images)

    return await _drawn(request, caller, read, wanted.wallet, wanted.language)


@router.get("/v1/cards/{card_id}/preview.png", response_class=Response, responses=_PNG)
async def preview_card(
    card_id: UUID,
    request: Request,
    caller: Annotated[Caller, allows(Scope.CARDS_READ)],
    wallet: Annotated[
        WalletKind, Query(description="In which wallet.", examples=["apple"])
    ] = WalletKind.APPLE,
    language: Annotated[
        KnownLanguage | None,
        Query(description="By default the first of the design's.", examples=["de"]),
    ] = None,
) -> Response:
    """Draw a card as it is now (PNG).

    A card that is only shown by changing codes is drawn with a code that belongs to nobody.

    Errors: `card_not_found`, `card_without_design` (404).
    """

    def read(session: Session, now: datetime) -> _Drawable:
        card = get_card(session, caller.tenant, card_id)
        loaded = load_faces(session, caller.tenant, [card.id], now).get(card.id)
        if loaded is None:
            raise NotFound("card_without_design", "This card is in no wallet and has no design.")
        face = loaded.face
        if card.static_since is None and face.design.code is CodeForm.ROTATING:
            face = without_its_code(face)
        return _Drawable(face, load_images(session, caller.tenant, face.design))

    return await _drawn(request, caller, read, wallet, language)


async def _drawn(
    request: Request,
    caller: Caller,
    read: Callable[[Session, datetime], _Drawable],
    wallet: WalletKind,
    language: str | None,
) -> Response:
    """Read the content and draw it. Raises Busy, Invalid, and what ``read`` raises."""
    state = request.app.state

    def transact() -> _Drawable:
        with state.database.readers.begin() as session:
            found = read(session, state.clock())
        keep_present(state, caller)
        return found

    try:
        async with state.concurrency.connection(writes=False):
            found = await run_in_threadpool(transact)
        shown_in = language or found.face.design.languages[0]
        kind: Literal["apple", "google"] = "apple" if wallet is WalletKind.APPLE else "google"
        async with state.concurrency.image():
            png = await run_in_threadpool(preview_png, found.face, found.images, kind, shown_in)
    except PassError as error:
        raise design_refused(error) from error
    return Response(png, media_type="image/png", headers=_HEADERS)
