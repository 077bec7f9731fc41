"""Whether this process can serve: database, schema, storage and background jobs.

The database is checked as requests use it, with a slot and a pooled connection, by one check at a
time. A caller waits at most ``TIMEOUT_SECONDS``, however long the database takes; a check that
hangs holds one connection and one thread, not one for each caller.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from membership.operations.backlog import Backlog, read_backlog
from membership.store.background import Background
from membership.store.database import Database
from membership.store.migrate import HEAD
from membership.web.concurrency import ConcurrencyLimiter
from membership.web.errors import Busy

TIMEOUT_SECONDS = 2.0
BACKLOG_CACHED_SECONDS = 10.0
"""Seconds for which the backlog is cached."""

FAILURES_TOLERATED = 2
"""A job with more failures in a row makes the process unready."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PartError:
    """Why one part is not ready: ``database``, ``schema``, ``storage`` or ``jobs``."""

    part: str
    message: str


class SharedCheck(Generic[Result]):
    """A check that runs once at a time; concurrent callers share its result."""

    def __init__(self, check: Callable[[], Awaitable[Result]]) -> None:
        self._check = check
        self._running: asyncio.Future[Result] | None = None

    async def result(self, timeout_seconds: float) -> Result:
        """Return the result. Raises TimeoutError after the timeout, and what the check raises."""
        if self._running is None:
            self._running = asyncio.ensure_future(self._check())
            self._running.add_done_callback(self._clear)
        async with asyncio.timeout(timeout_seconds):
            return await asyncio.shield(self._running)

    def _clear(self, ended: asyncio.Future[Result]) -> None:
        """Run the check again next time; a result without a waiting caller is dropped."""
        self._running = None
        if not ended.cancelled():
            ended.exception()


class Readiness:
    """The readiness checks of one application."""

    def __init__(
        self,
        database: Database,
        concurrency: ConcurrencyLimiter,
        background: Background | None,
        *,
        clock: Callable[[], datetime],
        least_free_bytes: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._concurrency, self._background = database, concurrency, background
        self._clock, self._monotonic = clock, monotonic
        self._least_free_bytes = least_free_bytes
        self._cached_backlog: tuple[float, Backlog] | None = None
        self._state = SharedCheck(lambda: self._with_connection(self._check_database))
        self._backlog = SharedCheck(lambda: self._with_connection(self._count_backlog))

    async def errors(self, timeout_seconds: float = TIMEOUT_SECONDS) -> list[PartError]:
        """Return why this process is not ready; empty if it is."""
        jobs = [] if self._background is None else _job_errors(self._background)
        try:
            return [*await self._state.result(timeout_seconds), *jobs]
        except (TimeoutError, Busy):
            return [PartError("database", "It did not answer in time."), *jobs]
        except SQLAlchemyError as error:
            return [PartError("database", f"It cannot be used ({type(error).__name__})."), *jobs]
        except OSError as error:
            return [PartError("storage", f"It cannot be looked at: {error.strerror}."), *jobs]

    async def backlog(self, timeout_seconds: float = TIMEOUT_SECONDS) -> Backlog | None:
        """Return the backlog, at most ten seconds old; None if it cannot be read now."""
        now = self._monotonic()
        if (
            self._cached_backlog is not None
            and 0 <= now - self._cached_backlog[0] < BACKLOG_CACHED_SECONDS
        ):
            return self._cached_backlog[1]
        try:
            found = await self._backlog.result(timeout_seconds)
        except (TimeoutError, Busy, SQLAlchemyError):
            return None
        self._cached_backlog = (now, found)
        return found

    async def _with_connection(self, read: Callable[[Connection], Result]) -> Result:
        """Run the checks on a connection, as a request gets it."""

        def run() -> Result:
            with self._database.engine.connect() as connection:
                return read(connection)

        async with self._concurrency.connection(writes=False):
            return await run_in_threadpool(run)

    def _check_database(self, connection: Connection) -> list[PartError]:
        """Check schema and storage on a connection."""
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        errors = []
        if revision != HEAD:
            errors.append(PartError("schema", f"It is of revision {revision}, not {HEAD}."))
        if connection.dialect.name == "postgresql":
            if connection.scalar(text("SHOW transaction_read_only")) == "on":
                errors.append(PartError("storage", "The database only lets itself be read."))
        else:
            errors.extend(self._file_errors(Path(str(connection.engine.url.database))))
        return errors

    def _file_errors(self, file: Path) -> list[PartError]:
        """Check that SQLite's file can be written and may grow."""
        if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
            return [PartError("storage", "The database file cannot be written.")]
        free = shutil.disk_usage(file.parent).free
        if free < self._least_free_bytes:
            return [PartError("storage", f"Only {free} bytes are free on its disk.")]
        return []

    def _count_backlog(self, connection: Connection) -> Backlog:
        return read_backlog(connection, self._clock())


def _job_errors(background: Background) -> list[PartError]:
    """Check for jobs that keep failing, or whose thread has ended."""
    failing = [
        PartError("jobs", f"{name} failed {state.failures} times in a row.")
        for name, state in background.states.items()
        if state.failures > FAILURES_TOLERATED
    ]
    return failing + [PartError("jobs", f"{name} ended.") for name in background.ended()]
