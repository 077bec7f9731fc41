"""What a changed customer or company means for the payment provider."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState
from membership.members.payers.subscriptions import (
    SubscriptionChoice,
    carry_out,
    charging_orders,
    close_pages,
    refresh_payer,
    require_choice,
)
from membership.store.models import BillingOrder, Company, Customer

_OF_CUSTOMERS = frozenset({"given_name", "family_name", "email"})
_OF_COMPANIES = frozenset({"name", "billing_name", "billing_email"})
"""Fields that the provider stores of a payer."""


def after_change(
    session: Session,
    customer: Customer,
    changed: Collection[str],
    choice: SubscriptionChoice | None,
    now: datetime,
) -> None:
    """Ask the provider for what follows from changed fields of a customer, who is locked.

    Raises Conflict for a ban without a choice, if a subscription goes on charging.
    """
    here = customer.organization_id
    if _OF_CUSTOMERS.intersection(changed):
        refresh_payer(session, here, BillingOrder.customer_id == customer.id, now)
    if "state" in changed and customer.state is CustomerState.BANNED:
        orders = charging_orders(session, here, [customer.id])
        require_choice(orders, choice, "This ban")
        carry_out(session, orders, choice, now)
        close_pages(session, here, [customer.id], now)


def after_company_change(
    session: Session, company: Company, changed: Collection[str], now: datetime
) -> None:
    """Ask the provider to store the present name and address of a company."""
    if _OF_COMPANIES.intersection(changed):
        own = BillingOrder.company_id == company.id
        refresh_payer(session, company.organization_id, own, now)
