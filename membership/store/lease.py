"""Leases: rows that one process takes for a limited time, to work on them outside transactions.

A job that sends something must not keep a transaction open meanwhile. It leases rows in one short
transaction, sends, and records the result in another, which checks that the lease is still its
own. A process that is killed in between leaves a lease that expires; another process then takes
the rows, and what was sent may be sent again: at least once, never lost.

A lease is either a column of its own (``leased_until``, with or without one that names the
holder), or the column with the time at which a row is due next, set ahead by the lease.

Of several processes that lease at the same moment, each gets other rows: on PostgreSQL because
locked rows are skipped, on SQLite because there is only one write transaction at a time. SQLite's
write lock is not taken to find that there is nothing to do.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.store.database import Database

CLOCK_MARGIN = timedelta(minutes=1)
"""How far the clocks of processes may be apart, the time between looking and leasing included."""

Found = TypeVar("Found")
Leased = TypeVar("Leased")
AnySelect = TypeVar("AnySelect", bound="Select[*tuple[Any, ...]]")


def has_come(column: Any, now: datetime, furthest: timedelta) -> ColumnElement[bool]:
    """SQL condition: the time in ``column`` has come at ``now``; false or null for a null.

    ``furthest`` is the longest time that it is ever set ahead. What lies further ahead was set
    by a clock that was wrong and was set back since; it counts as come, for nobody would take
    the row until that time otherwise.
    """
    return or_(column <= now, column > now + furthest + CLOCK_MARGIN)


def is_free(
    until: Any,
    now: datetime,
    duration: timedelta,
    *,
    holder: Any = None,
    me: object = None,
) -> ColumnElement[bool]:
    """SQL condition: no other process has a lease on the row at ``now``.

    ``until`` is the column with the end of the lease, ``duration`` the longest one. ``holder``
    is the column that names who has it, where there is one: a null there frees the row, and so
    does the caller's own name, ``me``.
    """
    free = [(until if holder is None else holder).is_(None), has_come(until, now, duration)]
    return or_(*free) if me is None else or_(holder == me, *free)


def skip_locked(statement: AnySelect, *, of: Any = None) -> AnySelect:
    """Lock the rows of a query until the transaction ends, without those that others have locked.

    ``of`` is the table whose rows are locked, if the query joins several. Rows that refer to a
    locked one can still be added. SQLite has no such locks and needs none.
    """
    return statement.with_for_update(of=of, skip_locked=True, key_share=True)


def take(
    database: Database,
    now: datetime,
    look: Callable[[Session], Found | None],
    lease: Callable[[Session, Found], Leased],
) -> Leased | None:
    """Look for something to lease in a reading transaction, and lease it in a writing one.

    ``now`` is the time of both. Returns what ``lease`` returns, or None if ``look`` finds nothing.
    In between, another process may take what was found: ``lease`` looks again, with
    ``skip_locked``.
    """
    with database.readers.begin() as session:
        found = look(session)
    if found is None:
        return None
    with database.writing(SERVICE, now) as (session, _):
        return lease(session, found)
