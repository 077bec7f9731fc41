"""Jobs whose modules are imported once the database holds something for them.

Most of them serve something that a club may not use, such as webhooks or payments through
Stripe, and import far more than a desk needs for its scans. Until there is a row for it, such a
job runs one short query each time. After that it is a job like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from sqlalchemy import Select

from membership.store.background import Job, Work

NOW = "now"
"""Name of the parameter of ``LazyRun.rows`` that is the time of the run."""


@dataclass
class LazyRun:
    """What a job runs: the job or function ``name`` of ``module``, once one of ``rows`` exists."""

    module: str
    name: str
    rows: tuple[Select[*tuple[Any, ...]], ...]
    _run: Callable[[Work], bool] | None = field(default=None, init=False)

    def __call__(self, work: Work) -> bool:
        """Run it if there are rows for it. Returns whether there may be more to do at once."""
        if self._run is None:
            if not self._is_needed(work):
                return False
            self._run = self.load()
        return self._run(work)

    def load(self) -> Callable[[Work], bool]:
        """Import the module and return what is run."""
        found = getattr(import_module(self.module), self.name)
        run: Callable[[Work], bool] = found.run if isinstance(found, Job) else found
        return run

    def _is_needed(self, work: Work) -> bool:
        """Whether there is a row for it."""
        values = {NOW: work.clock()}
        with work.database.readers.begin() as session:
            return any(session.execute(each.limit(1), values).first() for each in self.rows)


def lazy_job(name: str, pause_seconds: float, target: str, *rows: Select[*tuple[Any, ...]]) -> Job:
    """A job that is imported once there is one of ``rows``.

    ``target`` is ``module:name`` of the job itself, or of the function that it runs.
    """
    module, _, attribute = target.partition(":")
    return Job(name, LazyRun(module, attribute, rows), pause_seconds)
