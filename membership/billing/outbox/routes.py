"""Routes of what the payment provider is still to do."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from membership.base.scopes import Scope
from membership.billing.outbox import views
from membership.billing.schemas import ProviderTaskPage, ProviderTaskView
from membership.store.models import ProviderTaskKind
from membership.web.access import Call, reads, writes
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/billing", tags=["Payments"])

TaskKind = Annotated[ProviderTaskKind, Path(description="What the provider is to do.")]
ObjectId = Annotated[
    str,
    Path(
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The id of what it is about, as in the list.",
        examples=["sub_1PXy2cLkdIwHu7ixJkQ7mBd3"],
    ),
]


@router.get("/tasks")
def list_provider_tasks(
    call: Annotated[Call, reads(Scope.MEMBERSHIPS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    failed: Annotated[bool, Query(description="Only those that were tried and failed.")] = False,
) -> ProviderTaskPage:
    """List what the provider is still to do, newest first.

    A ban, a merge, an erasure or a changed name is stored at once; what the provider is to do about
    it follows within seconds, and is tried again while it cannot be reached.

    Errors: `invalid_cursor` (422).
    """
    return views.task_page(call.session, call.tenant, limit, cursor, failed=failed)


@router.post("/tasks/{task_kind}/{object_id}/retry")
def retry_provider_task(
    task_kind: TaskKind,
    object_id: ObjectId,
    call: Annotated[Call, writes(Scope.MEMBERSHIPS_WRITE)],
) -> ProviderTaskView:
    """Try a task again, within seconds, also one that was given up.

    Errors: `task_not_found` (404), also once it was done.
    """
    return views.task_view(
        views.retry_task(call.session, call.tenant, task_kind, object_id, call.now)
    )
