"""Routes of the page of a card. They need no API key: the signed link is the authorization."""

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

from membership.base.actors import COSTLY
from membership.base.logs import logger
from membership.portal.card_page.lookup import Link, OpenedLink, no_such_link, open_link
from membership.portal.card_page.page import (
    PageContext,
    Wallets,
    blocked_page,
    card_page,
    not_found_page,
)
from membership.portal.card_page.paths import DESIGN, PAGE
from membership.portal.card_page.phones import device_of
from membership.store.models import IdentityKind, WalletIdentity
from membership.wallet.apple.rendering import Pkpass, render_pkpass
from membership.wallet.designs.images import get_image
from membership.wallet.designs.service import public_versions
from membership.wallet.google.link import NotConfigured, Refused, google_save_link
from membership.wallet.static_codes import hand_out_static
from membership.wallet.updates.faces import load_faces
from membership.web.errors import Busy, Conflict, NotFound
from membership.web.languages import choose_language
from membership.web.methods import is_head
from membership.web.outbound import Neighbour
from membership.web.transactions import InReads, InTransactions, RequestReads, RequestTransactions
from passes.apple.bundle import PASS_TYPE
from passes.card import CardFace
from passes.design import CodeForm

router = APIRouter(include_in_schema=False)

_NO_STORE = {"Cache-Control": "no-store"}
_IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The address and headers of a request for the page."""

    link: Link
    user_agent: str
    accepts: str
    language: str
    everything: bool
    only_headers: bool

    def context(self, customers_language: str | None = None) -> PageContext:
        """Return what the page depends on beside the card."""
        return PageContext(
            self.link,
            device_of(self.user_agent, everything=self.everything),
            choose_language(self.language, self.accepts, customers_language),
            self.everything,
        )


def _page_request(  # noqa: PLR0917 - one parameter for each part of an address
    request: Request,
    organization: str,
    design: str,
    customer_id: UUID,
    s: Annotated[str, Query(max_length=100)] = "",
    lang: Annotated[str, Query(max_length=20)] = "",
    wallet: Annotated[str, Query(max_length=10)] = "",
) -> PageRequest:
    """Dependency that reads the address and headers."""
    return PageRequest(
        link=Link(organization, design, customer_id, s),
        user_agent=request.headers.get("User-Agent", ""),
        accepts=request.headers.get("Accept-Language", ""),
        language=lang,
        everything=wallet == "all",
        only_headers=is_head(request),
    )


InPageRequest = Annotated[PageRequest, Depends(_page_request)]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What is loaded for the page."""

    opened: OpenedLink
    face: CardFace
    wallets: Wallets


@router.get(PAGE)
async def show_page(request: InPageRequest, reads: InTransactions) -> Response:
    """Show a card with its wallet buttons."""
    return await card_response(request, reads)


async def _costs(request: Request) -> None:
    """Count this request against its network address, also where it succeeds."""
    request.scope[COSTLY] = True


@router.get(f"{PAGE}/card.pkpass", dependencies=[Depends(_costs)])
async def fetch_pass(request: InPageRequest, reads: InTransactions) -> Response:
    """Return the pass for Apple Wallet; the page instead if the card is revoked."""

    def render(session: Session, now: datetime) -> tuple[OpenedLink, Pkpass]:
        opened = open_link(session, reads.vault, request.link)
        if not opened.good or opened.banned:
            raise no_such_link()
        tenant, card_id = opened.tenant, opened.card_id
        made = render_pkpass(session, reads.vault, reads.settings, tenant, card_id, now=now)
        return opened, made

    try:
        opened, made = await reads.read(render)
        await _hand_out(request, reads, opened)
    except NotFound:
        return await card_response(request, reads)
    except Conflict as error:
        logger().warning("card_not_signed", code=error.code)
        return await card_response(request, reads, ["apple_fault"])
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "X-Content-Type-Options": "nosniff",
        **_NO_STORE,
    }
    return Response(made.data, media_type=PASS_TYPE, headers=headers)


