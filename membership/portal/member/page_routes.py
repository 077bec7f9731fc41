"""The route of the member page. It needs no API key: the page has no personal data."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.portal.appearance import Appearance, appearance_of
from membership.portal.member.page import member_page
from membership.portal.open_signup import find_member_page
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
    """Show the page; 404, as a closed signup page, where members have no page."""
    language = choose_language(lang, request.headers.get("Accept-Language", ""))

    def load(session: Session, _now: datetime) -> tuple[Tenant, Appearance, bool]:
        tenant, settings = find_member_page(session, organization)
        return tenant, appearance_of(settings), settings.open

    try:
        tenant, appearance, can_join = await reads.read(load)
    except NotFound:
        return not_found_page(language)
    return await run_in_threadpool(member_page, tenant, appearance, language, can_join=can_join)
