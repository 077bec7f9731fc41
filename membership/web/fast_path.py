"""Fast path of the hottest routes: a request's whole work in one thread, without a session.

FastAPI runs a dependency that opens a transaction, the route, the validation of its response and
the commit in a thread each. Every hand-over costs more than the work itself. A scan or a
permission check takes a ``FastPath`` instead: one function authenticates, reads, stores and builds
the response, in one thread, on a connection on which each statement is its own transaction.
"""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import Connection

from membership.base.scopes import Scope
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
_FAST_PATH = "walletdesk.fast_path"

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
            return await run_in_threadpool(self._run, work, *arguments, **named)

    async def check_key(self) -> None:
        """Check the credential only. Raises Unauthorized, Forbidden, Busy."""
        async with self.request.app.state.concurrency.connection(writes=False):
            await run_in_threadpool(self._run, _check_key)

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


def fast_path(scope: Scope, *, writes: bool = False) -> Any:
    """Dependency of a route on the fast path, for callers with ``scope``: its ``FastPath``."""

    async def enter(request: Request) -> FastPath:
        # Called, not depended on: each dependency costs every request.
        entered = FastPath(request, await shown_key(await bearer(request)), scope, writes)
        request.scope[_FAST_PATH] = entered
        return entered

    return Depends(enter)


class FastRoute(APIRoute):
    """Route with a ``FastPath``: a wrong key is answered before an invalid request."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return the handler; of an invalid request it checks the key first."""
        handle = super().get_route_handler()

        async def handle_key_first(request: Request) -> Response:
            try:
                response: Response = await handle(request)
            except RequestValidationError:
                entered: FastPath | None = request.scope.get(_FAST_PATH)
                if entered is not None:
                    await entered.check_key()
                raise
            return response

        return handle_key_first
