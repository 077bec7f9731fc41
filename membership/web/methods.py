"""HEAD and OPTIONS for every route, and the whole ``Allow`` of a 405.

Routes declare what they do, mostly one method each. HEAD answers what GET does, without its body
(RFC 9110, 9.3.2); OPTIONS and a refused method name all methods of the path (9.3.7, 15.5.6), which
several routes may have.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NOT_ALLOWED = 405
_HEAD = "walletdesk.head"
"""Entry of a scope: the request is a HEAD, which a route sees as a GET."""


def is_head(request: Request) -> bool:
    """Whether only the headers are asked for, so that nothing is handed out or taken note of."""
    return bool(request.scope.get(_HEAD))


class Methods:
    """ASGI middleware, inside of what loads routes: answers HEAD and OPTIONS."""

    def __init__(self, app: ASGIApp, router: Router) -> None:
        self.app, self._router = app, router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._head(scope, receive, send)
        elif scope["method"] == "OPTIONS" and (allowed := self._allow(scope)):
            await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
        else:
            await self.app(scope, receive, self._naming_all(scope, send))

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as GET does, and send nothing of the body."""
        asked: dict[str, Any] = {**scope, "method": "GET", _HEAD: True}

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                # What the route noted of the request is read by the middleware around this one.
                scope.update({**asked, "method": "HEAD"})
            elif message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(asked, receive, self._naming_all(scope, send_head))

    def _naming_all(self, scope: Scope, send: Send) -> Send:
        """Send a 405 with all methods of its path."""

        async def send_all(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _NOT_ALLOWED:
                others = [each for each in message["headers"] if each[0].lower() != b"allow"]
                message = {
                    **message,
                    "headers": [*others, (b"allow", self._allow(scope).encode())],
                }
            await send(message)

        return send_all

    def _allow(self, scope: Scope) -> str:
        """The methods of a request's path, for the header Allow; empty if it has no route."""
        found = [each for each in _METHODS if self._has(scope, each)]
        if not found:
            return ""
        head = ["HEAD"] if "GET" in found else []
        return ", ".join([*found, *head, "OPTIONS"])

    def _has(self, scope: Scope, method: str) -> bool:
        """Whether a route answers a method at the path of a request."""
        wanted = {**scope, "method": method}
        return any(route.matches(wanted)[0] is Match.FULL for route in self._router.routes)
