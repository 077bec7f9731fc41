"""Who may use the database at once: a queue in front of its connections and its write lock.

A request needs a thread twice, to open its transaction and to use it. Were all let in, those
that wait for a connection or for SQLite's write lock would take up every thread, and those
that hold one could never go on. So no more are admitted than there are connections (and on
SQLite one writer), fewer than there are threads; the others wait without a thread.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from anyio.to_thread import current_default_thread_limiter

from membership.base.settings import ServiceSettings
from membership.store.errors import BUSY
from membership.web.errors import Busy

_SPARE_THREADS = 8
"""Threads for what needs no connection, beside one for each request that has one."""

_IMAGES_AT_ONCE = 2
_PASSWORDS_AT_ONCE = 2
_ASKING_AT_ONCE = 4


class _Gate:
    """A number of places. Who comes in waits at most ``patience`` seconds, and gives it back."""

    def __init__(self, places: int, patience: float) -> None:
        self.waiting = 0
        self._places, self._patience = asyncio.Semaphore(places), patience

    async def __aenter__(self) -> None:
        """Take a place. Raises Busy."""
        if self._places.locked():
            await self._wait()
        else:
            await self._places.acquire()  # at once: there is a place, and nobody was here before

    async def __aexit__(self, *_raised: object) -> None:
        """Give the place back."""
        self._places.release()

    async def _wait(self) -> None:
        """Take a place that somebody else gives back. Raises Busy."""
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise Busy(BUSY.code, BUSY.detail, headers=BUSY.headers) from None
        finally:
            self.waiting -= 1


class Admission:
    """The queues of one application. Each waits at most ``busy_timeout_seconds``."""

    def __init__(self, settings: ServiceSettings) -> None:
        patience = settings.busy_timeout_seconds
        self._places = settings.pool_size + settings.pool_overflow
        one_writer = settings.url().get_backend_name() == "sqlite"
        self._connections = _Gate(self._places, patience)
        self._writers = _Gate(1 if one_writer else self._places, patience)
        self._images = _Gate(_IMAGES_AT_ONCE, patience)
        self._passwords = _Gate(_PASSWORDS_AT_ONCE, patience)
        self._asking = _Gate(_ASKING_AT_ONCE, patience)

    @property
    def waiting(self) -> int:
        """How many wait just now."""
        gates = (
            self._connections,
            self._writers,
            self._images,
            self._passwords,
            self._asking,
        )
        return sum(gate.waiting for gate in gates)

    def connection(self, *, writes: bool) -> AbstractAsyncContextManager[None]:
        """Hold a place for one connection, as a writer or a reader. Raises Busy."""
        self._provide_threads()
        return self._writing() if writes else self._connections

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        """Hold a writer's place, and then one for its connection. Raises Busy."""
        async with self._writers, self._connections:
            yield

    def image(self) -> AbstractAsyncContextManager[None]:
        """Hold a place for decoding one image, which takes a processor's time. Raises Busy."""
        return self._images

    def password(self) -> AbstractAsyncContextManager[None]:
        """Hold a place for hashing one password, which takes 64 MiB. Raises Busy."""
        return self._passwords

    def asking(self) -> AbstractAsyncContextManager[None]:
        """Hold a place for asking a service elsewhere, which may be slow. Raises Busy."""
        return self._asking

    def _provide_threads(self) -> None:
        """See that there is a thread for each request that is let in."""
        limiter = current_default_thread_limiter()
        limiter.total_tokens = max(limiter.total_tokens, self._places + _SPARE_THREADS)
