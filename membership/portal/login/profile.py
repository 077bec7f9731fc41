"""The profile that a logged-in customer sees."""

from membership.members.customers.service import get_customer
from membership.members.customers.views import display_name, number_text
from membership.members.memberships.entitlements import NOTHING, Held, load_held
from membership.portal.login.access import CustomerCall
from membership.portal.login.schemas import (
    CustomerDetails,
    CustomerMembership,
    CustomerPermission,
    CustomerProfile,
)
from membership.rules.outcome import Judged, decide
from membership.rules.permissions import grants


def customer_profile(call: CustomerCall) -> CustomerProfile:
    """Return the customer with all memberships and current permissions."""
    customer = get_customer(call.session, call.tenant, call.customer_id)
    found = load_held(call.session, call.tenant.id, [customer.id], call.now)
    held = found.get(customer.id, NOTHING)
    renewing = {each.membership_id for each in held.holdings if each.renews}
    labels = {key: label for sold in held.sold.values() for key, label in sold.labels}
    return CustomerProfile(
        customer=CustomerDetails(
            id=customer.id,
            number=number_text(customer.number),
            name=display_name(customer),
            given_name=customer.given_name,
            family_name=customer.family_name,
            email=customer.email,
            language=customer.language,
        ),
        memberships=tuple(
            _membership(each, held)
            for each in decide(customer.state, held.holdings, call.now).memberships
        ),
        permissions=tuple(
            CustomerPermission(
                key=each.key,
                label=labels[each.key],
                # The end of a renewing membership includes days of grace, which are not promised.
                until=None if renewing.intersection(each.via) else each.until,
            )
            for each in grants(held.holdings, call.now, customer.state)
        ),
    )


def _membership(judged: Judged, held: Held) -> CustomerMembership:
    """Return a membership with its current status."""
    holding = judged.holding
    return CustomerMembership(
        id=holding.membership_id,
        plan_name=holding.plan,
        status=judged.standing.status,
        reason=judged.standing.reason,
        starts_at=holding.term.starts_at,
        last_day=held.sold[holding.membership_id].last_day,
        via=None if holding.company is None else holding.company.name,
    )
