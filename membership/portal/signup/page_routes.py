"""Routes of the signup page and of the files that it loads. They need no key."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.portal.signup.logo import logo_of
from membership.portal.signup.offers import (
    Looks,
    Shop,
    looks_of,
    no_such_page,
    open_club,
    open_shop,
)
from membership.portal.signup.page import list_page, not_found_page, order_page, plan_page
from membership.store.models import SignupSettings
from membership.wallet.designs.images import get_image
from membership.web.access import Tenant
from membership.web.errors import NotFound
from membership.web.etag import names_tag
from membership.web.languages import choose_language
from membership.web.pages import static_file
from membership.web.transactions import InReads, RequestReads

router = APIRouter(prefix="/join", include_in_schema=False)

_GUARDS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_FOR_GOOD = "public, max-age=31536000, immutable"
Wished = Annotated[str, Query(max_length=20)]


def _file(name: str, **headers: str) -> Response:
    """A file of the page."""
    return static_file(f"join/{name}", headers={"Referrer-Policy": "no-referrer", **headers})


@router.get("/app.js")
def get_script() -> Response:
    """What the page does."""
    return _file("app.js")


@router.get("/login.js")
def get_login_script() -> Response:
    """How somebody logs in: the part of the script that other pages share."""
    return _file("login.js")


@router.get("/pay.js")
def get_payment_script() -> Response:
    """How somebody pays."""
    return _file("pay.js")


@router.get("/app.css")
def get_style() -> Response:
    """How the page looks."""
    return _file("app.css")


@router.get("/{organization}/embed.js")
def get_embedding(organization: str) -> Response:  # noqa: ARG001 - the same for everybody
    """What a web site loads to show the page in a frame. It tells nothing of an organization."""
    shared = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return _file("embed.js", **shared)


@router.get("/{organization}")
async def show_offers(
    request: Request, organization: str, reads: InReads, lang: Wished = ""
) -> Response:
    """Show what an organization offers to the public."""
    language = _language(request, lang)
    shop = await _open(reads, organization)
    if shop is None:
        return not_found_page(language)
    return await run_in_threadpool(list_page, shop, language)


@router.get("/{organization}/logo")
async def get_logo(
    organization: str,
    reads: InReads,
    v: Annotated[str, Query(max_length=64)] = "",
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Send the logo (PNG). At the address that the page has, with how its tag begins, it may be
    kept for good.

    404 `page_not_found` unless signup is open and there is a logo.
    """

    def load(session: Session, _now: datetime) -> tuple[str, bytes]:
        tenant, _ = open_club(session, organization)
        logo = logo_of(session, tenant)
        if logo is None:
            raise no_such_page()
        return logo.tag, get_image(session, tenant, logo.tag)

    tag, data = await reads.read(load)
    kept = _FOR_GOOD if v and tag.startswith(v) else "no-cache"
    headers = {**_GUARDS, "ETag": f'"{tag}"', "Cache-Control": kept}
    if names_tag(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type="image/png")


@router.get("/{organization}/{plan_id}")
async def show_plan(
    request: Request, organization: str, plan_id: str, reads: InReads, lang: Wished = ""
) -> Response:
    """Show one plan, and the steps to join."""
    language = _language(request, lang)
    shop = await _open(reads, organization, plan_id)
    if shop is None:
        return not_found_page(language)
    return await run_in_threadpool(plan_page, shop, language)


@router.get("/{organization}/order/{outcome}")
async def show_order(
    request: Request,
    organization: str,
    outcome: Literal["paid", "back"],
    reads: InReads,
    lang: Wished = "",
) -> Response:
    """Tell somebody who comes back from the payment provider how it goes on.

    Whoever opens it sees the same: what was paid is known by the provider's word only.
    """
    language = _language(request, lang)

    def load(session: Session, _now: datetime) -> tuple[Tenant, Looks] | None:
        tenant = tenant_by_slug(session, organization)
        if tenant is None:
            return None
        return tenant, looks_of(session.get(SignupSettings, tenant.id))

    found = await reads.read(load)
    if found is None:
        return not_found_page(language)
    return await run_in_threadpool(order_page, *found, language, paid=outcome == "paid")


def _language(request: Request, wished: str) -> str:
    """The page's language."""
    return choose_language(wished, request.headers.get("Accept-Language", ""))


async def _open(reads: RequestReads, organization: str, plan_id: str | None = None) -> Shop | None:
    """What is shown; None for all that the public cannot see."""

    def load(session: Session, _now: datetime) -> Shop:
        return open_shop(session, organization, plan_id)

    try:
        return await reads.read(load)
    except NotFound:
        return None
