"""Purging: deletes rows that are no longer kept, in chunks that hold the write lock briefly."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, inspect, select, tuple_
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.store.apart import is_of_database, work_apart
from membership.store.background import Job, Work
from membership.store.base_model import Base
from membership.store.database import AnyRow

NAME = "purge"
"""Under this name, kinds of rows that cannot be deleted are shown as failing."""

CHUNK = 500
"""Rows of a table that are deleted in one transaction."""

_PAUSE_SECONDS = 3600.0
_LONGEST_REST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Expired:
    """Rows of a table that are no longer kept: those that meet ``condition``."""

    table: type[Base]
    condition: ColumnElement[bool]
    chunk: int = CHUNK


def delete_chunk(connection: Connection, expired: Expired) -> bool:
    """Delete at most a chunk of expired rows; True if there may be more.

    Rows that refer to them with ``ON DELETE CASCADE`` go with them and do not count.
    """
    key = inspect(expired.table).primary_key
    some = select(*key).where(expired.condition).limit(expired.chunk)
    statement = delete(expired.table).where(tuple_(*key).in_(some))
    return connection.execute(statement).rowcount >= expired.chunk


def purge_tables(work: Work, *all_expired: Expired) -> bool:
    """Delete a chunk of each kind of rows, in one transaction; True if there may be more.

    A kind of which a row cannot be deleted is shown as failing; the others are deleted, of the
    same kind as well.
    """
    more = False
    with work.database.writing(SERVICE, work.clock) as (session, now):
        connection = session.connection()
        for expired in all_expired:
            table = expired.table.__tablename__
            done, failed = work_apart(
                session, [expired], lambda kinds: delete_chunk(connection, kinds[0])
            )
            for _, error in failed:
                work.failing.failed(NAME, table, error, now)
                more = _delete_apart(session, expired) or more
            if done:
                work.failing.succeeded(NAME, table)
            more = more or any(done)
    return more


def _delete_apart(session: Session, expired: Expired) -> bool:
    """Delete a chunk without the rows that cannot be deleted; True if there may be more."""
    connection, key = session.connection(), inspect(expired.table).primary_key
    rows = connection.execute(select(*key).where(expired.condition).limit(expired.chunk)).all()

    def delete_rows(some: Sequence[AnyRow]) -> int:
        here = tuple_(*key).in_([tuple(row) for row in some])
        return connection.execute(delete(expired.table).where(here)).rowcount

    deleted, _ = work_apart(session, rows, delete_rows)
    return sum(deleted) > 0 and len(rows) >= expired.chunk


def purge_job(name: str, *purges: Callable[[Work], bool]) -> Job:
    """A job that purges once an hour.

    Each of ``purges`` deletes a chunk and returns whether there may be more. Between chunks it
    rests for as long as they took, so that others get the write lock.
    """

    def run(work: Work) -> bool:
        began = time.perf_counter()
        more = [_apart(work, f"{name} {number}", purge) for number, purge in enumerate(purges)]
        if any(more):
            work.stopping.wait(min(time.perf_counter() - began, _LONGEST_REST_SECONDS))
        return any(more)

    return Job(name, run, pause_seconds=_PAUSE_SECONDS)


def _apart(work: Work, name: str, purge: Callable[[Work], bool]) -> bool:
    """Run one purge; if it fails, it is shown as failing, and the others of its job go on."""
    try:
        more = purge(work)
    except Exception as error:
        if is_of_database(error):
            raise
        work.failing.failed(NAME, name, error, work.clock())
        return False
    work.failing.succeeded(NAME, name)
    return more
