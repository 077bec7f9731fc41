"""A semaphore for tasks, with a time-out and a bound on those that wait."""

import asyncio

from membership.store.errors import BUSY
from membership.web.errors import Busy


class Slots:
    """``count`` slots; who finds none waits ``timeout_seconds`` at most.

    ``waiting`` is the number of tasks that wait, ``most_waiting`` the bound on it, if there is
    one. As a context manager it holds one slot while its block runs.
    """

    def __init__(self, count: int, timeout_seconds: float, most_waiting: int | None = None) -> None:
        self.waiting, self.taken = 0, 0
        self._most_waiting, self._timeout_seconds = most_waiting, timeout_seconds
        self._semaphore = asyncio.Semaphore(count)

    async def acquire(self, within_seconds: float | None = None) -> None:
        """Take a slot, within the timeout unless another time is given.

        Raises Busy after it, or at once if too many wait already.
        """
        if self._semaphore.locked():
            await self._wait(self._timeout_seconds if within_seconds is None else within_seconds)
        else:
            await self._semaphore.acquire()  # returns at once: a slot is free, and nobody waits
        self.taken += 1

    def release(self) -> None:
        """Give a slot back."""
        self.taken -= 1
        self._semaphore.release()

    async def __aenter__(self) -> None:
        """Acquire a slot. Raises Busy."""
        await self.acquire()

    async def __aexit__(self, *_raised: object) -> None:
        """Release the slot."""
        self.release()

    async def _wait(self, within_seconds: float) -> None:
        """Acquire a slot once another task releases it. Raises Busy."""
        if self._most_waiting is not None and self.waiting >= self._most_waiting:
            raise _busy()
        self.waiting += 1
        try:
            async with asyncio.timeout(within_seconds):
                await self._semaphore.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self.waiting -= 1


def _busy() -> Busy:
    """Return the error for whoever waited too long."""
    return Busy(BUSY.code, BUSY.detail, headers=BUSY.headers)
