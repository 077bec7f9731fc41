"""What a customer who is logged in sees of themself."""

from membership.members.customers.service import get_customer
from membership.members.customers.views import display_name, number_text
from membership.members.memberships.entitlements import NOTHING, Held, load_held
from membership.portal.login.access import CustomerCall
from membership.portal.login.schemas import OwnMembership, OwnPermission, OwnProfile, OwnRecord
from membership.rules.outcome import Judged, decide
from membership.rules.permissions import grants


def own_profile(call: CustomerCall) -> OwnProfile:
    """Show the customer, all memberships, and what they may use now."""
    customer = get_customer(call.session, call.tenant, call.customer_id)
    found = load_held(call.session, call.tenant.id, [customer.id], call.now)
    held = found.get(customer.id, NOTHING)
    renewing = {each.membership_id for each in held.holdings if each.renews}
    labels = {key: label for sold in held.sold.values() for key, label in sold.labels}
    return OwnProfile(
        customer=OwnRecord(
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
            OwnPermission(
                key=each.key,
                label=labels[each.key],
                # What renews itself has days of grace in its end, which promise nothing.
                until=None if renewing.intersection(each.via) else each.until,
            )
            for each in grants(held.holdings, call.now, customer.state)
        ),
    )


def _membership(judged: Judged, held: Held) -> OwnMembership:
    """Show a membership as it stands for the customer."""
    holding = judged.holding
    return OwnMembership(
        id=holding.membership_id,
        plan_name=holding.plan,
        status=judged.standing.status,
        reason=judged.standing.reason,
        starts_at=holding.term.starts_at,
        last_day=held.sold[holding.membership_id].last_day,
        via=None if holding.company is None else holding.company.name,
    )
