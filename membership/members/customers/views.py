"""Customers as messages of the API."""

from uuid import UUID

from api_client.messages.scan import CustomerView
from membership.store.database import AnyRow
from membership.store.models import Customer
from passes.codes.barcode import CustomerNumber

VIEW_COLUMNS = (
    Customer.id,
    Customer.number,
    Customer.given_name,
    Customer.family_name,
    Customer.state,
    Customer.language,
    Customer.photo_tag,
)
"""What ``customer_view`` needs of a customer."""


def display_name(customer: Customer | AnyRow) -> str:
    """Return the name of a customer on one line; either of the two names may be missing."""
    return f"{customer.given_name} {customer.family_name}".strip()


def number_text(number: int) -> str:
    """Return a customer number as people write it: ``C-000123``."""
    return CustomerNumber(number).text


def photo_path(customer_id: UUID, tag: str | None) -> str | None:
    """Return the path of a photo, with its tag for caching without expiry; None without a photo."""
    return None if tag is None else f"/v1/customers/{customer_id}/photo?v={tag}"


def customer_view(customer: Customer | AnyRow) -> CustomerView:
    """Return a customer as a message, from the row or from its ``VIEW_COLUMNS``."""
    return CustomerView(
        id=customer.id,
        number=number_text(customer.number),
        name=display_name(customer),
        state=customer.state,
        language=customer.language,
        photo_path=photo_path(customer.id, customer.photo_tag),
    )
