"""Customers who were merged into another: what named them then leads to the one who stayed.

Asked only where nobody was found, so that whoever was never merged pays nothing for it.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.models import CustomerAlias


def resolve(session: Session, organization_id: int, customer_id: UUID) -> UUID | None:
    """The id of the customer into whom ``customer_id`` was merged; None if it never was."""
    stayed = select(CustomerAlias.customer_id).where(
        CustomerAlias.organization_id == organization_id, CustomerAlias.old_id == customer_id
    )
    return session.connection().scalar(stayed)


def resolve_number(session: Session, organization_id: int, number: int) -> UUID | None:
    """The id of the customer into whom the one with that number was merged, or None."""
    stayed = select(CustomerAlias.customer_id).where(
        CustomerAlias.organization_id == organization_id, CustomerAlias.old_number == number
    )
    return session.connection().scalar(stayed)
