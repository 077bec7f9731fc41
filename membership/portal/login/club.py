"""Who in an organization has an address."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.members.customers.views import display_name
from membership.portal.login.schemas import OwnCustomer
from membership.store.models import Customer
from membership.web.access import Tenant

_MOST = 50


def customers_with(session: Session, tenant: Tenant, email_key: str) -> Sequence[Customer]:
    """Who has an address, as a family may share one: by number, at most 50.

    A banned customer is among them, to see how they stand; one who was erased has no address.
    """
    return session.scalars(
        select(Customer)
        .where(
            Customer.organization_id == tenant.id,
            Customer.email_key == email_key,
            Customer.erased_at.is_(None),
        )
        .order_by(Customer.number)
        .limit(_MOST)
    ).all()


def offered(customers: Sequence[Customer]) -> tuple[OwnCustomer, ...]:
    """Show who may be chosen."""
    return tuple(OwnCustomer(id=each.id, name=display_name(each)) for each in customers)
