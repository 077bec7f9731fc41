"""The route of the customer's own page. It needs no key, for it shows nobody."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.portal.member.page import own_page
from membership.portal.signup.offers import Looks, looks_of, open_club
from membership.portal.signup.page import not_found_page
from membership.web.access import Tenant
from membership.web.errors import NotFound
from membership.web.languages import choose_language
from membership.web.transactions import InReads

router = APIRouter(prefix="/me", include_in_schema=False)


@router.get("/{organization}")
async def show_page(
    request: Request,
    organization: str,
    reads: InReads,
    lang: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the page; 404 like the signup page where there is no organization, or its signup is
    closed.
    """
    language = choose_language(lang, request.headers.get("Accept-Language", ""))

    def load(session: Session, _now: datetime) -> tuple[Tenant, Looks]:
        tenant, settings = open_club(session, organization)
        return tenant, looks_of(settings)

    try:
        tenant, looks = await reads.read(load)
    except NotFound:
        return not_found_page(language)
    return await run_in_threadpool(own_page, tenant, looks, language)
