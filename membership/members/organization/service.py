"""The organization's own settings; setting up a new one is ``accounts.organizations``."""

from membership.members.organization.schemas import OrganizationChange, OrganizationView
from membership.store.models import Organization
from membership.web.access import Call
from membership.web.errors import NotFound


def show_organization(call: Call) -> OrganizationView:
    """Show the caller's organization."""
    return _view(call, _load(call, lock=False))


def change_organization(call: Call, change: OrganizationChange) -> OrganizationView:
    """Set the fields that ``change`` names.

    A new time zone counts from now on: for days that are given or shown, and for what is sold.
    Whatever was sold keeps its instants, its last day and the zone they were made in.
    """
    organization = _load(call, lock=True)
    for field in sorted(change.model_fields_set):
        setattr(organization, field, getattr(change, field))
    call.session.flush()
    return _view(call, organization)


def _load(call: Call, *, lock: bool) -> Organization:
    """The row of the caller's organization. Raises NotFound if it is gone."""
    how = {"key_share": True} if lock else None
    organization = call.session.get(Organization, call.tenant.id, with_for_update=how)
    if organization is None:
        raise NotFound("organization_not_found", "There is no such organization.")
    return organization


def _view(call: Call, organization: Organization) -> OrganizationView:
    """Show an organization."""
    return OrganizationView(
        slug=organization.slug,
        name=organization.name,
        time_zone=organization.time_zone,
        currency=organization.currency,
        country=organization.country,
        expires_soon_days=organization.expires_soon_days,
        demo=organization.demo,
        created_at=organization.created_at,
        server_time=call.now,
    )
