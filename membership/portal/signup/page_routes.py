"""Routes of the signup page and its files. They need no API key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.base.actors import HARMLESS
from membership.portal.appearance import Appearance, appearance_of
from membership.portal.open_signup import find_open_signup, no_such_page
from membership.portal.signup.absence import Absence, absence
from membership.portal.signup.logo import logo_of
from membership.portal.signup.offers import SignupOffers, load_offers
from membership.portal.signup.page import (
    absent_page,
    list_page,
    not_found_page,
    order_page,
    plan_page,
)
from membership.store.models import SignupSettings
from membership.wallet.designs.images import get_image
from membership.web.access import Tenant
from membership.web.errors import NotFound
from membership.web.etag import etag_matches
from membership.web.languages import choose_language
from membership.web.pages import static_file
from membership.web.transactions import InReads, RequestReads

router = APIRouter(prefix="/join", include_in_schema=False)

_SECURITY_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_IMMUTABLE = "public, max-age=31536000, immutable"
RequestedLanguage = Annotated[str, Query(max_length=20)]


def _file(path: str, **headers: str) -> Response:
    """Return a file of the page."""
    return static_file(path, headers={"Referrer-Policy": "no-referrer", **headers})


@router.get("/load.js")
def get_loader() -> Response:
    """Return the script that starts the module of the page."""
    return _file("load.js")


@router.get("/app.js")
async def get_script() -> Response:
    """Return the script of the page."""
    return _file("signup/app.js")


@router.get("/login.js")
async def get_login_script() -> Response:
    """Return the script of the login, which other pages share."""
    return _file("login/login.js")


@router.get("/clock.js")
async def get_clock_script() -> Response:
    """Return the script of the service's clock, which other pages share."""
    return _file("clock.js")


@router.get("/pay.js")
async def get_payment_script() -> Response:
    """Return the script of the payment."""
    return _file("signup/pay.js")


@router.get("/app.css")
async def get_style() -> Response:
    """Return the style sheet of the page."""
    return _file("signup/app.css")


@router.get("/{organization}/embed.js")
async def get_embedding(organization: str) -> Response:  # noqa: ARG001 - part of the path
    """Return the script with which a web site embeds the page; the same for everybody."""
    shared = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return _file("signup/embed.js", **shared)


@router.get("/{organization}")
async def show_offers(
    request: Request, organization: str, reads: InReads, lang: RequestedLanguage = ""
) -> Response:
    """Show the offers of an organization."""
    return await _show(request, reads, _Wanted(organization, lang))


@router.get("/{organization}/logo")
async def get_logo(
    organization: str,
    reads: InReads,
    v: Annotated[str, Query(max_length=64)] = "",
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return the logo (PNG); with its tag, as in the page, it may be cached without expiry.

    404 `page_not_found` unless signup is open and there is a logo.
    """

    def load(session: Session, _now: datetime) -> tuple[str, bytes]:
        tenant, _ = find_open_signup(session, organization)
        logo = logo_of(session, tenant)
        if logo is None:
            raise no_such_page()
        return logo.tag, get_image(session, tenant, logo.tag)

    tag, data = await reads.read(load)
    cache = _IMMUTABLE if v and tag.startswith(v) else "no-cache"
    headers = {**_SECURITY_HEADERS, "ETag": f'"{tag}"', "Cache-Control": cache}
    if etag_matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type="image/png")


@router.get("/{organization}/{plan_id}")
async def show_plan(
    request: Request,
    organization: str,
    plan_id: str,
    reads: InReads,
    lang: RequestedLanguage = "",
) -> Response:
    """Show one plan with the transactions to join."""
    return await _show(request, reads, _Wanted(organization, lang, plan_id))


@router.get("/{organization}/order/{outcome}")
async def show_order(
    request: Request,
    organization: str,
    outcome: Literal["paid", "back"],
    reads: InReads,
    lang: RequestedLanguage = "",
) -> Response:
    """Show the page to which the payment provider redirects.

    It is the same for every visitor: only the provider's own report marks an order as paid.
    """
    language = _language(request, lang)

    def load(session: Session, _now: datetime) -> tuple[Tenant, Appearance] | None:
        tenant = tenant_by_slug(session, organization)
        if tenant is None:
            return None
        return tenant, appearance_of(session.get(SignupSettings, tenant.id))

    found = await reads.read(load)
    if found is None:
        return not_found_page(language)
    return await run_in_threadpool(order_page, *found, language, paid=outcome == "paid")


def _language(request: Request, requested: str) -> str:
    """Return the language of the page."""
    return choose_language(requested, request.headers.get("Accept-Language", ""))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A page that is asked for: all offers of an organization, or one plan."""

    organization: str
    language: str
    plan_id: str | None = None


async def _show(request: Request, reads: RequestReads, wanted: _Wanted) -> Response:
    """Return the page, or the one that says that it is not there."""
    language = _language(request, wanted.language)

    def load(session: Session, _now: datetime) -> SignupOffers | Absence | None:
        try:
            return load_offers(session, wanted.organization, wanted.plan_id)
        except NotFound:
            return absence(session, wanted.organization)

    found = await reads.read(load)
    if found is None:
        return not_found_page(language)
    whole = wanted.plan_id is None
    if isinstance(found, Absence):
        request.scope[HARMLESS] = True  # the club's own site shows it to all its visitors
        return await run_in_threadpool(absent_page, found, language, "." if whole else "..")
    return await run_in_threadpool(list_page if whole else plan_page, found, language)
