"""What a customer may use now, for other systems that ask."""

from collections.abc import Sequence
from uuid import UUID

from api_client.schemas import CustomerState
from membership.customers.lookup import state_of
from membership.customers.schemas import PermissionGrant, PermissionGrants
from membership.customers.service import no_such_customer
from membership.entry import BareCall
from membership.memberships.holdings import load_held_by_one
from membership.rules.inheritance import Holding
from membership.rules.permissions import Grant, grant, grants


def permission_grants(call: BareCall, customer_id: UUID) -> PermissionGrants:
    """All permissions of a customer. Raises NotFound."""
    found_id, state, holdings = _held(call, customer_id)
    return PermissionGrants(
        customer_id=found_id,
        server_time=call.now,
        items=tuple(_shown(each) for each in grants(holdings, call.now, state)),
    )


def permission_grant(call: BareCall, customer_id: UUID, key: str) -> PermissionGrant:
    """One permission of a customer; one that nobody knows is not granted. Raises NotFound."""
    _, state, holdings = _held(call, customer_id)
    found = grant(holdings, key, call.now, state)
    return PermissionGrant(key=key, granted=False) if found is None else _shown(found)


def _held(call: BareCall, customer_id: UUID) -> tuple[UUID, CustomerState, Sequence[Holding]]:
    """Id and state of a customer, and all that they hold. Raises NotFound."""
    customer = state_of(call.connection, call.tenant, customer_id)
    if customer is None:
        raise no_such_customer()
    held = load_held_by_one(call.connection, call.tenant.id, customer.id, call.now)
    return customer.id, customer.state, held.holdings


def _shown(granted: Grant) -> PermissionGrant:
    """Show a grant."""
    return PermissionGrant(key=granted.key, granted=True, until=granted.until, via=granted.via)
