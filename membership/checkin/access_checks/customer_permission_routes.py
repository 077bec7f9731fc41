"""Routes of a customer's current permissions, in a module of their own to be matched early."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from membership.base.scopes import Scope
from membership.checkin.access_checks.customer_permissions import (
    permission_grant,
    permission_grants,
)
from membership.members.customers.schemas import PermissionGrant, PermissionGrants
from membership.web.fast_path import NEEDS_KEY, FastPath, fast_path
from membership.web.fast_route import FastRouter

router = FastRouter(prefix="/v1/customers/{customer_id}/permissions", tags=["Customers"])

_Fast = Annotated[FastPath, fast_path(Scope.PERMISSIONS_READ)]


@router.get("/{key}", response_model=PermissionGrant, openapi_extra=NEEDS_KEY)
async def customer_permission(customer_id: UUID, key: str, fast: _Fast) -> Response:
    """Return whether a customer has one permission now, until when, and by which memberships."""
    return await fast.run(permission_grant, customer_id, key)


@router.get("", response_model=PermissionGrants, openapi_extra=NEEDS_KEY)
async def customer_permissions(customer_id: UUID, fast: _Fast) -> Response:
    """Return all current permissions of a customer."""
    return await fast.run(permission_grants, customer_id)
