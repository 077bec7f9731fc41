"""Requests that are done in several steps: between transactions a password is hashed, or a
service elsewhere is asked.

Each step waits for its place first (``membership.admission``), and none holds two at once.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.actors import ATTRIBUTION, SERVICE, Actor, Attribution
from membership.addresses import address_block, client_address
from membership.logs import current_request_id
from membership.settings import ServiceSettings
from membership.staff.passwords import Passwords
from membership.vault import Vault

T = TypeVar("T")


class Steps:
    """The steps of one request."""

    def __init__(self, request: Request) -> None:
        self._state = request.app.state
        self.settings: ServiceSettings = self._state.settings
        self.vault: Vault = self._state.vault
        self.passwords: Passwords = self._state.passwords
        self.address = address_block(client_address(request.scope, self.settings.trusted_proxies))

    async def transaction(
        self, work: Callable[[Session, datetime], T], actor: Actor = SERVICE
    ) -> T:
        """Do one thing in a writing transaction, as ``actor``. It commits, or raises."""

        def transact() -> T:
            with self._state.database.writers.begin() as session:
                session.connection()  # begins: what happens at `now` is stored in that order
                now = self._state.clock()
                session.info[ATTRIBUTION] = Attribution(actor, now, current_request_id())
                return work(session, now)

        async with self._state.admission.connection(writes=True):
            return await run_in_threadpool(transact)

    async def reading(self, work: Callable[[Session, datetime], T]) -> T:
        """Look at something in a reading transaction."""

        def read() -> T:
            with self._state.database.readers.begin() as session:
                return work(session, self._state.clock())

        async with self._state.admission.connection(writes=False):
            return await run_in_threadpool(read)

    async def hashing(self, work: Callable[[], T]) -> T:
        """Do one thing with a password, in a thread."""
        async with self._state.admission.password():
            return await run_in_threadpool(work)

    async def asking(self, work: Callable[[], T]) -> T:
        """Do one thing that asks a service elsewhere, in a thread and in no transaction."""
        async with self._state.admission.asking():
            return await run_in_threadpool(work)


def act_as(session: Session, actor: Actor) -> None:
    """Let the audit know who acts in this transaction from here on."""
    session.flush()
    session.info[ATTRIBUTION] = replace(session.info[ATTRIBUTION], actor=actor)


InSteps = Annotated[Steps, Depends(Steps)]
"""The steps of the request, as a parameter of its route."""
