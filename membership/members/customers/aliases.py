"""Aliases of merged customers: the former id and number of a duplicate, and who it became.

Looked up only after a search by id or number found nobody, so that other reads cost no more.
"""

from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from membership.store.database import connection_of
from membership.store.models import CustomerAlias


def resolve(bind: Session | Connection, organization_id: int, customer_id: UUID) -> UUID | None:
    """Return the id of the customer that ``customer_id`` was merged into; None if never merged."""
    stayed = select(CustomerAlias.customer_id).where(
        CustomerAlias.organization_id == organization_id, CustomerAlias.old_id == customer_id
    )
    return connection_of(bind).scalar(stayed)


def resolve_number(bind: Session | Connection, organization_id: int, number: int) -> UUID | None:
    """Return the id of the customer that number ``number`` was merged into; None if it was not."""
    stayed = select(CustomerAlias.customer_id).where(
        CustomerAlias.organization_id == organization_id, CustomerAlias.old_number == number
    )
    return connection_of(bind).scalar(stayed)
