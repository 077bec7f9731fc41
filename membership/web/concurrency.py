"""Limits of concurrency: semaphores in front of the database and of what is slow or large.

A request needs a thread twice: to open its transaction and to use it. If every request were
started at once, those that wait for a connection or for SQLite's write lock would occupy all
threads, and those that hold one could not continue. So no more requests run than there are
connections (and on SQLite one writer), fewer than there are threads; the others wait in the event
loop, without a thread.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from anyio.to_thread import current_default_thread_limiter

from membership.base.settings import ServiceSettings
from membership.web.slots import Slots

_SPARE_THREADS = 8
"""Threads for work without a connection, in addition to one for each connection."""

_IMAGE_SLOTS = 2
_PASSWORD_HASHING_SLOTS = 2
_LONG_KEY_SLOTS = 1
_KEY_FILE_SLOTS = 1


class ConcurrencyLimiter:
    """The semaphores of one application. Each wait lasts at most ``busy_timeout_seconds``."""

    def __init__(self, settings: ServiceSettings) -> None:
        timeout = settings.busy_timeout_seconds
        self._connection_count = settings.pool_size + settings.pool_overflow
        one_writer = settings.url().get_backend_name() == "sqlite"
        self._connections = Slots(self._connection_count, timeout)
        self._writers = Slots(1 if one_writer else self._connection_count, timeout)
        self._images = Slots(_IMAGE_SLOTS, timeout)
        self._password_hashing = Slots(_PASSWORD_HASHING_SLOTS, timeout)
        self._long_keys = Slots(_LONG_KEY_SLOTS, timeout)
        self._key_files = Slots(_KEY_FILE_SLOTS, timeout)

    @property
    def waiting(self) -> int:
        """Number of requests that wait for a slot of any kind."""
        kinds = (
            self._connections,
            self._writers,
            self._images,
            self._password_hashing,
            self._long_keys,
            self._key_files,
        )
        return sum(slots.waiting for slots in kinds)

    def connection(self, *, writes: bool) -> AbstractAsyncContextManager[None]:
        """Hold the slot of a database connection, to write or to read. Raises Busy."""
        self._ensure_threads()
        return self._writing() if writes else self._connections

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        """Hold the slot of a writer, then one of a connection. Raises Busy."""
        async with self._writers, self._connections:
            yield

    def image(self) -> AbstractAsyncContextManager[None]:
        """Hold a slot to decode one image, which occupies a processor. Raises Busy."""
        return self._images

    def password_hashing(self) -> AbstractAsyncContextManager[None]:
        """Hold a slot to hash one password, which takes 64 MiB of memory. Raises Busy."""
        return self._password_hashing

    def long_key(self) -> AbstractAsyncContextManager[None]:
        """Hold the slot to judge one long public key, which takes a second. Raises Busy."""
        return self._long_keys

    def key_file(self) -> AbstractAsyncContextManager[None]:
        """Hold the slot to open one file of keys, which may take seconds. Raises Busy."""
        return self._key_files

    def _ensure_threads(self) -> None:
        """Raise the number of worker threads to one for each connection, and some spare ones."""
        limiter = current_default_thread_limiter()
        limiter.total_tokens = max(limiter.total_tokens, self._connection_count + _SPARE_THREADS)
