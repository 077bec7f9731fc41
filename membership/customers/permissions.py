"""What a customer may use now, for other systems that ask."""

from uuid import UUID

from membership.access import Call
from membership.customers.schemas import PermissionGrant, PermissionGrants
from membership.customers.service import get_customer
from membership.memberships.holdings import NOTHING, load_held
from membership.rules.permissions import Grant, grant, grants


def permission_grants(call: Call, customer_id: UUID) -> PermissionGrants:
    """All permissions of a customer. Raises NotFound."""
    customer = get_customer(call.session, call.tenant, customer_id)
    held = load_held(call.session, call.tenant.id, [customer.id], call.now)
    holdings = held.get(customer.id, NOTHING).holdings
    return PermissionGrants(
        customer_id=customer.id,
        server_time=call.now,
        items=tuple(_shown(each) for each in grants(holdings, call.now, customer.state)),
    )


def permission_grant(call: Call, customer_id: UUID, key: str) -> PermissionGrant:
    """One permission of a customer; one that nobody knows is not granted. Raises NotFound."""
    customer = get_customer(call.session, call.tenant, customer_id)
    held = load_held(call.session, call.tenant.id, [customer.id], call.now)
    holdings = held.get(customer.id, NOTHING).holdings
    found = grant(holdings, key, call.now, customer.state)
    return PermissionGrant(key=key, granted=False) if found is None else _shown(found)


def _shown(granted: Grant) -> PermissionGrant:
    """Show a grant."""
    return PermissionGrant(key=granted.key, granted=True, until=granted.until, via=granted.via)
