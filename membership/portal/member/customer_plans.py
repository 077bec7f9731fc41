"""Changes of plan of a logged-in customer's own subscriptions, to plans on public offer."""

from uuid import UUID

from sqlalchemy.orm import Session

from membership.billing.orders import plan_changes
from membership.billing.orders.providers import find_order_of
from membership.billing.schemas import SubscriptionPlanChange
from membership.members.memberships.service import get_membership, no_such_membership
from membership.members.plans.service import get_plan
from membership.portal.login.access import CustomerCall, LoggedInCustomer
from membership.portal.member.billing_schemas import (
    CustomerPlan,
    CustomerPlanPreview,
    CustomerPlans,
    CustomerSubscription,
)
from membership.portal.member.customer_billing import subscription_view
from membership.portal.open_signup import open_settings
from membership.portal.signup.offers import is_offered, offer_of
from membership.portal.signup.price_texts import billing_text, price_text
from membership.rules.money import written
from membership.store.models import BillingOrder, Plan
from membership.web.access import Tenant
from membership.web.errors import NotFound
from membership.web.transactions import RequestTransactions


def plans_to_change_to(call: CustomerCall, membership_id: UUID, language: str) -> CustomerPlans:
    """Return the plans on offer that a customer's subscription can change to, cheapest first.

    Raises NotFound unless it is the customer's own.
    """
    order = _own_order(call.session, call.tenant, call.customer_id, membership_id)
    if open_settings(call.session, call.tenant) is None:
        return CustomerPlans(items=())
    found = plan_changes.choices(call.session, call.tenant, order)
    offered = [each for each in found if is_offered(each)]
    return CustomerPlans(items=tuple(_plan_view(each, language) for each in offered))


def _plan_view(plan: Plan, language: str) -> CustomerPlan:
    """Return a plan as its customer sees it."""
    return CustomerPlan(
        plan_id=plan.id,
        plan=plan.name,
        price=price_of(plan, language),
        next_period=plan_changes.choice_of(plan).next_period,
    )


def price_of(plan: Plan, language: str) -> str:
    """Return what a plan costs and how often, such as ``€49.00 per month``."""
    offer = offer_of(plan)
    return f"{price_text(offer, language)} {billing_text(offer, language)}"


async def preview_change(
    transactions: RequestTransactions,
    customer: LoggedInCustomer,
    membership_id: UUID,
    plan_id: UUID,
    language: str,
) -> CustomerPlanPreview:
    """Return what a change at once costs. Raises as ``plan_changes.change``."""
    find = _finder(customer, membership_id, plan_id)
    shown = await plan_changes.preview(transactions, customer.tenant, find, plan_id)
    amount = written(abs(shown.amount_minor), shown.currency, language)
    return CustomerPlanPreview(**dict(shown), amount=amount)


async def change_plan(
    transactions: RequestTransactions,
    customer: LoggedInCustomer,
    membership_id: UUID,
    wanted: SubscriptionPlanChange,
) -> CustomerSubscription:
    """Change the plan of a customer's subscription. Raises as ``plan_changes.change``."""
    order_id = await _order_id(transactions, customer, membership_id)
    find = _finder(customer, membership_id, wanted.plan_id)
    await plan_changes.change(transactions, customer.tenant, find, wanted, customer.actor)
    return await _shown(transactions, customer, order_id)


async def withdraw_change(
    transactions: RequestTransactions, customer: LoggedInCustomer, membership_id: UUID
) -> CustomerSubscription:
    """Undo a change for the next period. Raises as ``plan_changes.withdraw``."""
    order_id = await _order_id(transactions, customer, membership_id)
    find = _finder(customer, membership_id, None)
    await plan_changes.withdraw(transactions, customer.tenant, find, customer.actor)
    return await _shown(transactions, customer, order_id)


def _own_order(
    session: Session, tenant: Tenant, customer_id: UUID, membership_id: UUID
) -> BillingOrder:
    """Return the order of a customer's own subscription. Raises NotFound."""
    sold = get_membership(session, tenant, membership_id)
    order = find_order_of(session, tenant, membership_id)
    if sold.customer_id != customer_id or order is None:
        raise no_such_membership()
    return order


def _finder(
    customer: LoggedInCustomer, membership_id: UUID, plan_id: UUID | None
) -> plan_changes.FindOrder:
    """Return what finds the order of a request, and refuses a plan that is not on offer."""

    def find(session: Session) -> BillingOrder:
        order = _own_order(session, customer.tenant, customer.customer_id, membership_id)
        if plan_id is not None:
            plan = get_plan(session, customer.tenant, plan_id)
            if not is_offered(plan) or open_settings(session, customer.tenant) is None:
                raise NotFound("plan_not_found", "There is no such plan.")
        return order

    return find


async def _order_id(
    transactions: RequestTransactions, customer: LoggedInCustomer, membership_id: UUID
) -> UUID:
    """Return the id of the order of a customer's own subscription. Raises NotFound."""
    return await transactions.read(
        lambda session, _: (
            _own_order(session, customer.tenant, customer.customer_id, membership_id).id
        )
    )


async def _shown(
    transactions: RequestTransactions, customer: LoggedInCustomer, order_id: UUID
) -> CustomerSubscription:
    """Return a subscription after its change; it may pay for another membership now."""
    return await transactions.read(
        lambda session, now: subscription_view(session, customer.tenant, order_id, now)
    )
