"""Routes of the access checks."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response
from pydantic import BaseModel

from membership.base.scopes import Scope
from membership.base.vault import Vault
from membership.checkin.access_checks import service
from membership.checkin.access_checks.schemas import (
    LONGEST_KEY,
    ONE_OF,
    AccessAnswer,
    AccessList,
    AccessQuestion,
    Asked,
)
from membership.web.errors import Invalid
from membership.web.etag import names_tag, weak_tag
from membership.web.fast_path import NEEDS_KEY, BareCall, Entry, EntryRoute, enters
from membership.web.query_params import query_parameters, read_query

router = APIRouter(prefix="/v1/access", tags=["Access checks"], route_class=EntryRoute)

_HEADERS: dict[str, Any] = {
    "Cache-Control": {
        "description": "`private, max-age=...`: seconds for which the answer may be kept.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Names what the answer says, for If-None-Match.",
        "schema": {"type": "string"},
    },
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"headers": _HEADERS},
    304: {"description": "What the caller has still holds.", "headers": _HEADERS},
}
_Work = Callable[[BareCall, service.Subject], BaseModel | Response]
"""What a route does about somebody who was found."""
_QUESTION = {"email": "amara@example.com", "keys": ["area.pool", "web.members"]}


_Entry = Annotated[Entry, enters(Scope.PERMISSIONS_READ)]
_READS: dict[str, Any] = NEEDS_KEY | {
    "parameters": [
        *query_parameters(Asked),
        {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "description": "The ETag of the answer that the caller has.",
            "schema": {"type": "string"},
        },
    ],
}
"""Read where it is used: what FastAPI reads costs each request more."""


@router.get("", response_model=AccessList, responses=_RESPONSES, openapi_extra=_READS)
async def list_access(request: Request, entry: _Entry) -> Response:
    """Tell all that a customer may use now.

    Name the customer by exactly one of `customer_id`, `number`, `email` and `card`. The answer
    may be kept for as long as `Cache-Control` says, which is never beyond the `until` of the
    answer.

    A banned customer and a revoked card are granted nothing, and `reason` says so.

    Errors: `customer_not_found`, `card_not_found`, `card_code_forged`, `card_code_stale` (404),
    `email_ambiguous` (409), `one_of_needed` (422).
    """

    def work(call: BareCall, subject: service.Subject) -> Response:
        answer = service.list_access(call, subject)
        until = call.now if subject.person.passing else answer.until
        return _to_keep(request, answer, until, call.now)

    return await _answer_about(entry, read_query(request, Asked), work)


@router.get("/{key}", response_model=AccessAnswer, responses=_RESPONSES, openapi_extra=_READS)
async def check_access(
    request: Request,
    key: Annotated[
        str,
        Path(
            min_length=1,
            max_length=LONGEST_KEY,
            description="The permission's key, as plans name it.",
            examples=["area.pool"],
        ),
    ],
    entry: _Entry,
) -> Response:
    """Tell whether a customer has one permission now, until when, and by which memberships.

    Name the customer by exactly one of `customer_id`, `number`, `email` and `card`. A key that
    no plan knows is simply not granted. `reason` says why something is not granted: a banned
    customer or a revoked card is granted nothing; else the membership has not yet started, has
    no seat, has expired, or there is none.

    The answer may be kept for as long as `Cache-Control` says, which is never beyond `until`.
    `until` is as things stand now: subscribe to webhooks to learn of earlier changes.

    Errors: `customer_not_found`, `card_not_found`, `card_code_forged`, `card_code_stale` (404),
    `email_ambiguous` (409), `one_of_needed` (422).
    """

    def work(call: BareCall, subject: service.Subject) -> Response:
        answer = service.check(call, subject, key)
        until = call.now if subject.person.passing else answer.until
        return _to_keep(request, answer, until, call.now)

    return await _answer_about(entry, read_query(request, Asked), work)


@router.post("", response_model=AccessList, openapi_extra=NEEDS_KEY)
async def ask_access(
    question: Annotated[AccessQuestion, Body(examples=[_QUESTION])], entry: _Entry
) -> Response:
    """Ask the same with addresses and card codes kept out of URLs, and for several keys at once.

    Creates nothing and may be repeated. With `keys` each of them is answered, granted or not;
    without them all that are granted. The answer is not to be kept by caches.

    Errors: `customer_not_found`, `card_not_found`, `card_code_forged`, `card_code_stale` (404),
    `email_ambiguous` (409).
    """

    def work(call: BareCall, subject: service.Subject) -> AccessList:
        return service.list_access(call, subject, question.keys)

    answer = await _answer_about(entry, question, work)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _answer_about(entry: Entry, asked: Asked, work: _Work) -> Response:
    """Do the work about whom ``asked`` names. Raises Invalid for nobody, or for several."""
    vault: Vault = entry.request.app.state.vault

    def find_and_work(call: BareCall) -> BaseModel | Response:
        if asked.named != 1:
            raise Invalid("one_of_needed", "query", ONE_OF)
        return work(call, service.find_subject(call, asked, vault))

    if asked.customer_id is not None and asked.named == 1:
        return await entry.answer_about(
            asked.customer_id, lambda call, holder: work(call, service.subject_of(holder))
        )
    return await entry.answer(find_and_work)


def _to_keep(
    request: Request,
    answer: BaseModel,
    until: datetime | None,
    now: datetime,
) -> Response:
    """An answer that may be kept until it may change, and no longer than the settings say."""
    seconds: int = request.app.state.settings.permission_max_age_seconds
    if until is not None:
        seconds = max(0, min(seconds, int((until - now).total_seconds())))
    tag = weak_tag(answer, but="server_time")
    headers = {
        "Cache-Control": f"private, max-age={seconds}",
        "ETag": tag,
        "Vary": "Authorization",
    }
    if names_tag(request.headers.get("If-None-Match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(answer.model_dump_json(), media_type="application/json", headers=headers)
