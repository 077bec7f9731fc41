"""Aliases of merged customers: the former id and number of a duplicate, and who it became.

Looked up only after a search by id or number found nobody, so that other reads cost no more.
"""

from collections.abc import Collection
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from membership.store.database import connection_of
from membership.store.models import CustomerAlias

_AT_ONCE = 900
"""Most ids of a query: older SQLite accepts fewer than a thousand parameters."""


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


def resolve_all(
    bind: Session | Connection, organization_id: int, customer_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Return who each former id was merged into, for those of ``customer_ids`` that are one."""
    return _resolve_many(bind, organization_id, CustomerAlias.old_id, customer_ids)


def resolve_numbers(
    bind: Session | Connection, organization_id: int, numbers: Collection[int]
) -> dict[int, UUID]:
    """Return who each number of a merged customer leads to, for those of ``numbers`` that do."""
    return _resolve_many(bind, organization_id, CustomerAlias.old_number, numbers)


def _resolve_many(
    bind: Session | Connection,
    organization_id: int,
    column: InstrumentedAttribute[Any],
    wanted: Collection[Any],
) -> dict[Any, UUID]:
    """The remaining customers by former ids or numbers."""
    found: dict[Any, UUID] = {}
    left = iter(wanted)
    while some := list(islice(left, _AT_ONCE)):
        rows = connection_of(bind).execute(
            select(column.label("old"), CustomerAlias.customer_id).where(
                CustomerAlias.organization_id == organization_id, column.in_(some)
            )
        )
        found |= {row.old: row.customer_id for row in rows}
    return found
