"""Aliases of merged customers: former id, number, address and telephone, and who has them now.

Looked up only after a search by the same found nobody, so that other reads cost no more, and that
whoever was given a former address or telephone later is found by it alone.
"""

from collections.abc import Collection
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, case, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from membership.store.database import connection_of
from membership.store.models import Customer, CustomerAlias

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


def resolve_address(
    bind: Session | Connection, organization_id: int, email_key: str | None
) -> tuple[UUID, ...]:
    """Return the ids of the customers into whom those with an address were merged."""
    found = resolve_addresses(bind, organization_id, () if email_key is None else (email_key,))
    return tuple(who for _, who in found)


def resolve_addresses(
    bind: Session | Connection,
    organization_id: int,
    email_keys: Collection[str],
    *,
    before: datetime | None = None,
) -> list[tuple[str, UUID]]:
    """Return the addresses that customers had who were merged, each with who has it now.

    Of those that imports stored, only the ones from ``before`` an instant, if it is given.
    """
    return _pairs(bind, organization_id, CustomerAlias.email_key, email_keys, before)


def resolve_phones(
    bind: Session | Connection,
    organization_id: int,
    phones: Collection[str],
    *,
    before: datetime | None = None,
) -> list[tuple[str, UUID]]:
    """Return the telephones that customers had who were merged, as ``resolve_addresses`` does."""
    return _pairs(bind, organization_id, CustomerAlias.phone, phones, before)


def former_addresses(
    session: Session, organization_id: int, customer_ids: Collection[UUID]
) -> dict[UUID, set[str]]:
    """Return the former addresses, in lower case, and telephones of customers who have some."""
    found: dict[UUID, set[str]] = {}
    left = iter(customer_ids)
    while some := list(islice(left, _AT_ONCE)):
        rows = connection_of(session).execute(
            select(CustomerAlias.customer_id, CustomerAlias.email_key, CustomerAlias.phone).where(
                CustomerAlias.organization_id == organization_id,
                CustomerAlias.customer_id.in_(some),
                or_(CustomerAlias.email_key.is_not(None), CustomerAlias.phone.is_not(None)),
            )
        )
        for row in rows:
            found.setdefault(row.customer_id, set()).update(filter(None, row[1:]))
    return found


def forget_own(session: Session, customer: Customer) -> None:
    """Remove from a customer's aliases what is their own address or telephone now.

    It names them as long as they have it: what they change later is no alias.
    """
    same_email = CustomerAlias.email_key == customer.email_key
    same_phone = CustomerAlias.phone == customer.phone
    session.connection().execute(
        update(CustomerAlias)
        .where(
            CustomerAlias.organization_id == customer.organization_id,
            CustomerAlias.customer_id == customer.id,
            or_(same_email, same_phone),
        )
        .values(
            email=case((same_email, None), else_=CustomerAlias.email),
            email_key=case((same_email, None), else_=CustomerAlias.email_key),
            phone=case((same_phone, None), else_=CustomerAlias.phone),
        )
    )


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
    return dict(_pairs(bind, organization_id, column, wanted))


def _pairs(
    bind: Session | Connection,
    organization_id: int,
    column: InstrumentedAttribute[Any],
    wanted: Collection[Any],
    before: datetime | None = None,
) -> list[tuple[Any, UUID]]:
    """What named merged customers, each with who remains; several may have had the same."""
    found: list[tuple[Any, UUID]] = []
    here = CustomerAlias.organization_id == organization_id
    if before is not None:
        is_merged = CustomerAlias.old_number.is_not(None)
        here = and_(here, or_(is_merged, CustomerAlias.merged_at < before))
    left = iter(wanted)
    while some := list(islice(left, _AT_ONCE)):
        rows = connection_of(bind).execute(
            select(column, CustomerAlias.customer_id).where(here, column.in_(some)).distinct()
        )
        found += [(old, who) for old, who in rows]
    return found
