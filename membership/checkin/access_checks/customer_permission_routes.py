"""Routes of what a customer may use now; on their own, so that they are matched early."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from membership.base.scopes import Scope
from membership.checkin.access_checks.customer_permissions import (
    permission_grant,
    permission_grants,
)
from membership.members.customers.schemas import PermissionGrant, PermissionGrants
from membership.web.fast_path import NEEDS_KEY, Entry, EntryRoute, enters

router = APIRouter(
    prefix="/v1/customers/{customer_id}/permissions", tags=["Customers"], route_class=EntryRoute
)

_Entry = Annotated[Entry, enters(Scope.PERMISSIONS_READ)]


@router.get("/{key}", response_model=PermissionGrant, openapi_extra=NEEDS_KEY)
async def customer_permission(customer_id: UUID, key: str, entry: _Entry) -> Response:
    """Tell whether a customer has one permission now, until when, and by which memberships."""
    return await entry.answer_about(
        customer_id, lambda call, holder: permission_grant(call, holder, key)
    )


@router.get("", response_model=PermissionGrants, openapi_extra=NEEDS_KEY)
async def customer_permissions(customer_id: UUID, entry: _Entry) -> Response:
    """Tell all that a customer may use now."""
    return await entry.answer_about(customer_id, permission_grants)
