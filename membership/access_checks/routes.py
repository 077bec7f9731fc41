"""Routes of the access checks."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import BaseModel

from membership.access_checks import service
from membership.access_checks.schemas import (
    LONGEST_KEY,
    ONE_OF,
    AccessAnswer,
    AccessList,
    AccessQuestion,
    Asked,
)
from membership.caching import names_tag, weak_tag
from membership.entry import BareCall, Entry, EntryRoute, enters
from membership.errors import Invalid
from membership.scopes import Scope

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
_QUESTION = {"email": "amara@example.com", "keys": ["area.pool", "web.members"]}


_Asked = Annotated[Asked, Query()]
_Entry = Annotated[Entry, enters(Scope.PERMISSIONS_READ)]
_IF_NONE_MATCH: dict[str, Any] = {
    "parameters": [
        {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "description": "The ETag of the answer that the caller has.",
            "schema": {"type": "string"},
        }
    ]
}
"""Read where it is used: what FastAPI declares it also checks, which costs each request."""


@router.get("", response_model=AccessList, responses=_RESPONSES, openapi_extra=_IF_NONE_MATCH)
async def list_access(request: Request, asked: _Asked, entry: _Entry) -> Response:
    """Tell all that a customer may use now.

    Name the customer by exactly one of `customer_id`, `number`, `email` and `card`. The answer
    may be kept for as long as `Cache-Control` says, which is never beyond the `until` of the
    answer.

    A banned customer and a revoked card are granted nothing, and `reason` says so.

    Errors: `customer_not_found`, `card_not_found` (404), `email_ambiguous` (409),
    `one_of_needed` (422).
    """

    def work(call: BareCall) -> Response:
        answer = service.list_access(call, _one(asked))
        return _to_keep(request, answer, answer.until, call.now)

    return await entry.answer(work)


@router.get(
    "/{key}", response_model=AccessAnswer, responses=_RESPONSES, openapi_extra=_IF_NONE_MATCH
)
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
    asked: _Asked,
    entry: _Entry,
) -> Response:
    """Tell whether a customer has one permission now, until when, and by which memberships.

    Name the customer by exactly one of `customer_id`, `number`, `email` and `card`. A key that
    no plan knows is simply not granted. `reason` says why something is not granted: a banned
    customer or a revoked card is granted nothing; else the membership has not yet started, has
    no seat, has expired, or there is none.

    The answer may be kept for as long as `Cache-Control` says, which is never beyond `until`.
    `until` is as things stand now: subscribe to webhooks to learn of earlier changes.

    Errors: `customer_not_found`, `card_not_found` (404), `email_ambiguous` (409),
    `one_of_needed` (422).
    """

    def work(call: BareCall) -> Response:
        answer = service.check(call, _one(asked), key)
        return _to_keep(request, answer, answer.until, call.now)

    return await entry.answer(work)


@router.post("", response_model=AccessList)
async def ask_access(
    question: Annotated[AccessQuestion, Body(examples=[_QUESTION])], entry: _Entry
) -> Response:
    """Ask the same with addresses and card codes kept out of URLs, and for several keys at once.

    Creates nothing and may be repeated. With `keys` each of them is answered, granted or not;
    without them all that are granted. The answer is not to be kept by caches.

    Errors: `customer_not_found`, `card_not_found` (404), `email_ambiguous` (409).
    """
    answer = await entry.answer(lambda call: service.list_access(call, question, question.keys))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _one(asked: Asked) -> Asked:
    """Whom the query names. Raises Invalid for nobody, or for several."""
    if asked.named != 1:
        raise Invalid("one_of_needed", "query", ONE_OF)
    return asked


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
