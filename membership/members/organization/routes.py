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
    """Return the organization of the API key or session."""
    return service.show_organization(call)


@router.patch("")
def change_organization(
    change: OrganizationChange, call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)]
) -> OrganizationView:
    """Set the fields that are sent.

    A new time zone applies from now on. Memberships already sold keep their start, end and last
    day, and the zone in which these were calculated.

    Errors: `invalid_request` (422), also for an unknown time zone.
    """

    def save() -> OrganizationView:
        return service.change_organization(call, change)

    return once(call, request_of("change organization", body=change), OrganizationView, save)
