"""Middleware of every request: request id, limits, metrics, log line, and 500 for exceptions."""

import asyncio
import re
import time
from typing import Protocol
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from membership.base.actors import CALLER
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.web.body_limits import body_limits
from membership.web.errors import problem
from membership.web.languages import accepted_language
from membership.web.rate_limit import RateLimiter
from membership.web.tls import HSTS, told_of_tls
from membership.web.unknown_fields import UNKNOWN
from resources.catalogue import translatable

_REQUEST_ID = b"x-request-id"
_GUARDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), "
        b"bluetooth=(), midi=(), display-capture=()",
    ),
)
"""Headers of every response that does not set them itself."""

_PAGES = "/v1/join/"
"""Begins the paths that scripts of our pages ask."""
_SERVER_TIME = b"server-time"
"""Names the header by which a page learns the service's time, in ISO 8601."""

_TLS_GUARDS = (HSTS, (b"cross-origin-opener-policy", b"same-origin"))
"""Further ones where the browser speaks TLS; on a plain connection it ignores them."""

OUTCOME = "walletdesk.outcome"
"""Key of a scan's outcome in the scope of its request, for the metrics."""

REHEARSAL = "walletdesk.rehearsal"
"""Key in the scope of a request of the service's own, which is neither limited nor counted."""

_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_CLOSE = {"Connection": "close"}
_TOO_MANY = translatable("Too many requests: please wait before the next one.")


class Counted(Protocol):
    """Counts the requests that were answered."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""

    def scanned(self, outcome: str) -> None:
        """Count a scan."""


class RequestFrame:
    """ASGI middleware: request id, rate limit, metrics, log line, and the 500 of exceptions."""

    def __init__(
        self, app: ASGIApp, limiter: RateLimiter, metrics: Counted, settings: ServiceSettings
    ) -> None:
        self.app, self._limiter, self._metrics = app, limiter, metrics
        self._public_url = settings.public_url
        # Bound once: binding a logger takes longer than logging a line.
        self._log = logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] != "http" or REHEARSAL in scope:
            await self.app(scope, receive, send)
            return
        shown = _header(scope, _REQUEST_ID)
        request_id = shown if _GOOD_ID.match(shown) else uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status, recorded = 0, False

        async def send_with_id(message: Message) -> None:
            nonlocal status, recorded
            if message["type"] == "http.response.start":
                status = message["status"]
                if rejection is None:
                    self._limiter.record(scope, status, credential)
                    recorded = True
                    fields = self._limiter.fields(scope, credential).items()
                    limits = ((name.lower().encode(), text.encode()) for name, text in fields)
                    message["headers"] = [*message["headers"], *limits]
                given = {name for name, _ in message["headers"]}
                tls = _TLS_GUARDS if told_of_tls(scope, self._public_url) else ()
                guards = (each for each in (*_GUARDS, *tls) if each[0] not in given)
                added = [(_REQUEST_ID, request_id.encode())]
                if scope["path"].startswith(_PAGES):
                    now = scope["app"].state.clock().isoformat(timespec="milliseconds")
                    added.append((_SERVER_TIME, now.encode()))
                message["headers"] = [*message["headers"], *guards, *added]
            await send(message)

        began = time.monotonic_ns()
        rejection, credential = self._limiter.check(scope)
        try:
            if rejection is not None:
                answer = problem(
                    429,
                    "too_many_requests",
                    _TOO_MANY,
                    headers=rejection.headers,
                    language=accepted_language(scope),
                )
                await answer(scope, receive, send_with_id)
            else:
                await self.app(scope, receive, send_with_id)
        except Exception:  # noqa: BLE001 - the last resort: logged, and answered as a 500
            logger().exception("request_crashed", route=_route(scope))
            if status == 0:
                detail = f"Something went wrong here. It was logged as request {request_id}."
                await problem(500, "internal_error", detail)(scope, receive, send_with_id)
        if rejection is None and not recorded:
            self._limiter.record(scope, status, credential)
        self._account(scope, status, time.monotonic_ns() - began)

    def _account(self, scope: Scope, status: int, nanoseconds: int) -> None:
        """Count a request and log it."""
        route = _route(scope)
        self._metrics.answered(scope["method"], route, status, nanoseconds / 1e9)
        if OUTCOME in scope and status == 200:
            self._metrics.scanned(scope[OUTCOME])
        caller = scope.get(CALLER)
        ignored = {"unknown": scope[UNKNOWN]} if UNKNOWN in scope else {}
        self._log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(nanoseconds / 1e6, 2),
            **ignored,
            **({} if caller is None else {caller.kind.value: str(caller.id)}),
        )


def _header(scope: Scope, name: bytes) -> str:
    """Return the first value of a header, named in lower case; empty without one."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _route(scope: Scope) -> str:
    """Return the path template of the matched route, which contains no ids."""
    return str(getattr(scope.get("route"), "path", "-"))


class BodyLimit:
    """ASGI middleware: rejects bodies that are too large, declared or not, and slow ones."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self.app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request, counting the bytes of its body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        max_bytes, seconds = body_limits(self._settings, scope["method"], scope["path"])
        detail = f"A request body may have at most {max_bytes} bytes."
        announced = _header(scope, b"content-length")
        if announced.isdigit() and int(announced) > max_bytes:
            answer = problem(413, "body_too_large", detail, headers=_CLOSE)
            await answer(scope, receive, send)
            return
        received = 0
        whole = False
        end = asyncio.get_running_loop().time() + seconds

        async def counting() -> Message:
            nonlocal received, whole
            if whole:  # from here on only the disconnect is received
                return await receive()
            try:
                async with asyncio.timeout_at(end):
                    message = await receive()
            except TimeoutError:
                late = "The body took too long to arrive."
                raise HTTPException(408, late, headers=_CLOSE) from None
            whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > max_bytes:
                raise HTTPException(413, detail, headers=_CLOSE)
            return message

        await self.app(scope, counting, send)
