"""Routes of plans and permissions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api_client.messages.management import PlanPage, PlanView
from api_client.messages.scan import PermissionView
from membership.base.scopes import Scope
from membership.members.plans import permissions, service
from membership.members.plans.schemas import (
    NewPlan,
    PermissionChange,
    PermissionKey,
    PermissionPage,
    PlanChange,
)
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import Done, once, request_of
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1", tags=["Plans"])

KeyPath = Annotated[PermissionKey, Path(examples=["area.pool"])]


@router.get("/plans")
def list_plans(
    call: Annotated[Call, reads(Scope.PLANS_READ)],
    archived: Annotated[
        bool | None, Query(description="Only archived plans, or only those on sale.")
    ] = None,
    public: Annotated[
        bool | None, Query(description="Only plans open for sign-up, or only others.")
    ] = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> PlanPage:
    """List plans by name; archived ones are included unless filtered out.

    Errors: `invalid_cursor` (422).
    """
    return service.list_plans(
        call.session, call.tenant, limit, cursor, archived=archived, public=public
    )


@router.post("/plans", status_code=201)
def create_plan(new: NewPlan, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)]) -> PlanView:
    """Create a plan; its new permissions are added to the organization's."""

    def create() -> PlanView:
        plan = service.create_plan(call.session, call.tenant, new, call.now)
        return service.show_plan(call.session, call.tenant, plan)

    return once(call, new, PlanView, create)


@router.get("/plans/{plan_id}")
def get_plan(plan_id: UUID, call: Annotated[Call, reads(Scope.PLANS_READ)]) -> PlanView:
    """Return a plan.

    Errors: `plan_not_found` (404).
    """
    plan = service.get_plan(call.session, call.tenant, plan_id)
    return service.show_plan(call.session, call.tenant, plan)


@router.patch("/plans/{plan_id}")
def change_plan(
    plan_id: UUID, change: PlanChange, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)]
) -> PlanView:
    """Set the fields that are sent; memberships already sold keep their terms.

    `archived` takes a plan off sale or puts it back on sale. `permissions` are replaced as a whole,
    in the order sent.

    Errors: `plan_not_found` (404).
    """

    def save() -> PlanView:
        plan = service.change_plan(call.session, call.tenant, plan_id, change, call.now)
        return service.show_plan(call.session, call.tenant, plan)

    return once(call, request_of("change plan", plan_id, body=change), PlanView, save)


@router.get("/permissions")
def list_permissions(
    call: Annotated[Call, reads(Scope.PLANS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> PermissionPage:
    """List all permissions of the organization by key.

    Errors: `invalid_cursor` (422).
    """
    return permissions.list_permissions(call.session, call.tenant, limit, cursor)


@router.patch("/permissions/{key}")
def change_permission(
    key: KeyPath, change: PermissionChange, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)]
) -> PermissionView:
    """Change the label of a permission in all plans; memberships sold before keep theirs.

    The key never changes, because other systems check it.

    Errors: `permission_not_found` (404).
    """

    def save() -> PermissionView:
        return permissions.relabel(call.session, call.tenant, key, change.label)

    return once(call, request_of("change permission", key, body=change), PermissionView, save)


@router.delete("/permissions/{key}", status_code=204)
def delete_permission(key: KeyPath, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)]) -> None:
    """Delete a permission that no plan has; memberships that were sold with it keep it.

    Errors: `permission_not_found` (404), `permission_in_use` (409) while a plan has it, archived
    ones included.
    """

    def delete() -> Done:
        permissions.forget(call.session, call.tenant, key)
        return Done()

    once(call, request_of("delete permission", key), Done, delete)
