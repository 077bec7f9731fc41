"""What several pages load about payments through Stripe."""

from collections.abc import Mapping
from dataclasses import dataclass

from api_client.errors import ApiError
from api_client.management import ManagementClient
from api_client.messages.billing import OrderView
from kiosk.failures import Failure, failure_of

_MOST_ORDERS = 1000
"""Orders that are loaded at most; nobody has more than a few that were paid."""


@dataclass(frozen=True)
class ProfileBilling:
    """The online orders of a customer or a company.

    ``configured`` says whether plans can be ordered online, None if that is not known; ``failure``
    why not everything was loaded.
    """

    orders: tuple[OrderView, ...] = ()
    configured: bool | None = None
    failure: Failure | None = None


def load_billing(
    client: ManagementClient, owner: Mapping[str, str], configured: bool | None
) -> ProfileBilling:
    """Return the orders of ``owner``: ``customer_id`` or ``company_id`` with the id.

    ``configured`` is loaded if it is None. An ApiError becomes the failure of the result, so that a
    profile is shown even if its orders are not.
    """
    found: list[OrderView] = []
    cursor: str | None = None
    try:
        if configured is None:
            configured = client.stripe_setup().configured
        while True:
            page = client.orders_of(owner, cursor)
            found += page.items
            cursor = page.next_cursor
            if cursor is None or len(found) >= _MOST_ORDERS:
                return ProfileBilling(tuple(found), configured)
    except ApiError as error:
        return ProfileBilling(tuple(found), configured, failure_of(error))


def payer_of(client: ManagementClient, order: OrderView) -> str:
    """Return the name of who pays an order; empty if it is not known. Raises ApiError."""
    if order.company_id is not None:
        return client.company(order.company_id).name
    if order.customer_id is None:
        return ""
    customer = client.customer(order.customer_id).customer
    return f"{customer.name} · {customer.number}"
