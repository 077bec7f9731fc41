"""Requests that read in one short transaction, and do something without it afterwards."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.base.settings import ServiceSettings
from membership.base.vault import Vault

T = TypeVar("T")


class Reading:
    """What one request reads, and what it reads it with."""

    def __init__(self, request: Request) -> None:
        self.state: Any = request.app.state
        self.settings: ServiceSettings = self.state.settings
        self.vault: Vault = self.state.vault

    async def read(self, work: Callable[[Session, datetime], T]) -> T:
        """Do some reading in a transaction, once there is a place for it. Raises Busy."""

        def transact() -> T:
            with self.state.database.readers.begin() as session:
                return work(session, self.state.clock())

        async with self.state.admission.connection(writes=False):
            return await run_in_threadpool(transact)


InReading = Annotated[Reading, Depends(Reading)]
"""The reading of a request, as a parameter of its route."""
