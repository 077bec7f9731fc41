"""Customers who were merged into another: what named them then leads to the one who stayed.

Asked only where nobody was found, so that whoever was never merged pays nothing for it.
"""

from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from membership.store.database import connection_of
from membership.store.models import CustomerAlias


def resolve(bind: Session | Connection, organization_id: int, customer_id: UUID) -> UUID | None:
    """The id of the customer into whom ``customer_id`` was merged; None if it never was."""
    stayed = select(CustomerAlias.customer_id).where(
        CustomerAlias.organization_id == organization_id, CustomerAlias.old_id == customer_id
    )
    return connection_of(bind).scalar(stayed)


def resolve_number(bind: Session | Connection, organization_id: int, number: int) -> UUID | None:
    """The id of the customer into whom the one with that number was merged, or None."""
    stayed = select(CustomerAlias.customer_id).where(
        CustomerAlias.organization_id == organization_id, CustomerAlias.old_number == number
    )
    return connection_of(bind).scalar(stayed)
