"""Requests that are done in several steps: between transactions a password is hashed, or a
service elsewhere is asked.

Each step waits for its place first (``membership.web.concurrency``), and none holds two at once.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.base.actors import ATTRIBUTION, SERVICE, Actor
from membership.base.addresses import address_block, client_address
from membership.web.passwords import Passwords
from membership.web.reading import Reading

T = TypeVar("T")


class Steps(Reading):
    """The steps of one request; those that only read are ``read``."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.passwords: Passwords = self.state.passwords
        self.address = address_block(client_address(request.scope, self.settings.trusted_proxies))

    async def transaction(
        self, work: Callable[[Session, datetime], T], actor: Actor = SERVICE
    ) -> T:
        """Do one thing in a writing transaction, as ``actor``. It commits, or raises."""

        def transact() -> T:
            with self.state.database.writing(actor, self.state.clock) as (session, now):
                return work(session, now)

        async with self.state.admission.connection(writes=True):
            return await run_in_threadpool(transact)

    async def hashing(self, work: Callable[[], T]) -> T:
        """Do one thing with a password, in a thread."""
        async with self.state.admission.password():
            return await run_in_threadpool(work)

    async def asking(self, work: Callable[[], T]) -> T:
        """Do one thing that asks a service elsewhere, in a thread and in no transaction."""
        async with self.state.admission.asking():
            return await run_in_threadpool(work)


def act_as(session: Session, actor: Actor) -> None:
    """Let the audit know who acts in this transaction from here on."""
    session.flush()
    session.info[ATTRIBUTION] = replace(session.info[ATTRIBUTION], actor=actor)


InSteps = Annotated[Steps, Depends(Steps)]
"""The steps of the request, as a parameter of its route."""
