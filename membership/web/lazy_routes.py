"""Routers that are imported when one of their paths is first requested.

Importing every feature and describing its routes to FastAPI is most of what a start costs, and
a desk needs little of it for its scans. A table names each module with the paths that its router
answers. A request for one of them first loads the router in a thread and inserts it at its place
in the table, so that the same route answers as if all routers had been there from the start.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

BuiltRoutes = dict[int, list[BaseRoute]]
"""Routes that FastAPI has built, by the place of their router in the table of routers."""

_ANY, _REST = "{}", "**"
_NOWHERE: Scope = {"type": "http", "method": "GET", "path": "", "root_path": "", "headers": []}


@dataclass(frozen=True)
class LazyRouter:
    """The module that holds a ``router``, and the paths that its routes answer.

    In a path, ``{}`` stands for one segment, and a last ``**`` for any number of segments.
    ``never_under`` are first segments that ``{}`` does not stand for.
    """

    module: str
    paths: tuple[str, ...]
    never_under: frozenset[str] = frozenset()

    def load(self) -> APIRouter:
        """Import the module and return its router."""
        router: APIRouter = import_module(self.module).router
        return router

    def may_answer(self, path: str) -> bool:
        """Return False only if none of the router's routes has ``path``, whatever the method."""
        segments = path.split("/")
        return segments[1:2] != [] and any(
            _matches(each.split("/"), segments)
            for each in self.paths
            if not (each.startswith(f"/{_ANY}") and segments[1] in self.never_under)
        )


def _matches(template: Sequence[str], segments: Sequence[str]) -> bool:
    if template[-1] == _REST:
        template = template[:-1]
        segments = segments[: len(template)]
    return len(template) == len(segments) and all(
        part in (_ANY, segment) for part, segment in zip(template, segments, strict=True)
    )


class LazilyRouted(FastAPI):
    """An application with routers that are loaded when they are needed.

    ``routes``, and with it the description of the API, loads all of them. Applications of the
    same table that are given the same ``built`` share the routes that any of them has built.
    """

    def __init__(self, *, built: BuiltRoutes | None = None, **more: Any) -> None:
        super().__init__(**more)
        self._built = {} if built is None else built
        self._table: tuple[APIRouter | LazyRouter, ...] = ()
        self._loaded: BuiltRoutes = {}
        self._waiting: dict[str, list[tuple[int, LazyRouter]]] = {}
        self._loading = Lock()
        # One thread: requests that wait for the same import hold up no thread that answers others.
        self._thread = ThreadPoolExecutor(1, "routes")

    def add_routers(self, table: Sequence[APIRouter | LazyRouter]) -> None:
        """Take the routers of the application, in this order. To be called once."""
        self._table = tuple(table)
        waiting = defaultdict(list)
        for place, router in enumerate(table):
            if isinstance(router, LazyRouter):
                for start in dict.fromkeys(_start(each) for each in router.paths):
                    waiting[start].append((place, router))
            else:
                self._load(place)
        self._waiting = dict(waiting)

    @property
    def routes(self) -> list[BaseRoute]:
        """All routes, after loading those that are not loaded yet."""
        self.load_all()
        return self.router.routes

    def load_all(self) -> None:
        """Load every router that is not loaded yet."""
        for place in range(len(self._table)):
            self._load(place)

    async def prepare(self, path: str) -> None:
        """Load what may answer ``path``. Raises what importing raises."""
        for place in self._wanted(path):
            await asyncio.get_running_loop().run_in_executor(self._thread, self._load, place)

    def _wanted(self, path: str) -> list[int]:
        """Places of what may answer ``path`` and is not loaded yet."""
        if path == self.openapi_url:
            return [place for place in range(len(self._table)) if place not in self._loaded]
        # A page whose path ends with a slash is redirected to the route without it.
        plain = path.rstrip("/")
        _, first, second, *_ = (*plain.split("/", 3), "", "")
        starts = (f"{first}/{second}", first, _ANY)
        waiting = (each for start in starts for each in self._waiting.get(start, ()))
        return [place for place, router in waiting if router.may_answer(plain)]

    def _load(self, place: int) -> None:
        """Put the routes of one router where the table has them, once."""
        with self._loading:
            if place in self._loaded:
                return
            routes = self.router.routes
            count = len(routes)
            if place not in self._built:
                self._built[place] = self._build(place)
            added = self._built[place]
            before = [each for each in self._loaded if each < place]
            at = 1 + routes.index(self._loaded[max(before)][-1]) if before else count
            self._loaded[place] = added
            self.router.routes = [*routes[:at], *added, *routes[at:count]]
            for start, waiting in self._waiting.items():
                self._waiting[start] = [each for each in waiting if each[0] != place]

    def _build(self, place: int) -> list[BaseRoute]:
        """Import one router and build its routes, which stand behind all others then."""
        router = self._table[place]
        count = len(self.router.routes)
        self.include_router(router.load() if isinstance(router, LazyRouter) else router)
        added = self.router.routes[count:]
        for route in added:
            route.matches(dict(_NOWHERE))  # FastAPI builds a router's routes when first asked
        return added


def _start(template: str) -> str:
    """What the paths of a template begin with: two segments, one, or any."""
    _, first, second, *_ = (*template.split("/", 3), _REST)
    if first == _ANY:
        return _ANY
    return first if second in (_ANY, _REST) else f"{first}/{second}"


class RouteLoader:
    """ASGI middleware: loads what may answer a request before it is routed."""

    def __init__(self, app: ASGIApp, routed: LazilyRouted) -> None:
        self.app, self._routed = app, routed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] == "http":
            await self._routed.prepare(scope["path"])
        await self.app(scope, receive, send)
