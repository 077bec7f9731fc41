"""Errors of the API, and their responses as ``application/problem+json`` (RFC 9457).

ApiError                    a response other than 2xx, with a stable code
├── NotFound          404   also for rows of another organization
├── Unauthorized      401   credential missing, wrong or revoked
├── Forbidden         403   the credential lacks a scope
├── Conflict          409   not possible in the current state
├── PreconditionFailed 412  somebody else changed it; see ``membership.web.preconditions``
├── Invalid           422   a value that the schema cannot check; names the field
├── TooMany           429   too many attempts; Retry-After says how long to wait
└── Busy              503   too many requests at once; may be retried

Database errors are mapped by ``membership.store.errors``; any other exception is a 500.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from api_client.messages.scan import FieldFault, Problem
from membership.base.logs import logger
from membership.base.vault import VaultError
from membership.store.errors import database_problem
from membership.web.field_words import field_words
from membership.web.languages import accepted_language
from membership.web.repeated_names import REPEATED
from membership.web.unknown_fields import EXTRA, explained, shown_place, unknown_first
from resources.catalogue import SOURCE_LANGUAGE, translated

PROBLEM_TYPE = "application/problem+json"
_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    409: "Conflict",
    412: "Precondition failed",
    413: "Request too large",
    415: "Unsupported media type",
    421: "Misdirected request",
    422: "Invalid request",
    429: "Too many requests",
    500: "Internal error",
    503: "Temporarily unavailable",
    507: "Storage full",
}


_CODES = {
    400: "body_unreadable",
    404: "no_such_route",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
}


_LIMITS = ("max_length", "min_length", "ge", "gt", "le", "lt", "multiple_of")
"""What Pydantic measures values by, as its errors name it."""


class ApiError(Exception):
    """A response other than 2xx. ``code`` is stable; ``detail`` is a sentence for people."""

    status = 500

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: tuple[FieldFault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.errors = code, detail, errors
        self.headers = dict(headers or {})


class NotFound(ApiError):
    """The organization has no such resource."""

    status = 404


class Unauthorized(ApiError):
    """The credential is missing or not valid."""

    status = 401


class Forbidden(ApiError):
    """The credential is valid, but does not allow this."""

    status = 403


class Conflict(ApiError):
    """The request is not possible in the current state."""

    status = 409


class PreconditionFailed(ApiError):
    """The state of the resource is not the one that the caller named."""

    status = 412


class Invalid(ApiError):
    """A value that is well-formed but not allowed, at ``field``, such as ``body.email``."""

    status = 422

    def __init__(self, code: str, field: str, message: str) -> None:
        fault = FieldFault(field=field, message=message, code=code)
        super().__init__(code, message, errors=(fault,))


class TooMany(ApiError):
    """Too many attempts. Waits are whole seconds, at least one."""

    status = 429

    def __init__(self, code: str, detail: str, retry_after_seconds: int) -> None:
        super().__init__(code, detail, headers={"Retry-After": str(max(1, retry_after_seconds))})


class Busy(ApiError):
    """Too many requests at once; the same request may succeed later."""

    status = 503


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: tuple[FieldFault, ...] = (),
    headers: Mapping[str, str] | None = None,
    language: str = SOURCE_LANGUAGE,
) -> Response:
    """Return a response with a problem document (RFC 9457).

    Sentences of which there is a translation into ``language`` are in that language, and
    Content-Language says so.
    """
    all_headers = dict(headers or {})
    shown = translated(detail, language)
    if shown != detail:
        all_headers |= {"Content-Language": language, "Vary": "Accept-Language"}
    body = Problem(
        title=_TITLES.get(status, "Error"),
        status=status,
        detail=shown,
        code=code,
        errors=tuple(
            each.model_copy(update={"message": translated(each.message, language)})
            for each in errors
        ),
    )
    return Response(body.model_dump_json(), status, headers=all_headers, media_type=PROBLEM_TYPE)


async def _on_api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - registered for this class only
    return problem(
        error.status,
        error.code,
        error.detail,
        errors=error.errors,
        headers=error.headers,
        language=accepted_language(request.scope),
    )


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    """Name the fields that are not valid, without their values, and what unknown ones resemble."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    language, found = accepted_language(request.scope), unknown_first(error.errors())
    # A body that a route and its dependency both read is checked twice.
    errors = _each_once(_field_error(request, each, language) for each in found)
    detail = "; ".join(f"{each.field}: {each.message}" for each in errors)
    headers = {}
    if any(field_words(each, language) != each["msg"] for each in found):
        headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return problem(422, "invalid_request", detail, errors=errors, headers=headers)


def _each_once(faults: Iterable[FieldFault]) -> tuple[FieldFault, ...]:
    """Return faults in their order, without those that say the same of the same field."""
    return tuple({(each.field, each.code, each.message): each for each in faults}.values())


def _field_error(request: Request, error: Mapping[str, Any], language: str) -> FieldFault:
    """Convert one of Pydantic's errors; the field is a path such as ``body.email``."""
    if error["type"] == EXTRA:
        place, message = explained(request, error)
        return FieldFault(field=place, message=message, code="unknown")
    if error["type"] == REPEATED:
        place = shown_place(error["loc"])
        return FieldFault(field=place, message="given more than once", code="repeated")
    if error["type"] == "json_invalid":
        message = f"not valid JSON at character {error['loc'][-1]}"
        return FieldFault(field="body", message=message, code="json_invalid")
    return field_fault(error, language)


def field_fault(error: Mapping[str, Any], language: str) -> FieldFault:
    """Return the fault of a field that one of Pydantic's errors is about.

    A validator's own code and field go before Pydantic's.
    """
    context = error.get("ctx", {})
    cause = context.get("error")
    parts = [*error["loc"], *filter(None, (getattr(cause, "field", ""),))]
    return FieldFault(
        field=".".join(str(part) for part in parts),
        message=field_words(error, language),
        code=getattr(cause, "code", "") or error["type"],
        limit=next((str(context[each]) for each in _LIMITS if each in context), ""),
    )


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    code = _CODES.get(error.status_code, f"http_{error.status_code}")
    return problem(error.status_code, code, str(error.detail), headers=error.headers)


async def _on_database_error(_request: Request, error: Exception) -> Response:
    """Map a database error to a problem; one without a mapping is raised, and is a 500."""
    assert isinstance(error, SQLAlchemyError)  # noqa: S101 - registered for this class only
    found = database_problem(error)
    if found is None:
        raise error
    logger().error("database_fault", code=found.code, kind=type(error).__name__)
    return problem(found.status, found.code, found.detail, headers=found.headers)


async def _on_unreadable_secret(_request: Request, error: Exception) -> Response:
    """Say that a stored secret cannot be decrypted; why is for the owner of the service."""
    logger().error("secret_unreadable", cause=str(error))
    detail = "Something that this needs cannot be decrypted at present; the service's log says why."
    return problem(503, "secret_unreadable", detail, headers={"Retry-After": "60"})


def add_error_handlers(app: FastAPI) -> None:
    """Make ``app`` respond to every error with a problem; a 500 is the middleware's."""
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(VaultError, _on_unreadable_secret)
    app.add_exception_handler(SQLAlchemyError, _on_database_error)
