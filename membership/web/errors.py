"""Errors of the API, and how each becomes ``application/problem+json``.

ApiError                    an answer other than 2xx, with a stable code
├── NotFound          404   also for rows of another organization
├── Unauthorized      401   no key, a wrong one or a revoked one
├── Forbidden         403   the key lacks the scope
├── Conflict          409   the state of things forbids it
├── Invalid           422   a value that the schema cannot judge; names the field
├── TooMany           429   tried too often; Retry-After tells when again
└── Busy              503   too many at once; the caller may try again

Whatever else is raised is judged by ``membership.store.errors`` (database) or is a 500.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from api_client.messages.scan import FieldFault, Problem
from membership.base.logs import logger
from membership.store.errors import database_fault

PROBLEM_TYPE = "application/problem+json"
_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    409: "Conflict",
    413: "Request too large",
    415: "Unsupported media type",
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


class ApiError(Exception):
    """An answer other than 2xx. ``code`` is stable; ``detail`` is a sentence for people."""

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
    """There is no such thing in this organization."""

    status = 404


class Unauthorized(ApiError):
    """The caller did not show a key that is good."""

    status = 401


class Forbidden(ApiError):
    """The key is good, but not for this."""

    status = 403


class Conflict(ApiError):
    """The request contradicts the present state."""

    status = 409


class Invalid(ApiError):
    """A value that is well-formed but wrong. ``field`` is where, like ``body.email``."""

    status = 422

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(code, message, errors=(FieldFault(field=field, message=message),))


class TooMany(ApiError):
    """The same was tried too often lately. Waits are whole seconds, at least one."""

    status = 429

    def __init__(self, code: str, detail: str, retry_after_seconds: int) -> None:
        super().__init__(code, detail, headers={"Retry-After": str(max(1, retry_after_seconds))})


class Busy(ApiError):
    """Too much is going on at once; the same request may succeed later."""

    status = 503


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: tuple[FieldFault, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make an error answer."""
    body = Problem(
        title=_TITLES.get(status, "Error"), status=status, detail=detail, code=code, errors=errors
    )
    return Response(
        body.model_dump_json(), status, headers=dict(headers or {}), media_type=PROBLEM_TYPE
    )


async def _on_api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - registered for this class only
    return problem(
        error.status, error.code, error.detail, errors=error.errors, headers=error.headers
    )


async def _on_invalid_request(_request: Request, error: Exception) -> Response:
    """Tell which fields are wrong, without echoing what was sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    faults = tuple(_field_fault(each) for each in error.errors())
    detail = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
    return problem(422, "invalid_request", detail, errors=faults)


def _field_fault(fault: Mapping[str, Any]) -> FieldFault:
    """Name the field of one validation fault, such as ``body.email``."""
    if fault["type"] == "json_invalid":
        return FieldFault(field="body", message=f"not valid JSON at character {fault['loc'][-1]}")
    return FieldFault(field=".".join(str(part) for part in fault["loc"]), message=fault["msg"])


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    code = _CODES.get(error.status_code, f"http_{error.status_code}")
    return problem(error.status_code, code, str(error.detail), headers=error.headers)


async def _on_database_error(_request: Request, error: Exception) -> Response:
    """Answer what the database refused; a fault that nobody foresaw is a 500."""
    assert isinstance(error, SQLAlchemyError)  # noqa: S101 - registered for this class only
    fault = database_fault(error)
    if fault is None:
        raise error
    logger().error("database_fault", code=fault.code, kind=type(error).__name__)
    return problem(fault.status, fault.code, fault.detail, headers=fault.headers)


def install_error_answers(app: FastAPI) -> None:
    """Make ``app`` answer every error as a problem; a 500 is answered by the middleware."""
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(SQLAlchemyError, _on_database_error)
