"""Routes of scans, visits and the desk."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import StringConstraints

from api_client.messages.cards import CodeKey
from api_client.messages.scan import (
    DeskInfo,
    ScanAnswer,
    ScanMethod,
    ScanPreview,
    ScanRequest,
    VisitPage,
    VisitView,
)
from membership.accounts.staff.accounts import has_accounts
from membership.base.scopes import Scope
from membership.base.version import service_version
from membership.checkin.scans import service
from membership.members import visits
from membership.members.organization.service import code_formats
from membership.wallet.state import public_code_key, wallet_keys
from membership.web.access import Call, reads, writes
from membership.web.fast_path import NEEDS_KEY, FastPath, fast_path
from membership.web.fast_route import FastRouter
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.unknown_fields import count_ignored, ignores_unknown

hot = FastRouter(prefix="/v1", tags=["Desk"])
router = APIRouter(prefix="/v1", tags=["Desk"])

_NEWER_DESK = "a desk may be newer than its service, and is to go on"

_SCAN = {
    "visit_id": "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10",
    "text": "MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6",
    "method": "camera",
    "desk": "Front desk",
}


@hot.post("/scans", response_model=ScanAnswer, openapi_extra=NEEDS_KEY)
@ignores_unknown(_NEWER_DESK)
async def record_scan(
    request: Request,
    scan: Annotated[ScanRequest, Body(examples=[_SCAN])],
    fast: Annotated[FastPath, fast_path(Scope.SCANS_WRITE, writes=True)],
) -> Response:
    """Return whom a scanned text identifies and whether the membership is active; record the visit.

    The caller chooses the visit id: sending the same scan again returns the same visit. A text that
    identifies nobody gets the outcome `unknown_code` and records no visit.

    So does a code that identifies a card without proving it; `unknown_cause` says why: a signature
    or value that was not made for the card (`forged`), a rotating code of another time, such as a
    picture of one (`stale`), or one that was accepted before (`replayed`).

    A former number names its customer like a number. If several have the same one, the outcome is
    `unknown_code`, and `choices` are those customers.

    `named_by` says what was read. A number, a customer id or an install link identifies a customer
    and proves nothing: unless `numbers_prove` of the organization is set, or the customer was
    chosen in a search, the response has the attention `by_number` (for callers that do not list it
    in `attention_kinds`, a desk note).
    """
    count_ignored(request.scope, scan.model_extra or {})
    return await fast.run(service.record_scan, scan, _rules(request))


def _rules(request: Request) -> service.ScanRules:
    """Return the settings of scans."""
    state = request.app.state
    settings = state.settings
    return service.ScanRules(
        timedelta(minutes=settings.seen_recently_minutes),
        state.vault,
        timedelta(days=settings.old_codes_days),
    )


@router.get("/scans/preview")
@ignores_unknown(_NEWER_DESK)
def preview_scan(
    request: Request,
    call: Annotated[Call, reads(Scope.SCANS_WRITE)],
    customer_id: Annotated[
        UUID,
        Query(
            description="Whom to look up; the former id of a merged customer leads to them.",
            examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"],
        ),
    ],
    method: Annotated[
        ScanMethod, Query(description="As of a scan: with `wedge`, nobody has chosen them.")
    ] = ScanMethod.SEARCH,
    attention_kinds: Annotated[
        tuple[Annotated[str, StringConstraints(pattern="^[a-z_]{1,40}$")], ...],
        Query(max_length=20, description="As of a scan.", examples=[["by_number"]]),
    ] = (),
) -> ScanPreview:
    """Return what a scan of a customer would answer now, by the same rules. Records no visit.

    Errors: `customer_not_found` (404).
    """
    asked = service.Asked(method, attention_kinds)
    return service.preview(call, customer_id, asked, _rules(request))


@router.get("/visits")
def list_visits(
    call: Annotated[Call, reads(Scope.VISITS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    customer_id: Annotated[
        UUID | None,
        Query(
            description="Only those of a customer; the former id of a merged one leads to them.",
            examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"],
        ),
    ] = None,
) -> VisitPage:
    """List visits, newest first, undone ones included.

    Errors: `customer_not_found` (404), `invalid_cursor` (422).
    """
    if customer_id is not None:
        return visits.list_visits_of(call, customer_id, limit, cursor)
    return visits.list_visits(call, limit, cursor)


@router.post("/visits/{visit_id}/undo")
@ignores_unknown(_NEWER_DESK)
def undo_visit(visit_id: UUID, call: Annotated[Call, writes(Scope.VISITS_WRITE)]) -> VisitView:
    """Undo a visit; it is no longer counted."""
    return visits.undo(call, visit_id)


@router.get("/desk")
@ignores_unknown(_NEWER_DESK)
def desk(call: Annotated[Call, reads(Scope.SCANS_WRITE)]) -> DeskInfo:
    """Return the organization of the desk, the code formats to look for, and today's visits."""
    return DeskInfo(
        organization=call.tenant.name,
        slug=call.tenant.slug,
        currency=call.tenant.currency,
        time_zone=call.tenant.time_zone,
        demo=call.tenant.demo,
        visits_today=visits.visits_today(call),
        has_accounts=has_accounts(call.session, call.tenant.id),
        server_time=call.now,
        version=service_version(),
        code_formats=code_formats(call),
    )


@router.get("/desk/code-key")
def code_key(request: Request, call: Annotated[Call, reads(Scope.SCANS_WRITE)]) -> CodeKey:
    """Return the key with which a desk verifies signed card codes without network."""
    keys = wallet_keys(call.session, request.app.state.vault, call.tenant.id)
    return CodeKey(ed25519=None if keys is None else public_code_key(keys))
