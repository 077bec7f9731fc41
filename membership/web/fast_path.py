"""Fast path of the hottest routes: a request's whole work in one thread, without a session.

FastAPI runs a dependency that opens a transaction, the route, the validation of its response and
the commit in a thread each. Every hand-over costs more than the work itself. A scan or a
permission check takes a ``FastPath`` instead: one function authenticates, reads, stores and builds
the response, in one thread, on a connection on which each statement is its own transaction.
"""

from asyncio import get_running_loop
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Concatenate, ParamSpec

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from membership.base.scopes import Scope
from membership.base.settings import ServiceSettings
from membership.web.access import (
    Call,
    Caller,
    Tenant,
    admit,
    authenticate,
    bearer,
    keep_present,
    shown_key,
)

P = ParamSpec("P")

FAST_PATH = "walletdesk.fast_path"
"""Key of the ``FastPath`` in the scope of its request."""

NEEDS_KEY: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
"""``openapi_extra`` of a route with a ``FastPath``: it takes an API key."""


@dataclass(frozen=True, slots=True)
class FastCall:
    """An authenticated request on the fast path: connection, organization and current time."""

    connection: Connection
    tenant: Tenant
    now: datetime


AnyCall = Call | FastCall
"""Argument of services that use the connection only."""


@dataclass(slots=True)
class FastRequest:
    """A request in its thread, before its credential was checked.

    A work function calls ``authenticate`` or ``admit`` before it returns anything.
    """

    request: Request
    connection: Connection
    key: str
    now: datetime
    _scope: Scope
    caller: Caller | None = None

    @property
    def scope(self) -> MutableMapping[str, Any]:
        """The ASGI scope of the request."""
        return self.request.scope

    def authenticate(self) -> FastCall:
        """Look up the credential by itself. Raises Unauthorized, Forbidden."""
        self.caller = authenticate(self.request, self.connection, self.key, self._scope, self.now)
        return FastCall(self.connection, self.caller.tenant, self.now)

    def admit(self, caller: Caller) -> FastCall:
        """Accept a caller who was read by a query of the work function. Raises Forbidden."""
        admit(self.request, caller, self._scope)
        self.caller = caller
        return FastCall(self.connection, caller.tenant, self.now)


@dataclass(frozen=True, slots=True)
class FastPath:
    """One request whose credential is checked by the thread that does its work."""

    request: Request
    key: str
    scope: Scope
    writes: bool

    async def run(
        self,
        work: Callable[Concatenate[FastRequest, P], BaseModel | Response],
        /,
        *arguments: P.args,
        **named: P.kwargs,
    ) -> Response:
        """Return the response that ``work`` builds in a thread, from a ``FastRequest``.

        A message is sent as JSON. Raises Unauthorized, Forbidden, Busy, and as ``work``.
        """
        async with self.request.app.state.concurrency.connection(writes=self.writes):
            return await self._in_thread(partial(self._run, work, *arguments, **named))

    async def check_key(self) -> None:
        """Check the credential only. Raises Unauthorized, Forbidden, Busy."""
        async with self.request.app.state.concurrency.connection(writes=False):
            await self._in_thread(partial(self._run, _check_key))

    async def _in_thread(self, run: Callable[[], Response]) -> Response:
        """Run in a thread of the fast path, in the context of the request."""
        threads: ThreadPoolExecutor = self.request.app.state.fast_threads
        # Not through anyio: its threads can be cancelled and limited, which doubles a hand-over.
        return await get_running_loop().run_in_executor(threads, copy_context().run, run)

    def _run(
        self,
        work: Callable[Concatenate[FastRequest, P], BaseModel | Response],
        /,
        *arguments: P.args,
        **named: P.kwargs,
    ) -> Response:
        """Do the work on a connection, and serialize what it returns."""
        state = self.request.app.state
        with state.database.single.connect() as connection:
            opened = FastRequest(self.request, connection, self.key, state.clock(), self.scope)
            answer = work(opened, *arguments, **named)
        if opened.caller is None:
            raise RuntimeError("a request was answered without checking its credential")
        keep_present(state, opened.caller)
        if isinstance(answer, Response):
            return answer
        # Validated when it was built: FastAPI need not do so again.
        return Response(answer.model_dump_json(), media_type="application/json")


def _check_key(opened: FastRequest) -> Response:
    """Check the credential, and return an empty response."""
    opened.authenticate()
    return Response()


@dataclass(frozen=True, slots=True)
class FastEntrance:
    """Dependency that gives a route its ``FastPath``."""

    scope: Scope
    writes: bool

    async def __call__(self, request: Request) -> FastPath:
        """Return the fast path of a request. Raises Unauthorized if it has no credential."""
        # Called, not depended on: each dependency costs every request.
        key = await shown_key(await bearer(request))
        entered = FastPath(request, key, self.scope, self.writes)
        request.scope[FAST_PATH] = entered
        return entered


def fast_threads(settings: ServiceSettings) -> ThreadPoolExecutor:
    """Return the threads of the fast path: one for each connection that it may use at once."""
    return ThreadPoolExecutor(settings.pool_size + settings.pool_overflow, "fast-path")


def fast_path(scope: Scope, *, writes: bool = False) -> Any:
    """Dependency of a route on the fast path, for callers with ``scope``: its ``FastPath``."""
    return Depends(FastEntrance(scope, writes))
