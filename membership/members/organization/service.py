"""The organization's own settings; setting up a new one is ``accounts.organizations``."""

from collections.abc import Sequence

from sqlalchemy import select

from api_client.messages.code_formats import DEFAULT_CODE_FORMATS
from api_client.messages.management import ActorKind
from membership.members.organization.schemas import OrganizationChange, OrganizationView
from membership.store.models import Organization, StaffFactor
from membership.web.access import Call
from membership.web.errors import Conflict, NotFound
from membership.web.preconditions import strong_etag


def show_organization(call: Call) -> OrganizationView:
    """Show the caller's organization."""
    return _view(call, _load(call, lock=False))


def organization_etag(view: OrganizationView) -> str:
    """Return the ETag of what can be edited of an organization."""
    return strong_etag(view, *sorted(OrganizationChange.model_fields))


def locked_etag(call: Call) -> str:
    """Return the ETag of the caller's organization, locked. Raises NotFound."""
    return organization_etag(_view(call, _load(call, lock=True)))


def change_organization(call: Call, change: OrganizationChange) -> OrganizationView:
    """Set the fields that ``change`` names.

    A new time zone counts from now on: for days that are given or shown, and for what is sold.
    Whatever was sold keeps its instants, its last day and the zone they were made in. Raises
    Conflict if the caller demands a second factor and has none, and if the demand is ended by
    anybody but a member of staff who has one: a key or a stolen session would end it for all.
    """
    organization = _load(call, lock=True)
    ends = organization.second_factor_demanded and change.second_factor_demanded is False
    if ends or change.second_factor_demanded:
        _require_own_factor(call, of_keys=ends)
    for field in sorted(change.model_fields_set):
        value = getattr(change, field)
        setattr(organization, field, list(value) if isinstance(value, tuple) else value)
    call.session.flush()
    return _view(call, organization)


def _require_own_factor(call: Call, *, of_keys: bool) -> None:
    """Raise Conflict if a member of staff has no second factor, or ``of_keys`` for a key."""
    if call.actor.kind is not ActorKind.STAFF:
        if of_keys:
            detail = "Only a member of staff with a second factor ends the demand for it."
            raise Conflict("second_factor_first", detail)
        return
    factor = call.session.get(StaffFactor, (call.tenant.id, call.caller_id))
    if factor is None or factor.confirmed_at is None:
        detail = "Set up your own second factor before you change what is demanded of others."
        raise Conflict("second_factor_first", detail)


def code_formats(call: Call) -> tuple[str, ...]:
    """Return the formats of codes that the organization's desks look for."""
    stored = call.session.scalars(
        select(Organization.code_formats).where(Organization.id == call.tenant.id)
    )
    return _formats(stored.one_or_none())


def _formats(stored: Sequence[str] | None) -> tuple[str, ...]:
    return DEFAULT_CODE_FORMATS if stored is None else tuple(stored)


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
        code_formats=_formats(organization.code_formats),
        numbers_prove=organization.numbers_prove,
        all_take_seats=organization.all_take_seats,
        address=organization.address,
        tax_number=organization.tax_number,
        tax_millipercent=organization.tax_millipercent,
        second_factor_demanded=organization.second_factor_demanded,
        demo=organization.demo,
        created_at=organization.created_at,
        server_time=call.now,
    )
