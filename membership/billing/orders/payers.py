"""The payer of an order as the provider needs it: a customer, or the company that is billed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState
from membership.billing.orders.existing_orders import owned_by
from membership.billing.stripe.gateway import Payer
from membership.members.customers.views import display_name
from membership.members.memberships.service import Owner
from membership.store.models import BillingOrder, Company, Customer, Organization
from membership.web.access import TENANT_COLUMNS, Tenant
from membership.web.errors import Conflict


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


def refuse_banned(session: Session, tenant: Tenant, owner: Owner) -> None:
    """Raise Conflict if the owner is a customer who is banned."""
    if is_banned(session, tenant, owner):
        raise Conflict("customer_banned", "This customer is banned: nothing is ordered for them.")


def is_banned(session: Session, tenant: Tenant, owner: Owner) -> bool:
    """Whether the owner is a customer who is banned; to be asked with the owner locked."""
    if owner.customer_id is None:
        return False
    customer = session.get(Customer, (tenant.id, owner.customer_id))
    return customer is not None and customer.state is CustomerState.BANNED


def payer_known_as(session: Session, organization_id: int, provider_id: str) -> Payer | None:
    """Return the payer whom the provider knows by an id, as they are now; None for nobody."""
    found: Any = session.execute(
        select(BillingOrder.customer_id, BillingOrder.company_id, *TENANT_COLUMNS)
        .join(Organization, Organization.id == BillingOrder.organization_id)
        .where(
            BillingOrder.organization_id == organization_id,
            BillingOrder.provider_customer_id == provider_id,
        )
        .order_by(BillingOrder.created_at.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    customer_id, company_id, *tenant = found
    return payer_of(session, Tenant(*tenant), Owner(customer_id, company_id))[0]
