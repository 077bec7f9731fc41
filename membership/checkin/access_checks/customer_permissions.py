"""What a customer may use now, for other systems that ask."""

from membership.members.customers.schemas import PermissionGrant, PermissionGrants
from membership.members.customers.service import no_such_customer
from membership.members.memberships.entitlements import Holder
from membership.rules.permissions import Grant, grant, grants
from membership.web.fast_path import BareCall


def permission_grants(call: BareCall, holder: Holder | None) -> PermissionGrants:
    """All permissions of a customer. Raises NotFound if there is none."""
    holder = _known(holder)
    found = grants(holder.holdings, call.now, holder.state)
    return PermissionGrants(
        customer_id=holder.id,
        server_time=call.now,
        items=tuple(_shown(each) for each in found),
    )


def permission_grant(call: BareCall, holder: Holder | None, key: str) -> PermissionGrant:
    """One permission of a customer; one that nobody knows is not granted. Raises NotFound."""
    holder = _known(holder)
    found = grant(holder.holdings, key, call.now, holder.state)
    return PermissionGrant(key=key, granted=False) if found is None else _shown(found)


def _known(holder: Holder | None) -> Holder:
    """The customer that was found. Raises NotFound."""
    if holder is None:
        raise no_such_customer()
    return holder


def _shown(granted: Grant) -> PermissionGrant:
    """Show a grant."""
    return PermissionGrant(key=granted.key, granted=True, until=granted.until, via=granted.via)
