"""Tasks for the provider, as the API shows and lists them."""

from datetime import datetime

from sqlalchemy import String, select, type_coerce
from sqlalchemy.orm import Session

from membership.billing.schemas import ProviderTaskPage, ProviderTaskView
from membership.events.audit.recorder import record
from membership.store.models import ProviderTask, ProviderTaskKind
from membership.web.access import Tenant
from membership.web.errors import NotFound
from membership.web.paging import newest_first


def task_view(task: ProviderTask) -> ProviderTaskView:
    """Return a task as the API shows it."""
    return ProviderTaskView(
        kind=task.kind,
        object_id=task.object_id,
        asked_at=task.asked_at,
        tries=task.tries,
        due_at=task.due_at,
        error=task.error,
    )


def task_page(
    session: Session, tenant: Tenant, limit: int, cursor: str | None, *, failed: bool
) -> ProviderTaskPage:
    """Return a page of tasks, newest first; with ``failed``, only those that failed so far.

    Those of a kind that only a newer version knows are left out. Raises Invalid for a bad cursor.
    """
    known = type_coerce(ProviderTask.kind, String).in_([each.value for each in ProviderTaskKind])
    query = select(ProviderTask).where(ProviderTask.organization_id == tenant.id, known)
    if failed:
        query = query.where(ProviderTask.tries > 0)
    order = (ProviderTask.asked_at, ProviderTask.object_id)
    rows, following = newest_first(session, query, order, limit, cursor)
    return ProviderTaskPage(items=tuple(task_view(row) for (row,) in rows), next_cursor=following)


def retry_task(
    session: Session, tenant: Tenant, kind: ProviderTaskKind, object_id: str, now: datetime
) -> ProviderTask:
    """Make a task due again, with as many tries as a new one. Raises NotFound."""
    task = session.get(ProviderTask, (tenant.id, kind, object_id))
    if task is None:
        raise NotFound("task_not_found", "There is no such task; it may have been done.")
    task.tries, task.due_at = 0, now
    session.flush()
    record(session, tenant.id, "billing.task_retried", object_id, after={"kind": kind.value})
    return task
