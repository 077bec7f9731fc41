"""Tasks for the provider in the database: leased, done, rescheduled, given up, retried.

Each function runs in one short transaction of the caller's and makes no requests.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, delete, select, type_coerce, update
from sqlalchemy.orm import Session

from membership.base.backoff import Backoff
from membership.store import lease
from membership.store.models import ProviderTask, StripeAccount

_CHUNK = 20
_KIND = type_coerce(ProviderTask.kind, String)
LEASE = timedelta(minutes=5)
"""How long a leased task is not leased again."""
BACKOFF = Backoff.doubling(timedelta(seconds=10), timedelta(hours=1))
MAX_TRIES = 60
"""Then, after some two and a half days, a task is given up; staff can have it retried."""


@dataclass(frozen=True, slots=True)
class LeasedTask:
    """A leased task. ``tries`` is the number of failed attempts before this one."""

    organization_id: int
    kind: str
    object_id: str
    asked_at: datetime
    tries: int


def next_organization(session: Session, now: datetime, without: Collection[object]) -> int | None:
    """Return the organization whose task has been due longest; None if nothing is due.

    Organizations without an account are left out, and those that ``without`` names.
    """
    wanted = StripeAccount.organization_id.not_in(
        [each for each in without if isinstance(each, int)]
    )
    return session.scalars(
        select(ProviderTask.organization_id)
        .join(StripeAccount, StripeAccount.organization_id == ProviderTask.organization_id)
        .where(_is_due(now), wanted)
        .order_by(ProviderTask.due_at)
        .limit(1)
    ).first()


def lease_tasks(session: Session, organization_id: int, now: datetime) -> list[LeasedTask]:
    """Lease up to 20 due tasks, the longest due first; skips rows that others have locked.

    Kinds are read as text: one that only a newer version knows is no reason to leave the others.
    """
    due = (
        select(_KIND, ProviderTask.object_id, ProviderTask.asked_at, ProviderTask.tries)
        .where(ProviderTask.organization_id == organization_id, _is_due(now))
        .order_by(ProviderTask.due_at, ProviderTask.kind, ProviderTask.object_id)
        .limit(_CHUNK)
    )
    rows = session.execute(lease.skip_locked(due)).all()
    tasks = [LeasedTask(organization_id, *row) for row in rows]
    for task in tasks:
        _store(session, task, due_at=now + LEASE)
    return tasks


def _is_due(now: datetime) -> ColumnElement[bool]:
    """SQL condition: a task is to be carried out at ``now``, and no process has leased it."""
    return lease.has_come(ProviderTask.due_at, now, max(LEASE, BACKOFF.longest))


def mark_done(session: Session, task: LeasedTask) -> None:
    """Delete a task that was carried out, unless it was asked for again meanwhile."""
    session.execute(
        delete(ProviderTask).where(*_as_leased(task)).execution_options(synchronize_session=False)
    )


def reschedule(session: Session, task: LeasedTask, why: str, now: datetime) -> None:
    """Record why a task failed, and when it is due again, unless its tries are used up."""
    tries = task.tries + 1
    due_at = now + BACKOFF.pause(tries) if tries < MAX_TRIES else None
    _store(session, task, tries=tries, due_at=due_at, error=why[:500])


def _store(session: Session, task: LeasedTask, **values: object) -> None:
    """Update a task, unless it was asked for again."""
    session.execute(
        update(ProviderTask)
        .where(*_as_leased(task))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _as_leased(task: LeasedTask) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions: the task as it was leased."""
    return (
        ProviderTask.organization_id == task.organization_id,
        _KIND.in_([task.kind]),
        ProviderTask.object_id == task.object_id,
        ProviderTask.asked_at == task.asked_at,
    )
