"""Transactions of requests that need more than one, or none while they do something slow.

Between transactions a password is hashed or another service is called. Each transaction and each
slow call waits for a slot of its own (``membership.web.concurrency``, ``membership.web.outbound``);
none is held meanwhile.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.base.actors import ATTRIBUTION, CALLER, SERVICE, Actor
from membership.base.addresses import address_block, client_address
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.web.outbound import Neighbour, OutboundCalls
from membership.web.passwords import Passwords

T = TypeVar("T")


class RequestReads:
    """The reading transactions of one request, and the parts of the application it uses."""

    def __init__(self, request: Request) -> None:
        self.state: Any = request.app.state
        self.settings: ServiceSettings = self.state.settings
        self.vault: Vault = self.state.vault
        self._scope = request.scope

    @property
    def caller(self) -> Actor | None:
        """Who is authenticated; None before that, and for visitors."""
        found: Actor | None = self._scope.get(CALLER)
        return found

    async def read(self, work: Callable[[Session, datetime], T]) -> T:
        """Return ``work(session, now)`` of a reading transaction in a worker thread.

        Raises Busy if no slot becomes free in time, and what ``work`` raises.
        """

        def transact() -> T:
            with self.state.database.readers.begin() as session:
                return work(session, self.state.clock())

        async with self.state.concurrency.connection(writes=False):
            return await run_in_threadpool(transact)

    async def call_outbound(
        self, neighbour: Neighbour, organization_id: int, work: Callable[[], T]
    ) -> T:
        """Return ``work()``, which calls another service, of a thread of the neighbour's.

        No transaction is open meanwhile. Raises NeighbourBusy, NeighbourLate, and what ``work``
        raises.
        """
        outbound: OutboundCalls = self.state.outbound
        return await outbound.run(neighbour, organization_id, work)


class RequestTransactions(RequestReads):
    """The reading and writing transactions of one request, and the slow calls between them.

    ``address`` is the client's network, by which attempts are counted.
    """

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.passwords: Passwords = self.state.passwords
        self.address = address_block(client_address(request.scope, self.settings.trusted_proxies))

    async def write(self, work: Callable[[Session, datetime], T], actor: Actor = SERVICE) -> T:
        """Return ``work(session, now)`` of a writing transaction by ``actor``, once committed.

        Raises Busy if no slot becomes free in time, and what ``work`` raises, after a rollback.
        """

        def transact() -> T:
            with self.state.database.writing(actor, self.state.clock) as (session, now):
                return work(session, now)

        async with self.state.concurrency.connection(writes=True):
            return await run_in_threadpool(transact)

    async def hash_password(self, work: Callable[[], T]) -> T:
        """Return ``work()``, which hashes or verifies a password, of a worker thread.

        Raises Busy, and what ``work`` raises.
        """
        async with self.state.concurrency.password_hashing():
            return await run_in_threadpool(work)


def act_as(session: Session, actor: Actor) -> None:
    """Attribute what this transaction changes from here on to ``actor``."""
    session.flush()
    session.info[ATTRIBUTION] = replace(session.info[ATTRIBUTION], actor=actor)


InReads = Annotated[RequestReads, Depends(RequestReads)]
"""The ``RequestReads`` of a request, as a parameter of its route."""

InTransactions = Annotated[RequestTransactions, Depends(RequestTransactions)]
"""The ``RequestTransactions`` of a request, as a parameter of its route."""
