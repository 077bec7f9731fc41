"""What happens around every request: its id, the size limit, the log line, the last resort."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from membership.errors import problem
from membership.logs import logger

REQUEST_ID = "X-Request-Id"
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


class RequestFrame:
    """ASGI middleware: gives each request an id, logs its end, and answers 500 for a crash."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        shown = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = shown if _GOOD_ID.match(shown) else uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        began = time.monotonic_ns()
        try:
            await self.app(scope, receive, send_with_id)
        except Exception:  # noqa: BLE001 - the last resort: logged, and answered as a 500
            logger().exception("request_crashed", route=_route(scope))
            if status == 0:
                detail = f"Something went wrong here. It was logged as request {request_id}."
                await problem(500, "internal_error", detail)(scope, receive, send_with_id)
        milliseconds = round((time.monotonic_ns() - began) / 1e6, 2)
        logger().info(
            "request", method=scope["method"], route=_route(scope), status=status, ms=milliseconds
        )


def _route(scope: Scope) -> str:
    """Path template of the matched route: unlike the path itself it names no customer."""
    return str(getattr(scope.get("route"), "path", "-"))


class BodyLimit:
    """ASGI middleware: refuses bodies over ``max_bytes``, announced or not."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app, self.max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request, counting what it sends."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > self.max_bytes:
            answer = problem(413, "body_too_large", self._detail, headers={"Connection": "close"})
            await answer(scope, receive, send)
            return
        received = 0

        async def counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise HTTPException(413, self._detail)
            return message

        await self.app(scope, counting, send)

    @property
    def _detail(self) -> str:
        return f"A request body may have at most {self.max_bytes} bytes."
