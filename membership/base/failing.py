"""What a background job cannot do at present: items that failed, each with a growing pause.

A job that finds an item it cannot work on puts it here and goes on with the next one. Until its
pause is over, the item is left out. Kept in memory, for one process: another one, and the next
start, try it again. Jobs whose rows have a time at which they are due store the pause there.
"""

import threading
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from membership.base.backoff import Backoff
from membership.base.logs import logger

BACKOFF = Backoff.doubling(timedelta(minutes=1), timedelta(hours=1))
"""Pauses between the attempts at an item that keeps failing."""

MAX_ITEMS = 10_000
"""Items that are remembered for one job; of more, the first ones are forgotten and tried again."""


@dataclass(frozen=True, slots=True)
class FailingItem:
    """Failures in a row of an item, and when it is tried again (UTC)."""

    failures: int
    retry_at: datetime
    longest: timedelta

    def waits(self, now: datetime) -> bool:
        """Whether its pause lasts at ``now``; one that a wrong clock made too long is over."""
        return now < self.retry_at <= now + self.longest


@dataclass
class FailingItems:
    """The failing items of all jobs of one process. Threads may share it."""

    _by_job: dict[str, dict[Hashable, FailingItem]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def failed(
        self,
        job: str,
        item: Hashable,
        error: Exception | str,
        now: datetime,
        backoff: Backoff = BACKOFF,
    ) -> FailingItem:
        """Record and log a failure of an item; returns until when it is left out.

        ``item`` holds ids only, for it is logged: the organization first.
        """
        with self._lock:
            items = self._by_job.setdefault(job, {})
            before = items.pop(item, None)
            failures = 1 if before is None else before.failures + 1
            failing = FailingItem(failures, now + backoff.pause(failures), backoff.longest)
            items[item] = failing
            if len(items) > MAX_ITEMS:
                items.pop(next(iter(items)))
        shown = error if isinstance(error, str) else type(error).__name__
        logger().error(
            "job_item_failed",
            job=job,
            item=str(item),
            failures=failures,
            error=shown,
            exc_info=error if isinstance(error, Exception) and failures == 1 else None,
        )
        return failing

    def succeeded(self, job: str, item: Hashable) -> None:
        """Forget the failures of an item."""
        with self._lock:
            self._by_job.get(job, {}).pop(item, None)

    def all_succeeded(self, job: str, items: Iterable[Hashable]) -> None:
        """Forget the failures of items."""
        with self._lock:
            failing = self._by_job.get(job)
            if failing:  # mostly there are none
                for item in items:
                    failing.pop(item, None)

    def waiting(self, job: str, now: datetime) -> frozenset[Hashable]:
        """Return the items of a job whose pause lasts at ``now``."""
        with self._lock:
            items = self._by_job.get(job, {})
            return frozenset(item for item, failing in items.items() if failing.waits(now))

    def counts(self) -> dict[str, int]:
        """Return the number of failing items by job, without those that have none."""
        with self._lock:
            return {job: len(items) for job, items in self._by_job.items() if items}
