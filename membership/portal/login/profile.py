"""The profile that a logged-in customer sees."""

from datetime import date
from zoneinfo import ZoneInfo

from membership.members.customers.service import get_customer
from membership.members.customers.views import display_name, number_text
from membership.members.memberships.entitlements import (
    NO_ENTITLEMENTS,
    Entitlements,
    load_entitlements,
)
from membership.portal.login.access import CustomerCall
from membership.portal.login.schemas import (
    CustomerDetails,
    CustomerMembership,
    CustomerPermission,
    CustomerProfile,
)
from membership.rules.inheritance import Entitlement
from membership.rules.instants import last_day_before, zone_named
from membership.rules.outcome import Judged, decide
from membership.rules.permissions import grants
from membership.rules.status import Term


def customer_profile(call: CustomerCall) -> CustomerProfile:
    """Return the customer with all memberships and current permissions."""
    customer = get_customer(call.session, call.tenant, call.customer_id)
    found = load_entitlements(call.session, call.tenant.id, [customer.id], call.now)
    entitlements = found.get(customer.id, NO_ENTITLEMENTS)
    zone = zone_named(call.tenant.time_zone)
    graced = {
        each.membership_id
        for each in entitlements.all
        if each.renews or _has_grace(each.term, _last_day(each, entitlements), zone)
    }
    labels = {key: label for sold in entitlements.details.values() for key, label in sold.labels}
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
            _membership(each, entitlements)
            for each in decide(customer.state, entitlements.all, call.now).memberships
        ),
        permissions=tuple(
            CustomerPermission(
                key=each.key,
                label=labels[each.key],
                # Days of grace, which the end may include, are not promised.
                until=None if graced.intersection(each.via) else each.until,
            )
            for each in grants(entitlements.all, call.now, customer.state)
        ),
    )


def _last_day(entitlement: Entitlement, entitlements: Entitlements) -> date | None:
    """The last day that a membership is good for."""
    return entitlements.details[entitlement.membership_id].last_day


def _has_grace(term: Term, last_day: date | None, zone: ZoneInfo) -> bool:
    """Whether a membership runs on after the last day that was paid."""
    return term.end is not None and last_day_before(term.end, zone) != last_day


def _membership(judged: Judged, entitlements: Entitlements) -> CustomerMembership:
    """Return a membership with its current status."""
    entitlement = judged.entitlement
    return CustomerMembership(
        id=entitlement.membership_id,
        plan_name=entitlement.plan,
        status=judged.standing.status,
        reason=judged.standing.reason,
        starts_at=entitlement.term.starts_at,
        last_day=_last_day(entitlement, entitlements),
        via=None if entitlement.company is None else entitlement.company.name,
    )
