"""Paths that end with a slash: no route has one.

Starlette would redirect to the host of the request's Host header, by http and without the path
before the service. A page that is there is redirected to the public address instead; one that is
not shows what it shows without the slash; everything else is a 404.
"""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Match, Router
from starlette.types import Message, Receive, Scope, Send

from membership.base.settings import ServiceSettings

_API = "/v1/"


class SlashFallback:
    """ASGI application for what no route matches: a redirect for pages, else a 404."""

    def __init__(self, router: Router, settings: ServiceSettings) -> None:
        self._router = router
        self._public_url = (settings.public_url or "").rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises HTTPException (404)."""
        path: str = scope["path"]
        plain = path.rstrip("/")
        is_page = plain != path and not path.startswith(_API) and scope["method"] == "GET"
        if is_page and self._has(scope, plain):
            if await self._sent_error(scope, plain, receive, send):
                return
            if self._public_url:
                query = scope["query_string"].decode("latin-1")
                target = self._public_url + plain + (f"?{query}" if query else "")
                await RedirectResponse(target, 307)(scope, receive, send)
                return
        raise HTTPException(404)

    async def _sent_error(self, scope: Scope, path: str, receive: Receive, send: Send) -> bool:
        """Ask for the page at a path; send its answer if it is an error, and return whether."""
        asked = {**scope, "path": path, "raw_path": path.encode()}
        status = 0

        async def send_error(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if status >= 400:
                await send(message)

        await self._router(asked, receive, send_error)
        scope["route"] = asked.get("route")
        return status >= 400

    def _has(self, scope: Scope, path: str) -> bool:
        """Return whether a route has a path."""
        wanted = {**scope, "path": path, "raw_path": path.encode()}
        return any(route.matches(wanted)[0] is Match.FULL for route in self._router.routes)
