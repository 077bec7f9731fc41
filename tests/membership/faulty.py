"""A service whose answers go wrong on the way, as a network or what stands in it makes them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from membership.base.settings import ServiceSettings
from membership.store.database import Database
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import Clock, Service, running_service


@dataclass(frozen=True)
class Fault:
    """What becomes of an answer: another status and body, or its own that stalls or breaks off."""

    status: int | None = None
    kind: str = "application/problem+json"
    body: str = '{"title": "No", "status": 0, "code": "too_many_requests"}'
    stalls: bool = False
    breaks_off: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Faults:
    """Which requests are answered wrongly: the first fault whose test a method and path pass."""

    planned: list[tuple[Callable[[str, str], bool], Fault]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of every request."""
    held: set[str] = field(default_factory=set)
    """Paths whose answers wait until they are taken out."""

    def on(self, path: str, fault: Fault, method: str = "GET") -> None:
        """Answer a path, or all that end with it, with a fault from now on."""
        self.planned.append((lambda verb, at: verb == method and at.endswith(path), fault))

    def replace(self, path: str, fault: Fault, method: str = "GET") -> None:
        """Answer a path with a fault from now on, and with none of before; no request slips by."""
        self.on(path, fault, method)
        del self.planned[:-1]

    def clear(self) -> None:
        """Let every answer be as it is, and go on with those that wait."""
        self.planned.clear()
        self.held.clear()

    def find(self, method: str, path: str) -> Fault | None:
        """The fault of a request, or None."""
        return next((fault for test, fault in self.planned if test(method, path)), None)


class FaultyNetwork:
    """ASGI middleware that answers as planned."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app, self._faults = app, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        self._faults.asked.append((method, path))
        fault = self._faults.find(method, path)
        if fault is not None and fault.status is not None:
            await _answer(fault, send)
        elif fault is not None:
            await self.app(scope, receive, _Broken(self, fault, send))
        else:
            await self.app(scope, receive, _Held(self, path, send))

    async def while_planned(self, fault: Fault) -> None:
        """Wait until a fault is over."""
        while any(planned is fault for _, planned in self._faults.planned):
            await asyncio.sleep(0.02)

    async def while_held(self, path: str) -> None:
        """Wait until a path is held no more."""
        while path in self._faults.held:
            await asyncio.sleep(0.02)


async def _answer(fault: Fault, send: Send) -> None:
    """Send an answer of a fault's own."""
    kind = (b"content-type", fault.kind.encode())
    more = [(name.encode(), value.encode()) for name, value in fault.headers]
    await send({"type": "http.response.start", "status": fault.status, "headers": [kind, *more]})
    await send({"type": "http.response.body", "body": fault.body.encode()})


@dataclass
class _Held:
    """Sends an answer once its path is held no more: it was carried out before."""

    network: FaultyNetwork
    path: str
    send: Send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self.network.while_held(self.path)
        await self.send(message)


class _BrokenOffError(Exception):
    """The connection of an answer is closed in its midst."""


@dataclass
class _Broken:
    """Sends half of an answer; then nothing more, or the end of the connection."""

    network: FaultyNetwork
    fault: Fault
    send: Send

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self.send(message)
            return
        body = message.get("body", b"")
        body = body[: len(body) // 2]
        await self.send({"type": "http.response.body", "body": body, "more_body": True})
        if self.fault.stalls:
            await self.network.while_planned(self.fault)
        raise _BrokenOffError


@contextmanager
def faulty_service(
    databases: Databases,
    folder: Path,
    make_app: Callable[[ServiceSettings, Database, Clock], FastAPI] = new_app,
) -> Iterator[tuple[Service, Faults]]:
    """Run a service behind such a network, until the block is left."""
    faults = Faults()

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        app = make_app(settings, database, clock)
        app.add_middleware(FaultyNetwork, faults=faults)
        return app

    with running_service(databases.new(SQLITE, folder), build) as service:
        try:
            yield service, faults
        finally:
            faults.clear()
