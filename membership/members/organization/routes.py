"""Routes of the organization."""

from typing import Annotated

from fastapi import APIRouter

from membership.base.scopes import Scope
from membership.members.organization import service
from membership.members.organization.schemas import OrganizationChange, OrganizationView
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import once, request_of

router = APIRouter(prefix="/v1/organization", tags=["Organization"])


@router.get("")
def get_organization(
    call: Annotated[Call, reads(Scope.ORGANIZATION_READ)],
) -> OrganizationView:
    """Show the organization that the key or the session belongs to."""
    return service.show_organization(call)


@router.patch("")
def change_organization(
    change: OrganizationChange, call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)]
) -> OrganizationView:
    """Set the fields that are sent.

    A new time zone counts from now on. Memberships that were sold keep the instants at which
    they begin and end, their last day, and the zone that these were made in.

    Errors: `invalid_request` (422), also for a time zone that does not exist.
    """

    def save() -> OrganizationView:
        return service.change_organization(call, change)

    return once(call, request_of("change organization", body=change), OrganizationView, save)
