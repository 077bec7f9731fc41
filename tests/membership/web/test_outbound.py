"""Places for calls to neighbours: bounded for each neighbour, and for each club of it.

The calls are threads that wait for an event; what is shown is who gets a place, not how fast.
"""

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from membership.web.errors import Busy
from membership.web.outbound import (
    CALLS,
    WAITING,
    Neighbour,
    NeighbourBusy,
    OutboundCalls,
    _Place,
)
from membership.web.slots import Slots
from tests.membership.support import TIMEOUT

BUSY_CLUB, OTHER_CLUB = 1, 2
SHARES = {Neighbour.GOOGLE: 4, Neighbour.STRIPE: 4, Neighbour.WEBHOOKS: 2}


class Hanging:
    """Calls that hang until they are let go; ``calls`` are the running ones."""

    def __init__(self, *, calls: int = CALLS, wait_seconds: float = 0.0) -> None:
        self._end = threading.Event()
        self.outbound = OutboundCalls(TIMEOUT, calls=calls, wait_seconds=wait_seconds)
        self.calls: list[asyncio.Task[bool]] = []

    def call(self, neighbour: Neighbour, club: int) -> asyncio.Task[bool]:
        """Start a call of a club."""
        run = self.outbound.run(neighbour, club, lambda: self._end.wait(TIMEOUT))
        task = asyncio.get_running_loop().create_task(run)
        self.calls.append(task)
        return task

    async def started(self, neighbour: Neighbour, count: int) -> None:
        """Wait until so many calls run."""
        async with asyncio.timeout(TIMEOUT):
            while self.outbound.running[neighbour] != count:
                await asyncio.sleep(0.001)

    async def end(self) -> list[bool | BaseException]:
        """Let all calls go on; returns what became of them."""
        self._end.set()
        return await asyncio.gather(*self.calls, return_exceptions=True)


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run one test in an event loop."""

    asyncio.run(work())


@pytest.mark.parametrize("neighbour", list(Neighbour), ids=[each.value for each in Neighbour])
def test_one_club_never_has_more_than_its_share(neighbour: Neighbour) -> None:
    async def work() -> None:
        hanging = Hanging()
        for _ in range(3 * CALLS):
            hanging.call(neighbour, BUSY_CLUB)
        await hanging.started(neighbour, SHARES[neighbour])
        # All others were refused, and none of them waits in another's way.
        other = [hanging.call(neighbour, OTHER_CLUB) for _ in range(SHARES[neighbour])]
        await hanging.started(neighbour, 2 * SHARES[neighbour])
        ends = await hanging.end()
        assert [each for each in ends if each is True] == [True] * 2 * SHARES[neighbour]
        refused = [each for each in ends if isinstance(each, NeighbourBusy)]
        assert len(refused) == 3 * CALLS - SHARES[neighbour]
        assert all(each.headers == {"Retry-After": "10"} for each in refused)
        assert [await each for each in other] == [True] * SHARES[neighbour]
        await hanging.started(neighbour, 0)

    run(work)


@pytest.mark.parametrize("neighbour", list(Neighbour), ids=[each.value for each in Neighbour])
def test_all_clubs_together_never_have_more_than_the_neighbours_places(
    neighbour: Neighbour,
) -> None:
    async def work() -> None:
        hanging = Hanging()
        for club in range(CALLS):
            for _ in range(SHARES[neighbour]):
                hanging.call(neighbour, club)
        await hanging.started(neighbour, CALLS)
        # No neighbour takes a place of another one.
        for other in set(Neighbour) - {neighbour}:
            hanging.call(other, BUSY_CLUB)
            await hanging.started(other, 1)
        ends = await hanging.end()
        assert ends.count(True) == CALLS + len(Neighbour) - 1

    run(work)


def test_who_waits_for_the_own_club_gets_the_place_that_is_given_back() -> None:
    async def work() -> None:
        hanging = Hanging(wait_seconds=TIMEOUT)
        for _ in range(SHARES[Neighbour.GOOGLE] + WAITING):
            hanging.call(Neighbour.GOOGLE, BUSY_CLUB)
        await hanging.started(Neighbour.GOOGLE, SHARES[Neighbour.GOOGLE])
        # Those who wait are of the one club: another one need not.
        hanging.call(Neighbour.GOOGLE, OTHER_CLUB)
        await hanging.started(Neighbour.GOOGLE, SHARES[Neighbour.GOOGLE] + 1)
        one_too_many = hanging.call(Neighbour.GOOGLE, BUSY_CLUB)
        with pytest.raises(NeighbourBusy):
            await one_too_many
        ends = await hanging.end()
        assert ends.count(True) == SHARES[Neighbour.GOOGLE] + WAITING + 1
        await hanging.started(Neighbour.GOOGLE, 0)

    run(work)


def test_a_caller_that_goes_away_while_it_waits_gives_everything_back() -> None:
    async def work() -> None:
        hanging = Hanging(calls=4, wait_seconds=TIMEOUT)  # one place for each club
        hanging.call(Neighbour.GOOGLE, BUSY_CLUB)
        await hanging.started(Neighbour.GOOGLE, 1)
        waiting = hanging.call(Neighbour.GOOGLE, BUSY_CLUB)
        await asyncio.sleep(0)
        waiting.cancel()
        for club in range(OTHER_CLUB, OTHER_CLUB + 3):
            hanging.call(Neighbour.GOOGLE, club)
        await hanging.started(Neighbour.GOOGLE, 4)
        for_all = hanging.call(Neighbour.GOOGLE, 9)  # has a place of its club, none of all
        await asyncio.sleep(0)
        for_all.cancel()
        await hanging.end()
        await hanging.started(Neighbour.GOOGLE, 0)
        assert await hanging.outbound.run(Neighbour.GOOGLE, 9, lambda: True)
        assert await hanging.outbound.run(Neighbour.GOOGLE, BUSY_CLUB, lambda: True)
        await hanging.started(Neighbour.GOOGLE, 0)

    run(work)


class _Skipping(selectors.DefaultSelector):
    """Waits for nothing: the time that it should have waited goes by at once."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready now."""
        ready = super().select(0)
        if not ready and timeout:
            self.passed += timeout
        return ready


class _SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time goes by only where it waits."""

    def __init__(self) -> None:
        self._clock = _Skipping()
        super().__init__(self._clock)

    def time(self) -> float:
        """The time, in seconds."""
        return self._clock.passed


@pytest.mark.parametrize("own_after", [0.0, 0.25, 0.75, 2.0])
def test_the_waits_for_the_own_club_and_for_all_are_one_second_together(own_after: float) -> None:
    async def work() -> float:
        place = _Place(Slots(2, 1.0), 1, wait_seconds=1.0)
        loop = asyncio.get_running_loop()
        await place.acquire(BUSY_CLUB)
        await place.acquire(OTHER_CLUB)
        began = loop.time()
        # The club's place becomes free, and none of the neighbour's.
        loop.call_later(own_after, place.by_organization[BUSY_CLUB].release)
        with pytest.raises(Busy):
            await place.acquire(BUSY_CLUB)
        return loop.time() - began

    with asyncio.Runner(loop_factory=_SkippingLoop) as runner:
        assert runner.run(work()) == pytest.approx(1.0, abs=0.01)
