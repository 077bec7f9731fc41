"""The customers of an organization who share an email address."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.members.customers.aliases import resolve_address
from membership.members.customers.views import display_name
from membership.portal.login.schemas import CustomerChoice
from membership.store.models import Customer
from membership.web.access import Tenant

_MOST = 50


def customers_with_email(session: Session, tenant: Tenant, email_key: str) -> Sequence[Customer]:
    """Return the customers with an email address, ordered by number, at most 50.

    A family may share one. Banned customers are included, so that they can see their status. If
    nobody has it, those into whom customers with this address were merged.
    """
    query = (
        select(Customer)
        .where(Customer.organization_id == tenant.id, Customer.erased_at.is_(None))
        .order_by(Customer.number)
        .limit(_MOST)
    )
    own = session.scalars(query.where(Customer.email_key == email_key)).all()
    if own or not (stayed := resolve_address(session, tenant.id, email_key)):
        return own
    return session.scalars(query.where(Customer.id.in_(stayed))).all()


def customer_choices(customers: Sequence[Customer]) -> tuple[CustomerChoice, ...]:
    """Return the customers to choose from."""
    return tuple(CustomerChoice(id=each.id, name=display_name(each)) for each in customers)
