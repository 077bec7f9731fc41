"""Who may use the database at once: a queue in front of its connections and its write lock.

A request needs a thread twice, to open its transaction and to use it. Were all let in, those
that wait for a connection or for SQLite's write lock would take up every thread, and those
that hold one could never go on. So no more are admitted than there are connections (and on
SQLite one writer), fewer than there are threads; the others wait without a thread.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from anyio.to_thread import current_default_thread_limiter

from membership.errors import Busy
from membership.faults import BUSY
from membership.settings import ServiceSettings

_SPARE_THREADS = 8
"""Threads for what needs no connection, beside one for each request that has one."""

_IMAGES_AT_ONCE = 2
_PASSWORDS_AT_ONCE = 2


class Admission:
    """The queues of one application. Each waits at most ``busy_timeout_seconds``."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.waiting = 0
        """How many wait just now."""
        self._patience = settings.busy_timeout_seconds
        self._places = settings.pool_size + settings.pool_overflow
        one_writer = settings.url().get_backend_name() == "sqlite"
        self._connections = asyncio.Semaphore(self._places)
        self._writers = asyncio.Semaphore(1 if one_writer else self._places)
        self._images = asyncio.Semaphore(_IMAGES_AT_ONCE)
        self._passwords = asyncio.Semaphore(_PASSWORDS_AT_ONCE)

    @asynccontextmanager
    async def connection(self, *, writes: bool) -> AsyncIterator[None]:
        """Hold a place for one connection, as a writer or a reader. Raises Busy."""
        self._provide_threads()
        async with AsyncExitStack() as held:
            if writes:
                await self._enter(held, self._writers)
            await self._enter(held, self._connections)
            yield

    @asynccontextmanager
    async def image(self) -> AsyncIterator[None]:
        """Hold a place for decoding one image, which takes a processor's time. Raises Busy."""
        async with AsyncExitStack() as held:
            await self._enter(held, self._images)
            yield

    @asynccontextmanager
    async def password(self) -> AsyncIterator[None]:
        """Hold a place for hashing one password, which takes 64 MiB. Raises Busy."""
        async with AsyncExitStack() as held:
            await self._enter(held, self._passwords)
            yield

    async def _enter(self, held: AsyncExitStack, gate: asyncio.Semaphore) -> None:
        """Pass one gate, and let the next one in when ``held`` is left."""
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await gate.acquire()
        except TimeoutError:
            raise Busy(BUSY.code, BUSY.detail, headers=BUSY.headers) from None
        finally:
            self.waiting -= 1
        held.callback(gate.release)

    def _provide_threads(self) -> None:
        """See that there is a thread for each request that is let in."""
        limiter = current_default_thread_limiter()
        limiter.total_tokens = max(limiter.total_tokens, self._places + _SPARE_THREADS)
