"""A request of a phone: its token, and the transactions in which it is handled.

The token is verified before anything is written: a caller without one takes no lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.base.actors import PHONE, SERVICE
from membership.wallet.apple.web_service.access import (
    AuthenticatedPass,
    RequestedPass,
    authenticate,
)

Found = TypeVar("Found")
Work = Callable[[Session, datetime], Found]

_SCHEME = "applepass "


@dataclass(frozen=True, slots=True)
class Phone:
    """The phone that sent a request."""

    request: Request

    @property
    def state(self) -> Any:
        """The state of the application."""
        return self.request.app.state

    @property
    def token(self) -> str:
        """The token of ``Authorization: ApplePass <token>`` (Apple); empty without one."""
        shown = self.request.headers.get("Authorization", "")
        return shown[len(_SCHEME) :] if shown[: len(_SCHEME)].lower() == _SCHEME else ""

    def authenticate(
        self, session: Session, organization: str, pass_type: str, serial: str
    ) -> AuthenticatedPass:
        """Authenticate the phone by a pass's token. Raises Unauthorized."""
        requested = RequestedPass(organization, pass_type, serial, self.token)
        known = authenticate(session, self.state.vault, requested)
        self.mark_authenticated()
        return known

    def mark_authenticated(self) -> None:
        """Exempt the request from the rate limit of anonymous callers."""
        self.request.scope[PHONE] = True

    async def reads(self, work: Work[Found]) -> Found:
        """Do work in a reading transaction, in a thread. Raises Busy, and as ``work``."""

        def run() -> Found:
            with self.state.database.readers.begin() as session:
                return work(session, self.state.clock())

        async with self.state.concurrency.connection(writes=False):
            return await run_in_threadpool(run)

    async def writes(self, work: Work[Found]) -> Found:
        """Do work in a writing transaction, in a thread. Raises Busy, and as ``work``."""

        def run() -> Found:
            with self.state.database.writing(SERVICE, self.state.clock) as (session, now):
                return work(session, now)

        async with self.state.concurrency.connection(writes=True):
            return await run_in_threadpool(run)
