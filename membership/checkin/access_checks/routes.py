"""Routes of the access checks."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Body, Path, Request, Response

from membership.base.scopes import Scope
from membership.checkin.access_checks import service
from membership.checkin.access_checks.people import CodeRules
from membership.checkin.access_checks.schemas import (
    LONGEST_KEY,
    AccessAnswer,
    AccessList,
    AccessQuestion,
    Asked,
)
from membership.web.etag import etag_matches, weak_etag
from membership.web.fast_path import (
    NEEDS_KEY,
    FastCall,
    FastPath,
    FastRequest,
    fast_path,
)
from membership.web.fast_route import FastRouter
from membership.web.query_params import openapi_query_parameters, parse_query

router = FastRouter(prefix="/v1/access", tags=["Access checks"])

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


_Fast = Annotated[FastPath, fast_path(Scope.PERMISSIONS_READ)]
_READS: dict[str, Any] = NEEDS_KEY | {
    "parameters": [
        *openapi_query_parameters(Asked),
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
async def list_access(request: Request, fast: _Fast) -> Response:
    """Return all current permissions of a customer.

    Identify the customer by exactly one of `customer_id`, `number`, `email` and `card`. The
    response may be cached for as long as `Cache-Control` allows, which is never beyond its `until`.

    A banned customer and a revoked card have no permissions, and `reason` says why. The same holds
    for a `card` that is a number, an id or an install link, which identify the customer without
    proving possession of a card (`by_number`), unless `numbers_prove` of the organization is set.

    Errors: `customer_not_found`, `card_not_found`, `card_code_forged`, `card_code_stale`,
    `card_code_static` (404), `email_ambiguous` (409), `one_of_needed` (422).
    """

    return await fast.run(_list_access, parse_query(request, Asked))


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
    fast: _Fast,
) -> Response:
    """Return whether a customer has one permission now, until when, and by which memberships.

    Identify the customer by exactly one of `customer_id`, `number`, `email` and `card`. An unknown
    permission key is not granted. `reason` says why a permission is not granted: the customer is
    banned or the card revoked; the membership has not yet started, has no seat, or has expired;
    there is none; or the `card` is a number, an id or an install link, which identify the customer
    without proving possession of a card (`by_number`).

    The response may be cached for as long as `Cache-Control` allows, which is never beyond `until`.
    `until` reflects the current memberships: subscribe to webhooks to learn of earlier changes.

    Errors: `customer_not_found`, `card_not_found`, `card_code_forged`, `card_code_stale`,
    `card_code_static` (404), `email_ambiguous` (409), `one_of_needed` (422).
    """

    return await fast.run(_check_access, parse_query(request, Asked), key)


@router.post("", response_model=AccessList, openapi_extra=NEEDS_KEY)
async def ask_access(
    question: Annotated[AccessQuestion, Body(examples=[_QUESTION])], fast: _Fast
) -> Response:
    """Check access with addresses and card codes kept out of URLs, for one or several keys.

    Creates nothing and may be repeated. With `keys`, the response has each of them, granted or not;
    without, all that are granted. It must not be cached.

    Errors: `customer_not_found`, `card_not_found`, `card_code_forged`, `card_code_stale`,
    `card_code_static` (404), `email_ambiguous` (409).
    """

    return await fast.run(_ask_access, question)


def _list_access(opened: FastRequest, asked: Asked) -> Response:
    """Authenticate, and return all current permissions of a customer."""
    call, subject = service.find_subject(opened, asked, _rules(opened))
    return _cacheable(opened, call, subject, service.list_access(call, subject))


def _check_access(opened: FastRequest, asked: Asked, key: str) -> Response:
    """Authenticate, and return whether a customer has one permission now."""
    call, subject = service.find_subject(opened, asked, _rules(opened))
    return _cacheable(opened, call, subject, service.check(call, subject, key))


def _ask_access(opened: FastRequest, question: AccessQuestion) -> Response:
    """Authenticate, and return the requested permissions, not to be cached."""
    call, subject = service.find_subject(opened, question, _rules(opened))
    answer = service.list_access(call, subject, question.keys)
    headers = {"Cache-Control": "no-store"}
    return Response(answer.model_dump_json(), media_type="application/json", headers=headers)


def _rules(opened: FastRequest) -> CodeRules:
    """Return how card codes are verified."""
    state = opened.request.app.state
    return CodeRules(state.vault, timedelta(days=state.settings.old_codes_days))


def _cacheable(
    opened: FastRequest,
    call: FastCall,
    subject: service.Subject,
    answer: AccessAnswer | AccessList,
) -> Response:
    """Return a response that may be cached until it may change, at most as the settings allow."""
    request = opened.request
    until = call.now if subject.person.passing else answer.until
    seconds: int = request.app.state.settings.permission_max_age_seconds
    if until is not None:
        seconds = max(0, min(seconds, int((until - call.now).total_seconds())))
    tag = weak_etag(answer, exclude="server_time")
    headers = {
        "Cache-Control": f"private, max-age={seconds}",
        "ETag": tag,
        "Vary": "Authorization",
    }
    if etag_matches(request.headers.get("If-None-Match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(answer.model_dump_json(), media_type="application/json", headers=headers)
