"""What a customer may use now, for other systems.

Kept apart from ``access_checks.service``: shorter answers, by customer id only.
"""

from uuid import UUID

from membership.checkin.access_checks.customer_by_key import find_by_key_and_id
from membership.members.customers.schemas import PermissionGrant, PermissionGrants
from membership.members.customers.service import no_such_customer
from membership.members.memberships.entitlements import EntitledCustomer
from membership.rules.permissions import Grant, grant, grants
from membership.web.fast_path import FastCall, FastRequest


def permission_grants(opened: FastRequest, customer_id: UUID) -> PermissionGrants:
    """Authenticate, and return all permissions of a customer.

    Raises Unauthorized, Forbidden; NotFound if there is no such customer.
    """
    call, holder = _find(opened, customer_id)
    found = grants(holder.entitlements, call.now, holder.state)
    return PermissionGrants(
        customer_id=holder.id,
        server_time=call.now,
        items=tuple(_shown(each) for each in found),
    )


def permission_grant(opened: FastRequest, customer_id: UUID, key: str) -> PermissionGrant:
    """Authenticate, and return one permission of a customer; an unknown one is not granted.

    Raises Unauthorized, Forbidden; NotFound if there is no such customer.
    """
    call, holder = _find(opened, customer_id)
    found = grant(holder.entitlements, key, call.now, holder.state)
    return PermissionGrant(key=key, granted=False) if found is None else _shown(found)


def _find(opened: FastRequest, customer_id: UUID) -> tuple[FastCall, EntitledCustomer]:
    """Authenticate, and return a customer with what they hold. Raises NotFound."""
    call, holder = find_by_key_and_id(opened, customer_id)
    if holder is None:
        raise no_such_customer()
    return call, holder


def _shown(granted: Grant) -> PermissionGrant:
    """Show a grant."""
    return PermissionGrant(key=granted.key, granted=True, until=granted.until, via=granted.via)
