"""Routes of plans and permissions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from membership.access import Call, Scope, creates, reads, writes
from membership.idempotency import once
from membership.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.plans import service
from membership.plans.schemas import NewPlan, PermissionList, PlanChange, PlanPage, PlanView

router = APIRouter(prefix="/v1", tags=["Plans"])


@router.get("/plans")
def list_plans(
    call: Annotated[Call, reads(Scope.PLANS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> PlanPage:
    """List plans by name, archived ones too."""
    return service.list_plans(call.session, call.tenant, limit, cursor)


@router.post("/plans", status_code=201)
def create_plan(new: NewPlan, call: Annotated[Call, creates(Scope.PLANS_WRITE)]) -> PlanView:
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
    plan_id: UUID, change: PlanChange, call: Annotated[Call, writes(Scope.PLANS_WRITE)]
) -> PlanView:
    """Set the fields that are sent; memberships already sold keep their terms."""
    plan = service.change_plan(call.session, call.tenant, plan_id, change, call.now)
    return service.show_plan(call.session, call.tenant, plan)


@router.get("/permissions")
def list_permissions(call: Annotated[Call, reads(Scope.PLANS_READ)]) -> PermissionList:
    """List all permissions that plans of the organization have named."""
    return PermissionList(items=service.list_permissions(call.session, call.tenant))
