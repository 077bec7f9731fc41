"""The time of the last use of API keys, stored about once a minute and beside the requests."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.exc import SQLAlchemyError

from membership.base.actors import Actor
from membership.base.logs import logger
from membership.store.database import Database
from membership.store.errors import database_problem
from membership.store.models import ApiKey

_NOTED_EVERY = timedelta(minutes=1)


class KeyUses:
    """Stores uses in one thread, which starts at the first of them; no request waits for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, "key-uses")
        self._lock = threading.Lock()
        self._noted: dict[UUID, datetime] = {}

    def note(
        self, actor: Actor, organization_id: int, last_used_at: datetime | None, now: datetime
    ) -> None:
        """Store that a key is in use, unless that was done less than a minute ago."""
        if actor.id is None or not _is_old(last_used_at, now):
            return
        with self._lock:
            if not _is_old(self._noted.get(actor.id), now):
                return
            self._noted[actor.id] = now
        self._thread.submit(self._store, actor, organization_id, now)

    def settle(self) -> None:
        """Wait until what was noted is stored."""
        self._thread.submit(lambda: None).result()

    def _store(self, actor: Actor, organization_id: int, now: datetime) -> None:
        """Store a use. If the database cannot be written now, it is logged: nobody waits."""
        earlier = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now)
        mine = (ApiKey.organization_id == organization_id, ApiKey.id == actor.id)
        try:
            with self._database.writing(actor, now) as (session, _):
                session.execute(update(ApiKey).where(*mine, earlier).values(last_used_at=now))
        except SQLAlchemyError as error:
            problem = database_problem(error)
            code = problem.code if problem is not None else type(error).__name__
            logger().warning("key_use_not_noted", code=code)


def _is_old(used_at: datetime | None, now: datetime) -> bool:
    """Whether a use is so long ago, or so far ahead, that a new one is stored."""
    return used_at is None or abs(now - used_at) >= _NOTED_EVERY
