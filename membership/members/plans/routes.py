"""Routes of plans and permissions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api_client.messages.management import PermissionPage, PlanPage, PlanView
from api_client.messages.scan import PermissionView
from membership.base.scopes import Scope
from membership.members.plans import permissions, service
from membership.members.plans.holders import with_holders
from membership.members.plans.schemas import (
    NewPlan,
    PermissionChange,
    PermissionKey,
    PlanChange,
)
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import Done, once, request_of
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.preconditions import InCondition, InShown, strong_etag

router = APIRouter(prefix="/v1", tags=["Plans"])

KeyPath = Annotated[PermissionKey, Path(examples=["area.pool"])]


def _plan_etag(view: PlanView) -> str:
    """Return the ETag of what can be edited of a plan."""
    terms = ("name", "description", "price_minor", "currency", "billing", "length")
    return strong_etag(view, "id", *terms, "public", "archived_at", "permissions")


def _permission_etag(view: PermissionView) -> str:
    """Return the ETag of a permission."""
    return strong_etag(view, "key", "label")


@router.get("/plans")
def list_plans(
    call: Annotated[Call, reads(Scope.PLANS_READ)],
    *,
    archived: Annotated[
        bool | None, Query(description="Only archived plans, or only those on sale.")
    ] = None,
    public: Annotated[
        bool | None, Query(description="Only plans open for sign-up, or only others.")
    ] = None,
    counts: Annotated[
        bool, Query(description="Count the customers and companies that have each plan now.")
    ] = False,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> PlanPage:
    """List plans by name; archived ones are included unless filtered out.

    Errors: `invalid_cursor` (422).
    """
    page = service.list_plans(
        call.session, call.tenant, limit, cursor, archived=archived, public=public
    )
    return with_holders(call, page) if counts else page


@router.post("/plans", status_code=201)
def create_plan(
    new: NewPlan, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)], shown: InShown
) -> PlanView:
    """Create a plan; its new permissions are added to the organization's."""

    def create() -> PlanView:
        plan = service.create_plan(call.session, call.tenant, new, call.now)
        return service.show_plan(call.session, call.tenant, plan)

    created = once(call, new, PlanView, create)
    return shown.show(created, _plan_etag(created))


@router.get("/plans/{plan_id}")
def get_plan(
    plan_id: UUID, call: Annotated[Call, reads(Scope.PLANS_READ)], shown: InShown
) -> PlanView:
    """Return a plan.

    Errors: `plan_not_found` (404).
    """
    plan = service.get_plan(call.session, call.tenant, plan_id)
    view = service.show_plan(call.session, call.tenant, plan)
    return shown.show(view, _plan_etag(view))


@router.patch("/plans/{plan_id}")
def change_plan(
    plan_id: UUID,
    change: PlanChange,
    call: Annotated[Call, writes_once(Scope.PLANS_WRITE)],
    condition: InCondition,
) -> PlanView:
    """Set the fields that are sent; memberships already sold keep their terms.

    `archived` takes a plan off sale or puts it back on sale. `permissions` are replaced as a whole,
    in the order sent.

    Errors: `plan_not_found` (404).
    """

    def current() -> str:
        plan = service.lock_plan(call.session, call.tenant, plan_id)
        return _plan_etag(service.show_plan(call.session, call.tenant, plan))

    def save() -> PlanView:
        condition.require(current)
        plan = service.change_plan(call.session, call.tenant, plan_id, change, call.now)
        return service.show_plan(call.session, call.tenant, plan)

    changed = once(call, request_of("change plan", plan_id, body=change), PlanView, save)
    return condition.show(changed, _plan_etag(changed))


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


@router.get("/permissions/{key}")
def get_permission(
    key: KeyPath, call: Annotated[Call, reads(Scope.PLANS_READ)], shown: InShown
) -> PermissionView:
    """Return a permission.

    Errors: `permission_not_found` (404).
    """
    view = permissions.show_permission(call.session, call.tenant, key)
    return shown.show(view, _permission_etag(view))


@router.patch("/permissions/{key}")
def change_permission(
    key: KeyPath,
    change: PermissionChange,
    call: Annotated[Call, writes_once(Scope.PLANS_WRITE)],
    condition: InCondition,
) -> PermissionView:
    """Change the label of a permission in all plans; memberships sold before keep theirs.

    The key never changes, because other systems check it.

    Errors: `permission_not_found` (404).
    """

    def save() -> PermissionView:
        condition.require(lambda: _locked_permission(call, key))
        return permissions.relabel(call.session, call.tenant, key, change.label)

    asked = request_of("change permission", key, body=change)
    changed = once(call, asked, PermissionView, save)
    return condition.show(changed, _permission_etag(changed))


def _locked_permission(call: Call, key: str) -> str:
    """Return the ETag of a permission, locked. Raises NotFound."""
    row = permissions.lock_permission(call.session, call.tenant, key)
    return _permission_etag(PermissionView(key=row.key, label=row.label))


@router.delete("/permissions/{key}", status_code=204)
def delete_permission(
    key: KeyPath, call: Annotated[Call, writes_once(Scope.PLANS_WRITE)], condition: InCondition
) -> None:
    """Delete a permission that no plan has; memberships that were sold with it keep it.

    Errors: `permission_not_found` (404), `permission_in_use` (409) while a plan has it, archived
    ones included.
    """

    def delete() -> Done:
        condition.require(lambda: _locked_permission(call, key))
        permissions.forget(call.session, call.tenant, key)
        return Done()

    once(call, request_of("delete permission", key), Done, delete)