@router.get(f"{PAGE}/google", dependencies=[Depends(_costs)])
async def save_to_google(request: InPageRequest, reads: InTransactions) -> Response:
    """Create or update the card at Google, then redirect to its save link."""

    def find(session: Session, now: datetime) -> tuple[OpenedLink, datetime]:
        return open_link(session, reads.vault, request.link), now

    try:
        opened, now = await reads.read(find)
        if not opened.good or opened.banned:
            return await card_response(request, reads)
        save = partial(
            google_save_link,
            reads.state,
            opened.tenant,
            opened.card_id,
            now,
            add=not request.only_headers,
        )
        link = await reads.call_outbound(Neighbour.GOOGLE, opened.tenant.id, save)
    except NotFound:
        return await card_response(request, reads)
    except NotConfigured:
        return await card_response(request, reads, ["no_google"])
    except Refused:
        return await card_response(request, reads, ["google_refused"])
    except Busy:
        return await card_response(request, reads, ["google_busy"])
    return RedirectResponse(link, 303, {"Referrer-Policy": "no-referrer", **_NO_STORE})


async def card_response(
    request: PageRequest, reads: RequestTransactions, notes: Sequence[str] = ()
) -> Response:
    """Return the page of a link, or the page for invalid links."""
    try:
        shown = await reads.read(partial(_load, reads, request.link))
    except NotFound:
        return not_found_page(request.context().language)
    if shown.opened.banned:
        return blocked_page(request.context(shown.opened.language).language)
    if shown.opened.good and shown.face.design.code is not CodeForm.ROTATING:
        await _hand_out(request, reads, shown.opened)
    make = partial(
        card_page,
        shown.face,
        request.context(shown.opened.language),
        shown.wallets,
        data_dir=reads.settings.data_dir,
        link_url=_absolute_url(reads, request.link),
        notes=notes,
    )
    return await run_in_threadpool(make)


async def _hand_out(request: PageRequest, reads: RequestTransactions, opened: OpenedLink) -> None:
    """Store that a card's static code is handed out, the first time. Raises Busy."""
    if not opened.static_out and not request.only_headers:
        tenant_id, card_id = opened.tenant.id, opened.card_id
        await reads.write(lambda session, now: hand_out_static(session, tenant_id, card_id, now))


def _load(reads: RequestReads, link: Link, session: Session, now: datetime) -> _Loaded:
    """Resolve a link and load what its page shows. Raises NotFound."""
    opened = open_link(session, reads.vault, link)
    loaded = load_faces(session, opened.tenant, [opened.card_id], now).get(opened.card_id)
    if loaded is None:
        raise no_such_link()
    return _Loaded(opened, loaded.face, _wallets(session, opened.tenant.id))


def _wallets(session: Session, organization_id: int) -> Wallets:
    """Return the wallets that an organization has set up."""
    kinds = set(
        session.connection().scalars(
            select(WalletIdentity.kind).where(WalletIdentity.organization_id == organization_id)
        )
    )
    return Wallets(IdentityKind.APPLE in kinds, IdentityKind.GOOGLE in kinds)


def _absolute_url(reads: RequestReads, link: Link) -> str:
    """Return the absolute address of a page."""
    public = (reads.settings.public_url or "").rstrip("/")
    return f"{public}{link.path}?s={link.signature}"


@router.get(f"{DESIGN}/images/{{tag}}.png")
async def show_image(organization: str, design: str, tag: str, reads: InReads) -> Response:
    """Return an image (PNG) of a design; Google loads it from here.

    Raises NotFound for an image that neither the current version uses nor one that was current
    of late.
    """

    def load(session: Session, now: datetime) -> bytes:
        found = public_versions(session, organization, design, now)
        if found is None or all(tag not in each.images.values() for each in found[1]):
            raise no_such_link()
        return get_image(session, found[0], tag)

    picture = await reads.read(load)
    headers = {"Cache-Control": _IMMUTABLE, "X-Content-Type-Options": "nosniff"}
    return Response(picture, media_type="image/png", headers=headers)
