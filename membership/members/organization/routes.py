"""Routes of the organization."""

from typing import Annotated

from fastapi import APIRouter

from membership.base.scopes import Scope
from membership.members.organization import service
from membership.members.organization.schemas import OrganizationChange, OrganizationView
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import once, request_of
from membership.web.preconditions import InCondition, InShown

router = APIRouter(prefix="/v1/organization", tags=["Organization"])


@router.get("")
def get_organization(
    call: Annotated[Call, reads(Scope.ORGANIZATION_READ)], shown: InShown
) -> OrganizationView:
    """Return the organization of the API key or session."""
    view = service.show_organization(call)
    return shown.show(view, service.organization_etag(view))


@router.patch("")
def change_organization(
    change: OrganizationChange,
    call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)],
    condition: InCondition,
) -> OrganizationView:
    """Set the fields that are sent.

    A new time zone applies from now on. Memberships already sold keep their start, end and last
    day, and the zone in which these were calculated.

    Errors: `invalid_request` (422), also for an unknown time zone.
    """

    def save() -> OrganizationView:
        condition.require(lambda: service.locked_etag(call))
        return service.change_organization(call, change)

    asked = request_of("change organization", body=change)
    changed = once(call, asked, OrganizationView, save)
    return condition.show(changed, service.organization_etag(changed))
