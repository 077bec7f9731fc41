"""A club with something sick in it, beside another one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from membership.store.background import Work
from membership.store.base_model import Base
from tests.membership.support import Service, arranging
from tests.membership.wallet.updates.life import work_of


@dataclass
class Clubs:
    """A club with something sick in it, another one, and what their jobs are given."""

    sick: Service
    other: Service
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.work = work_of(self.sick)

    def run(self, job: Callable[[Work], bool]) -> None:
        """Run a job until there is nothing to do now."""
        for _ in range(100):
            if not job(self.work):
                return
        raise AssertionError("the job goes on for ever")

    def failing(self, job: str) -> bool:
        """Whether something of a job is shown as failing."""
        return self.work.failing.counts().get(job, 0) > 0

    def change(self, table: type[Base], *where: Any, **values: Any) -> None:
        """Change rows as no request could."""
        with arranging(self.work.database) as session:
            session.execute(update(table).where(*where).values(values))
