"""Client of the part of the API that merges two customers and erases one."""

from collections.abc import Sequence
from uuid import UUID

from api_client.messages.people import Erased, MergedCustomer, PayerView

from .client import MembershipClient, keyed


class PeopleClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def payer(self, customer_id: UUID) -> PayerView:
        """Return what charges a customer, and how the payment provider knows them."""
        return self._ask(PayerView, "GET", f"/v1/customers/{customer_id}/payer")

    def merge_customers(
        self, stays_id: UUID, goes_id: UUID, cancelled: Sequence[UUID] | None, once: str
    ) -> MergedCustomer:
        """Merge the customer ``goes_id`` into ``stays_id``; it cannot be undone.

        ``cancelled`` are the orders whose subscriptions end, None if nobody was asked.
        """
        body: dict[str, object] = {"other_id": str(goes_id)}
        if cancelled is not None:
            body["cancel_orders"] = [str(each) for each in cancelled]
        path = f"/v1/customers/{stays_id}/merge"
        return self._ask(MergedCustomer, "POST", path, body=body, headers=keyed(once))

    def erase_customer(
        self, customer_id: UUID, number: str, *, end_memberships: bool, delete_at_provider: bool
    ) -> Erased:
        """Erase the personal data of a customer, whose ``number`` confirms that; for good.

        Sent twice, it is answered as the first time, without what was at the provider.
        """
        body = {
            "confirm": number,
            "end_memberships": end_memberships,
            "delete_at_provider": delete_at_provider,
        }
        return self._ask(Erased, "POST", f"/v1/customers/{customer_id}/erase", body=body)
