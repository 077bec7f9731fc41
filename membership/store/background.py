"""Background jobs of the service: each runs in a thread of its own, again and again.

A job that fails is logged and retried after a growing pause; it never ends the service.
``Background.states`` has the state of each job, for readiness and metrics.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from membership.base.backoff import Backoff
from membership.base.failing import FailingItems
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.store.database import Database

_LONGEST_PAUSE = timedelta(minutes=1)
"""The longest pause after failures, of a job whose own pause is shorter."""


@dataclass(frozen=True)
class Work:
    """What a job works with: settings, database, secrets, clock, and the event of a stop.

    ``failing`` are the items that jobs leave out for now because they failed.
    """

    settings: ServiceSettings
    database: Database
    vault: Vault
    clock: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)
    failing: FailingItems = field(default_factory=FailingItems)


@dataclass(frozen=True)
class Job:
    """A background job.

    ``run`` does one unit of work and returns whether there may be more; if not, the next run is
    after ``pause_seconds``.
    """

    name: str
    run: Callable[[Work], bool]
    pause_seconds: float


@dataclass
class JobState:
    """State of a job: failures in a row and in all, and the time of the last success."""

    failures: int = 0
    failures_in_all: int = 0
    last_done_at: datetime | None = None


class Background:
    """Runs jobs until it is stopped."""

    def __init__(self, work: Work, jobs: Iterable[Job]) -> None:
        self._work = work
        self.failing = work.failing
        self._jobs = tuple(jobs)
        self.states = {job.name: JobState() for job in self._jobs}
        self._threads: list[threading.Thread] = []

    def start(self, *, after_seconds: float = 0.0) -> None:
        """Start a thread for each job; each begins ``after_seconds`` from now."""
        for job in self._jobs:
            thread = threading.Thread(
                target=self._loop, args=(job, after_seconds), name=job.name, daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self, patience_seconds: float) -> None:
        """Ask the jobs to stop, and wait at most so long, in all, until they have."""
        self._work.stopping.set()
        end = time.monotonic() + patience_seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
            if thread.is_alive():
                logger().warning("job_still_running", job=thread.name)

    def ended(self) -> list[str]:
        """Names of the jobs whose threads were started and have ended."""
        return [thread.name for thread in self._threads if not thread.is_alive()]

    def _loop(self, job: Job, after_seconds: float) -> None:
        """Run one job until the service stops."""
        self._work.stopping.wait(after_seconds)
        state, pause = self.states[job.name], timedelta(seconds=job.pause_seconds)
        backoff = Backoff.doubling(pause, max(pause, _LONGEST_PAUSE))
        while not self._work.stopping.is_set():
            more = False
            try:
                more = job.run(self._work)
            except Exception:  # noqa: BLE001 - logged and shown by readiness; the job goes on
                state.failures += 1
                state.failures_in_all += 1
                logger().exception("job_failed", job=job.name, failures=state.failures)
            else:
                state.failures = 0
                state.last_done_at = self._work.clock()
            if not more:
                # Without a failure it is the first pause, the job's own.
                self._work.stopping.wait(backoff.pause(state.failures + 1).total_seconds())
