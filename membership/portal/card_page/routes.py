"""Routes of the install page. They need no key: a link is signed, and who has it may install."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.logs import logger
from membership.portal.card_page.lookup import Link, Opened, no_such_link, open_link
from membership.portal.card_page.page import Visit, Wallets, card_page, not_found_page
from membership.portal.card_page.paths import DESIGN, PAGE
from membership.portal.card_page.phones import device_of
from membership.store.models import IdentityKind, WalletIdentity
from membership.wallet.apple.rendering import Pkpass, render_pkpass
from membership.wallet.designs.images import get_image
from membership.wallet.designs.service import public_design
from membership.wallet.google.link import NotConfigured, Refused, google_save_link
from membership.wallet.updates.faces import load_faces
from membership.web.errors import Busy, Conflict, NotFound
from membership.web.languages import choose_language
from membership.web.transactions import InReads, RequestReads
from passes.apple.bundle import PASS_TYPE
from passes.card import CardFace

router = APIRouter(include_in_schema=False)

_NOT_KEPT = {"Cache-Control": "no-store"}
_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor asks for."""

    link: Link
    user_agent: str
    accepts: str
    language: str
    everything: bool

    def visit(self, customers_language: str | None = None) -> Visit:
        """Who opens the page."""
        return Visit(
            self.link,
            device_of(self.user_agent, everything=self.everything),
            choose_language(self.language, self.accepts, customers_language),
            self.everything,
        )


def _asked(  # noqa: PLR0917 - one parameter for each part of an address
    request: Request,
    organization: str,
    design: str,
    customer_id: UUID,
    s: Annotated[str, Query(max_length=100)] = "",
    lang: Annotated[str, Query(max_length=20)] = "",
    wallet: Annotated[str, Query(max_length=10)] = "",
) -> Asked:
    """Read the address."""
    return Asked(
        link=Link(organization, design, customer_id, s),
        user_agent=request.headers.get("User-Agent", ""),
        accepts=request.headers.get("Accept-Language", ""),
        language=lang,
        everything=wallet == "all",
    )


AskedFor = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True, slots=True)
class _Shown:
    """All that the page is made of."""

    opened: Opened
    face: CardFace
    wallets: Wallets


@router.get(PAGE)
async def show_page(asked: AskedFor, reads: InReads) -> Response:
    """Show a card, and how it comes into a wallet."""
    return await page_of(asked, reads)


@router.get(f"{PAGE}/card.pkpass")
async def fetch_pass(asked: AskedFor, reads: InReads) -> Response:
    """Give the card to Apple Wallet; a revoked one is given to nobody new."""

    def render(session: Session, now: datetime) -> Pkpass:
        opened = open_link(session, reads.vault, asked.link)
        if not opened.good:
            raise no_such_link()
        return render_pkpass(
            session, reads.vault, reads.settings, opened.tenant, opened.card_id, now=now
        )

    try:
        made = await reads.read(render)
    except NotFound:
        return await page_of(asked, reads)
    except Conflict as error:
        logger().warning("card_not_signed", code=error.code)
        return await page_of(asked, reads, ["apple_fault"])
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "X-Content-Type-Options": "nosniff",
        **_NOT_KEPT,
    }
    return Response(made.data, media_type=PASS_TYPE, headers=headers)


@router.get(f"{PAGE}/google")
async def save_to_google(asked: AskedFor, reads: InReads) -> Response:
    """Lead to Google, which saves the card; Google is told of the card before that."""

    def find(session: Session, now: datetime) -> tuple[Opened, datetime]:
        return open_link(session, reads.vault, asked.link), now

    try:
        opened, now = await reads.read(find)
        if not opened.good:
            return await page_of(asked, reads)
        link = await run_in_threadpool(
            google_save_link, reads.state, opened.tenant, opened.card_id, now
        )
    except NotFound:
        return await page_of(asked, reads)
    except NotConfigured:
        return await page_of(asked, reads, ["no_google"])
    except Refused:
        return await page_of(asked, reads, ["google_refused"])
    except Busy:
        return await page_of(asked, reads, ["google_busy"])
    return RedirectResponse(link, 303, {"Referrer-Policy": "no-referrer", **_NOT_KEPT})


async def page_of(asked: Asked, reads: RequestReads, notes: Sequence[str] = ()) -> Response:
    """The page of a link, or the one for links that open nothing."""
    try:
        shown = await reads.read(partial(_load, reads, asked.link))
    except NotFound:
        return not_found_page(asked.visit().language)
    make = partial(
        card_page,
        shown.face,
        asked.visit(shown.opened.language),
        shown.wallets,
        data_dir=reads.settings.data_dir,
        link_url=_whole(reads, asked.link),
        notes=notes,
    )
    return await run_in_threadpool(make)


def _load(reads: RequestReads, link: Link, session: Session, now: datetime) -> _Shown:
    """Open a link and load what its page shows. Raises NotFound."""
    opened = open_link(session, reads.vault, link)
    loaded = load_faces(session, opened.tenant, [opened.card_id], now).get(opened.card_id)
    if loaded is None:
        raise no_such_link()
    return _Shown(opened, loaded.face, _wallets(session, opened.tenant.id))


def _wallets(session: Session, organization_id: int) -> Wallets:
    """What an organization has set up."""
    kinds = set(
        session.connection().scalars(
            select(WalletIdentity.kind).where(WalletIdentity.organization_id == organization_id)
        )
    )
    return Wallets(IdentityKind.APPLE in kinds, IdentityKind.GOOGLE in kinds)


def _whole(reads: RequestReads, link: Link) -> str:
    """The whole address of a page, for the code that a phone reads off another screen."""
    public = (reads.settings.public_url or "").rstrip("/")
    return f"{public}{link.path}?s={link.signature}"


@router.get(f"{DESIGN}/images/{{tag}}.png")
async def show_image(organization: str, design: str, tag: str, reads: InReads) -> Response:
    """Show a picture of a design as it is now: Google fetches the pictures of cards from here."""

    def load(session: Session, _now: datetime) -> bytes:
        found = public_design(session, organization, design)
        if found is None or tag not in found[1].images.values():
            raise no_such_link()
        return get_image(session, found[0], tag)

    picture = await reads.read(load)
    headers = {"Cache-Control": _FOR_GOOD, "X-Content-Type-Options": "nosniff"}
    return Response(picture, media_type="image/png", headers=headers)
