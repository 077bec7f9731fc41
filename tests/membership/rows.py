"""Rows as the tests of the storage need them, with all that is mandatory."""

from typing import Any
from uuid import uuid4

from membership.store.models import Customer, Organization
from tests.membership.support import NOON


def organization_row(**fields: Any) -> Organization:
    """A club with all that is needed."""
    defaults = {"slug": "c", "name": "C", "time_zone": "UTC", "currency": "EUR"}
    return Organization(**{**defaults, "created_at": NOON, **fields})


FREE: dict[str, Any] = {"price_minor": 0, "currency": "EUR", "created_at": NOON}
"""What a plan needs beside its name."""


def customer_row(organization_id: int, number: int) -> Customer:
    """A customer who is hardly more than a number."""
    return Customer(
        organization_id=organization_id,
        id=uuid4(),
        number=number,
        given_name="A",
        family_name="B",
        created_at=NOON,
    )
