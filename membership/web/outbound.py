"""Calls to other services from within a request: Google, Stripe, receivers of webhooks, DNS.

Such a neighbour may be slow or hang. Its calls run in threads of their own, never in those of
requests, and hold no transaction, no connection and no slot of either. Each neighbour has so many
threads and no more, and one organization at most a quarter of them: whoever finds all of them
taken waits for a moment, and only a few wait. Those who wait for a place of their organization
take nothing of others. One deadline is over a whole call, however many requests it makes. At the
deadline the caller gets an answer; the thread keeps its place until its own time-outs end it, so
that a neighbour that hangs never has more than its share.
"""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from threading import Thread
from typing import TypeVar

from membership.base.logs import logger
from membership.web.errors import Busy
from membership.web.slots import Slots

T = TypeVar("T")

CALLS = 16
"""Calls to one neighbour at once."""

WAITING, WAIT_SECONDS = 16, 1.0
"""How many callers wait for a place at one neighbour, and how long at most.

As many wait for the places of one organization before; the time is one for both waits.
"""

_RETRY = {"Retry-After": "10"}


class Neighbour(StrEnum):
    """Another service that requests call."""

    GOOGLE = "google"
    STRIPE = "stripe"
    WEBHOOKS = "webhooks"

    @property
    def calls_of_one(self) -> int:
        """Calls at once of one organization: each chooses the receivers of its webhooks itself."""
        return 2 if self is Neighbour.WEBHOOKS else CALLS // 4


class NeighbourBusy(Busy):
    """All places for calls to a neighbour are taken; nothing was sent."""


class NeighbourLate(Busy):
    """A neighbour did not answer before the deadline; whether it did the work is not known."""


@dataclass
class _Place:
    """The places of one neighbour, and those of each organization that has or awaits one."""

    slots: Slots
    calls_of_one: int
    wait_seconds: float
    by_organization: dict[int, Slots] = field(default_factory=dict)

    async def acquire(self, organization_id: int) -> None:
        """Take a place for an organization, one of its own first, in one time for both waits.

        Raises Busy.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self.wait_seconds
        own = self.by_organization.get(organization_id)
        if own is None:
            own = Slots(self.calls_of_one, self.wait_seconds, WAITING)
            self.by_organization[organization_id] = own
        try:
            await own.acquire()
            try:
                await self.slots.acquire(until - loop.time())
            except BaseException:
                own.release()
                raise
        finally:
            self._forget_idle(organization_id)

    def release(self, organization_id: int) -> None:
        """Give a place back."""
        self.slots.release()
        self.by_organization[organization_id].release()
        self._forget_idle(organization_id)

    def _forget_idle(self, organization_id: int) -> None:
        """Forget an organization that has no place and awaits none."""
        own = self.by_organization.get(organization_id)
        if own is not None and not own.taken and not own.waiting:
            del self.by_organization[organization_id]


class OutboundCalls:
    """The calls to other services of one application, by neighbour. Used by its event loop only."""

    def __init__(
        self, deadline_seconds: float, *, calls: int = CALLS, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self._deadline_seconds = deadline_seconds
        self._places = {
            each: _Place(
                Slots(calls, wait_seconds, WAITING),
                min(each.calls_of_one, max(1, calls // 4)),
                wait_seconds,
            )
            for each in Neighbour
        }

    @property
    def running(self) -> dict[str, int]:
        """Number of calls by neighbour."""
        return {each.value: place.slots.taken for each, place in self._places.items()}

    async def run(self, neighbour: Neighbour, organization_id: int, work: Callable[[], T]) -> T:
        """Return ``work()`` of a thread of the neighbour's.

        Raises NeighbourBusy, NeighbourLate, and what ``work`` raises.
        """
        place = self._places[neighbour]
        await self._take(neighbour, place, organization_id)
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        result.add_done_callback(_retrieve)  # the caller may be gone by then
        context = copy_context()

        def call() -> None:
            try:
                value = context.run(work)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller
                end = partial(_fail, result, error)
            else:
                end = partial(_succeed, result, value)
            try:
                loop.call_soon_threadsafe(self._give_back, place, organization_id, end)
            except RuntimeError:  # the service has ended
                logger().info("outbound_call_left", neighbour=neighbour.value)

        # Daemons, for a pool's threads would keep a stopped service until the neighbour answers.
        Thread(target=call, name=f"outbound-{neighbour.value}", daemon=True).start()
        done, _ = await asyncio.wait({result}, timeout=self._deadline_seconds)
        if not done:
            logger().warning("neighbour_late", neighbour=neighbour.value)
            detail = "Another service that this needs did not answer in time; please try again."
            raise NeighbourLate("neighbour_late", detail, headers=_RETRY)
        return result.result()

    @staticmethod
    async def _take(neighbour: Neighbour, place: _Place, organization_id: int) -> None:
        """Take a place for an organization. Raises NeighbourBusy."""
        try:
            await place.acquire(organization_id)
        except Busy:
            logger().warning("neighbour_busy", neighbour=neighbour.value)
            detail = "Another service that this needs is slow at present; please try again."
            raise NeighbourBusy("neighbour_busy", detail, headers=_RETRY) from None

    @staticmethod
    def _give_back(place: _Place, organization_id: int, end: Callable[[], None]) -> None:
        """Give a place back, and settle the result."""
        place.release(organization_id)
        end()


def _retrieve(result: "asyncio.Future[T]") -> None:
    """Mark an exception as seen."""
    if not result.cancelled():
        result.exception()


def _succeed(result: "asyncio.Future[T]", value: T) -> None:
    if not result.done():
        result.set_result(value)


def _fail(result: "asyncio.Future[T]", error: BaseException) -> None:
    if not result.done():
        result.set_exception(error)
