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
        bool | None, Query(description="Only archived ones, or only those on sale.")
    ] = None,
    public: Annotated[bool | None, Query(description="Only public ones, or only others.")] = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> PlanPage:
    """List plans by name, archived ones too unless told otherwise."""
    return service.list_plans(
        call.session, call.tenant, limit, cursor, archived=archived, public=public
    )


@router.post("/plans", status_code=201)
def create_plan(new: NewPlan, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)]) -> PlanView:
    """Create a plan; permissions that are new become known to the organization."""

    def create() -> PlanView:
        plan = service.create_plan(call.session, call.tenant, new, call.now)
        return service.show_plan(call.session, call.tenant, plan)

    return once(call, new, PlanView, create)


@router.get("/plans/{plan_id}")
def get_plan(plan_id: UUID, call: Annotated[Call, reads(Scope.PLANS_READ)]) -> PlanView:
    """Show a plan."""
    plan = service.get_plan(call.session, call.tenant, plan_id)
    return service.show_plan(call.session, call.tenant, plan)


@router.patch("/plans/{plan_id}")
def change_plan(
    plan_id: UUID, change: PlanChange, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)]
) -> PlanView:
    """Set the fields that are sent; memberships already sold keep their terms.

    `archived` takes a plan out of sale, and back into it. `permissions` are replaced as a whole,
    in the order sent.
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
    """List all permissions that plans of the organization have named, by key."""
    return permissions.list_permissions(call.session, call.tenant, limit, cursor)


@router.patch("/permissions/{key}")
def change_permission(
    key: KeyPath, change: PermissionChange, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)]
) -> PermissionView:
    """Call a permission otherwise, in all plans; memberships keep the label they were sold with.

    Its key never changes, for other systems ask for it.
    """

    def save() -> PermissionView:
        return permissions.relabel(call.session, call.tenant, key, change.label)

    return once(call, request_of("change permission", key, body=change), PermissionView, save)


@router.delete("/permissions/{key}", status_code=204)
def delete_permission(key: KeyPath, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)]) -> None:
    """Delete a permission that no plan carries; memberships that were sold with it keep it.

    Answers 409 `permission_in_use` while a plan carries it, archived ones included.
    """

    def delete() -> Done:
        permissions.forget(call.session, call.tenant, key)
        return Done()

    once(call, request_of("delete permission", key), Done, delete)
