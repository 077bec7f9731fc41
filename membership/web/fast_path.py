"""Routes that are asked most: all of a request's work in one thread, without a session.

A dependency that opens a transaction, the route, the check of its answer and the commit are
otherwise four journeys into a thread and back, which cost more than what is done there. Scans
and permission checks are given an ``Entry`` instead and do everything in a single one, on a
connection on which each statement is a transaction of its own: a scan stores one row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import Connection

from membership.base.scopes import Scope
from membership.members.memberships.entitlements import Holder, load_holder
from membership.members.memberships.holder_by_key import find_with_holder
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


@dataclass(frozen=True, slots=True)
class BareCall:
    """One authenticated request: a connection, the caller's organization, and the time it is."""

    connection: Connection
    tenant: Tenant
    now: datetime


AnyCall = Call | BareCall
"""What a service is given that uses the connection only."""

Work = Callable[[BareCall], BaseModel | Response]
"""What a route does; gives the answer."""

HolderWork = Callable[[BareCall, Holder | None], BaseModel | Response]
"""What a route does about a customer and what they hold; None where there is no such customer."""

Thing = TypeVar("Thing")
_LookAndWork = Callable[[Connection, datetime], tuple[Caller, BaseModel | Response]]
_ENTRY = "walletdesk.entry"

NEEDS_KEY: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
"""What the description of a route with an ``Entry`` says of its key, as ``openapi_extra``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A request whose key is looked at by the thread that does its work."""

    request: Request
    key: str
    scope: Scope

    async def answer(self, work: Work, *, writes: bool = False) -> Response:
        """Do the work, and answer it. Raises Unauthorized, Forbidden, Busy, and as ``work``."""

        def look_and_work(connection: Connection, now: datetime) -> Any:
            caller = authenticate(self.request, connection, self.key, self.scope, now)
            return caller, work(BareCall(connection, caller.tenant, now))

        return await self._in_thread(look_and_work, writes=writes)

    async def answer_about(self, customer_id: UUID, work: HolderWork) -> Response:
        """Do the work about one customer, who may have been merged since, and answer it.

        Raises Unauthorized, Forbidden, Busy, and as ``work``.
        """

        def find(connection: Connection, key: str, now: datetime) -> tuple[Caller, Holder] | None:
            return find_with_holder(connection, key, customer_id, now)

        def work_on(call: BareCall, holder: Holder | None) -> BaseModel | Response:
            if holder is None:
                holder = load_holder(call.connection, call.tenant.id, customer_id, call.now)
            return work(call, holder)

        return await self.answer_found(find, work_on)

    async def answer_found(
        self,
        find: Callable[[Connection, str, datetime], tuple[Caller, Thing] | None],
        work: Callable[[BareCall, Thing | None], BaseModel | Response],
        *,
        writes: bool = False,
    ) -> Response:
        """Do the work about something that ``find`` looks for together with the key.

        Where it finds nothing, the key is looked at by itself, and the work is given None.
        Raises Unauthorized, Forbidden, Busy, and as ``work``.
        """

        def look_and_work(connection: Connection, now: datetime) -> Any:
            found = find(connection, self.key, now)
            if found is None:
                caller = authenticate(self.request, connection, self.key, self.scope, now)
                return caller, work(BareCall(connection, caller.tenant, now), None)
            caller, thing = found
            admit(self.request, caller, self.scope)
            return caller, work(BareCall(connection, caller.tenant, now), thing)

        return await self._in_thread(look_and_work, writes=writes)

    async def _in_thread(self, look_and_work: _LookAndWork, *, writes: bool) -> Response:
        """Do all of it in one thread, once there is a connection to be had."""
        async with self.request.app.state.admission.connection(writes=writes):
            return await run_in_threadpool(self._run, look_and_work)

    def _run(self, look_and_work: _LookAndWork) -> Response:
        """Look at the key, do the work and write down the answer."""
        state = self.request.app.state
        with state.database.single.connect() as connection:
            caller, answer = look_and_work(connection, state.clock())
        keep_present(state, caller)
        if isinstance(answer, Response):
            return answer
        # It was checked when it was made: FastAPI need not do so again.
        return Response(answer.model_dump_json(), media_type="application/json")


def enters(scope: Scope) -> Any:
    """Dependency of a route that does its work through an ``Entry``, for callers with ``scope``."""

    async def enter(request: Request) -> Entry:
        # Called, not depended on: each dependency costs every request.
        entry = Entry(request, await shown_key(await bearer(request)), scope)
        request.scope[_ENTRY] = entry
        return entry

    return Depends(enter)


class EntryRoute(APIRoute):
    """A route with an ``Entry``: a wrong key is told before a request that is wrong in itself."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Handle requests; of those that are not valid the key is looked at all the same."""
        handle = super().get_route_handler()

        async def handle_key_first(request: Request) -> Response:
            try:
                answer: Response = await handle(request)
            except RequestValidationError:
                entry: Entry | None = request.scope.get(_ENTRY)
                if entry is not None:
                    await entry.answer(lambda _call: Response())
                raise
            return answer

        return handle_key_first
