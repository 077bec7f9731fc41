"""A request of a phone: its token, and transactions for the work that it asks for.

Whether the token is good is looked at before anything is written: a stranger takes no lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from membership.base.actors import PHONE, SERVICE
from membership.wallet.apple.web_service.access import AskedPass, KnownPass, authenticate

Found = TypeVar("Found")
Work = Callable[[Session, datetime], Found]

_SCHEME = "applepass "


@dataclass(frozen=True, slots=True)
class Phone:
    """Whoever sends the request."""

    request: Request

    @property
    def state(self) -> Any:
        """What the application holds."""
        return self.request.app.state

    @property
    def token(self) -> str:
        """The token that is shown (Apple: ``Authorization: ApplePass token``); else empty."""
        shown = self.request.headers.get("Authorization", "")
        return shown[len(_SCHEME) :] if shown[: len(_SCHEME)].lower() == _SCHEME else ""

    def authenticate(
        self, session: Session, organization: str, pass_type: str, serial: str
    ) -> KnownPass:
        """The pass that the phone shows the token of. Raises Unauthorized."""
        asked = AskedPass(organization, pass_type, serial, self.token)
        known = authenticate(session, self.state.vault, asked)
        self.is_known()
        return known

    def is_known(self) -> None:
        """Note that this is no stranger, for the limits."""
        self.request.scope[PHONE] = True

    async def reads(self, work: Work[Found]) -> Found:
        """Do work in a reading transaction, in a thread. Raises Busy, and as ``work``."""

        def run() -> Found:
            with self.state.database.readers.begin() as session:
                return work(session, self.state.clock())

        async with self.state.admission.connection(writes=False):
            return await run_in_threadpool(run)

    async def writes(self, work: Work[Found]) -> Found:
        """Do work in a writing transaction, in a thread. Raises Busy, and as ``work``."""

        def run() -> Found:
            with self.state.database.writing(SERVICE, self.state.clock) as (session, now):
                return work(session, now)

        async with self.state.admission.connection(writes=True):
            return await run_in_threadpool(run)
