"""What a merge and an erasure load of a customer."""

from uuid import UUID

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.people import PayerView
from kiosk.staff.words.merge import Person

_NO_ROUTE = "no_such_route"


def load_person(client: ManagementClient, customer_id: UUID, *, sees_payer: bool) -> Person:
    """Return a customer, and what charges them if that may be seen. Raises ApiError."""
    profile = client.customer(customer_id)
    return Person(profile, _payer(client, profile.customer.id) if sees_payer else None)


def _payer(client: ManagementClient, customer_id: UUID) -> PayerView | None:
    """Return a customer as a payer; None from a service of before."""
    try:
        return client.payer(customer_id)
    except Refused as refused:
        if refused.problem.code == _NO_ROUTE:
            return None
        raise
