"""The payer of an order as the provider needs it: a customer, or the company that is billed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.billing.orders.existing_orders import owned_by
from membership.billing.stripe.gateway import Payer
from membership.members.customers.views import display_name
from membership.members.memberships.service import Owner
from membership.store.models import BillingOrder, Company, Customer
from membership.web.access import Tenant


def payer_of(session: Session, tenant: Tenant, owner: Owner) -> tuple[Payer, str]:
    """Return the payer, with the provider's id from their latest order, and their language.

    The language is an ISO 639-1 code, or empty where none is stored.
    """
    provider_id = session.scalars(
        select(BillingOrder.provider_customer_id)
        .where(
            BillingOrder.organization_id == tenant.id,
            owned_by(owner),
            BillingOrder.provider_customer_id.is_not(None),
        )
        .order_by(BillingOrder.created_at.desc())
        .limit(1)
    ).first()
    if owner.company_id is not None:
        company = session.get_one(Company, (tenant.id, owner.company_id))
        name = company.billing_name or company.name
        return Payer(str(company.id), name, company.billing_email, provider_id), ""
    customer = session.get_one(Customer, (tenant.id, owner.customer_id))
    payer = Payer(str(customer.id), display_name(customer), customer.email, provider_id)
    return payer, customer.language or ""
