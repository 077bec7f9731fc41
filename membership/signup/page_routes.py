"""Routes of the signup page and of the files that it loads. They need no key."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

import resources
from membership.errors import NotFound
from membership.install.phones import language_of
from membership.install.steps import InReading, Reading
from membership.signup.offers import Shop, open_shop
from membership.signup.page import list_page, not_found_page, plan_page

router = APIRouter(prefix="/join", include_in_schema=False)

_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
Wished = Annotated[str, Query(max_length=20)]


def _file(name: str, kind: str, **headers: str) -> Response:
    """A file of the page."""
    content = resources.path(f"web/join/{name}").read_bytes()
    told = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache", **headers}
    return Response(content, headers=told, media_type=kind)


@router.get("/app.js")
def get_script() -> Response:
    """What the page does."""
    return _file("app.js", _SCRIPT)


@router.get("/app.css")
def get_style() -> Response:
    """How the page looks."""
    return _file("app.css", _STYLE)


@router.get("/{organization}/embed.js")
def get_embedding(organization: str) -> Response:  # noqa: ARG001 - the same for everybody
    """What a web site loads to show the page in a frame. It tells nothing of an organization."""
    shared = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return _file("embed.js", _SCRIPT, **shared)


@router.get("/{organization}")
async def show_offers(
    request: Request, organization: str, reading: InReading, lang: Wished = ""
) -> Response:
    """Show what an organization offers to the public."""
    language = _language(request, lang)
    shop = await _open(reading, organization)
    if shop is None:
        return not_found_page(language)
    return await run_in_threadpool(list_page, shop, language)


@router.get("/{organization}/{plan_id}")
async def show_plan(
    request: Request, organization: str, plan_id: str, reading: InReading, lang: Wished = ""
) -> Response:
    """Show one plan, and the steps to join."""
    language = _language(request, lang)
    shop = await _open(reading, organization, plan_id)
    if shop is None:
        return not_found_page(language)
    return await run_in_threadpool(plan_page, shop, language)


def _language(request: Request, wished: str) -> str:
    """The page's language."""
    return language_of(wished, request.headers.get("Accept-Language", ""), None)


async def _open(reading: Reading, organization: str, plan_id: str | None = None) -> Shop | None:
    """What is shown; None for all that the public cannot see."""

    def load(session: Session, _now: datetime) -> Shop:
        return open_shop(session, organization, plan_id)

    try:
        return await reading.read(load)
    except NotFound:
        return None
