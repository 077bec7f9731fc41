"""Whether this process can serve: database, schema, storage and background jobs.

The database is checked as requests use it, with a slot and a pooled connection, by one check at a
time. A caller waits at most ``PATIENCE_SECONDS``, however long the database takes; a check that
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

PATIENCE_SECONDS = 2.0
GATHERED_FOR_SECONDS = 10.0
"""Seconds for which the backlog is cached."""

FAILURES_TOLERATED = 2
"""A job with more failures in a row makes the process unready."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class PartFault:
    """Why one part is not ready: ``database``, ``schema``, ``storage`` or ``jobs``."""

    part: str
    message: str


class SharedQuestion(Generic[Answer]):
    """A check that runs once at a time; concurrent callers share its result."""

    def __init__(self, ask: Callable[[], Awaitable[Answer]]) -> None:
        self._ask = ask
        self._asking: asyncio.Future[Answer] | None = None

    async def answer(self, patience_seconds: float) -> Answer:
        """Return the result. Raises TimeoutError after the timeout, and what the check raises."""
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask())
            self._asking.add_done_callback(self._forget)
        async with asyncio.timeout(patience_seconds):
            return await asyncio.shield(self._asking)

    def _forget(self, asked: asyncio.Future[Answer]) -> None:
        """Run the check again next time; a result without a waiting caller is dropped."""
        self._asking = None
        if not asked.cancelled():
            asked.exception()


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
        self._gathered: tuple[float, Backlog] | None = None
        self._state = SharedQuestion(lambda: self._ask(self._look_at_database))
        self._backlog = SharedQuestion(lambda: self._ask(self._count_backlog))

    async def faults(self, patience_seconds: float = PATIENCE_SECONDS) -> list[PartFault]:
        """Return why this process is not ready; empty if it is."""
        jobs = [] if self._background is None else _job_faults(self._background)
        try:
            return [*await self._state.answer(patience_seconds), *jobs]
        except (TimeoutError, Busy):
            return [PartFault("database", "It did not answer in time."), *jobs]
        except SQLAlchemyError as error:
            return [PartFault("database", f"It cannot be used ({type(error).__name__})."), *jobs]
        except OSError as error:
            return [PartFault("storage", f"It cannot be looked at: {error.strerror}."), *jobs]

    async def backlog(self, patience_seconds: float = PATIENCE_SECONDS) -> Backlog | None:
        """Return the backlog, at most ten seconds old; None if it cannot be read now."""
        now = self._monotonic()
        if self._gathered is not None and 0 <= now - self._gathered[0] < GATHERED_FOR_SECONDS:
            return self._gathered[1]
        try:
            found = await self._backlog.answer(patience_seconds)
        except (TimeoutError, Busy, SQLAlchemyError):
            return None
        self._gathered = (now, found)
        return found

    async def _ask(self, read: Callable[[Connection], Answer]) -> Answer:
        """Run the checks on a connection, as a request gets it."""

        def run() -> Answer:
            with self._database.engine.connect() as connection:
                return read(connection)

        async with self._concurrency.connection(writes=False):
            return await run_in_threadpool(run)

    def _look_at_database(self, connection: Connection) -> list[PartFault]:
        """Check schema and storage on a connection."""
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        faults = []
        if revision != HEAD:
            faults.append(PartFault("schema", f"It is of revision {revision}, not {HEAD}."))
        if connection.dialect.name == "postgresql":
            if connection.scalar(text("SHOW transaction_read_only")) == "on":
                faults.append(PartFault("storage", "The database only lets itself be read."))
        else:
            faults.extend(self._file_faults(Path(str(connection.engine.url.database))))
        return faults

    def _file_faults(self, file: Path) -> list[PartFault]:
        """Check that SQLite's file can be written and may grow."""
        if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
            return [PartFault("storage", "The database file cannot be written.")]
        free = shutil.disk_usage(file.parent).free
        if free < self._least_free_bytes:
            return [PartFault("storage", f"Only {free} bytes are free on its disk.")]
        return []

    def _count_backlog(self, connection: Connection) -> Backlog:
        return read_backlog(connection, self._clock())


def _job_faults(background: Background) -> list[PartFault]:
    """Check for jobs that keep failing, or whose thread has ended."""
    failing = [
        PartFault("jobs", f"{name} failed {state.failures} times in a row.")
        for name, state in background.states.items()
        if state.failures > FAILURES_TOLERATED
    ]
    return failing + [PartFault("jobs", f"{name} ended.") for name in background.ended()]
