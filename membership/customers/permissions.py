"""What a customer may use now, for other systems that ask."""

from uuid import UUID

from membership.customers.schemas import PermissionGrant, PermissionGrants
from membership.customers.service import no_such_customer
from membership.entry import BareCall
from membership.memberships.holdings import Holder, load_holder
from membership.rules.permissions import Grant, grant, grants


def permission_grants(call: BareCall, customer_id: UUID) -> PermissionGrants:
    """All permissions of a customer. Raises NotFound."""
    holder = _holder(call, customer_id)
    found = grants(holder.held.holdings, call.now, holder.state)
    return PermissionGrants(
        customer_id=holder.id,
        server_time=call.now,
        items=tuple(_shown(each) for each in found),
    )


def permission_grant(call: BareCall, customer_id: UUID, key: str) -> PermissionGrant:
    """One permission of a customer; one that nobody knows is not granted. Raises NotFound."""
    holder = _holder(call, customer_id)
    found = grant(holder.held.holdings, key, call.now, holder.state)
    return PermissionGrant(key=key, granted=False) if found is None else _shown(found)


def _holder(call: BareCall, customer_id: UUID) -> Holder:
    """A customer with all that they hold. Raises NotFound."""
    holder = load_holder(call.connection, call.tenant.id, customer_id, call.now)
    if holder is None:
        raise no_such_customer()
    return holder


def _shown(granted: Grant) -> PermissionGrant:
    """Show a grant."""
    return PermissionGrant(key=granted.key, granted=True, until=granted.until, via=granted.via)
