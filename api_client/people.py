"""Client of the part of the API about a person: photo, changes, merging and erasure."""

from collections.abc import Sequence
from uuid import UUID

from api_client.messages.audit import EntryPage
from api_client.messages.people import Erased, MergedCustomer, PayerView
from api_client.messages.scan import CustomerHits

from .client import MembershipClient, keyed

_A_PAGE = 50


class PeopleClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def find_people(self, text: str, *, limit: int = 8) -> CustomerHits:
        """Return the best hits of the customer search, with birthday and address."""
        asked: dict[str, str | int] = {"q": text, "limit": limit, "details": "true"}
        return self._ask(CustomerHits, "GET", "/v1/customers", params=asked)

    def payer(self, customer_id: UUID) -> PayerView:
        """Return what charges a customer, and how the payment provider knows them."""
        return self._ask(PayerView, "GET", f"/v1/customers/{customer_id}/payer")

    def changes_of(self, customer_id: UUID, cursor: str | None = None) -> EntryPage:
        """Return a page of what was changed of a customer and what is theirs, newest first."""
        params: dict[str, str | int] = {"customer_id": str(customer_id), "limit": _A_PAGE}
        params |= {"cursor": cursor} if cursor else {}
        return self._ask(EntryPage, "GET", "/v1/audit", params=params)

    def store_photo(self, customer_id: UUID, data: bytes, *, if_match: str = "") -> None:
        """Store an encoded image as the photo of a customer, in place of any former one."""
        self._do("PUT", _photo(customer_id), body=data, if_match=if_match)

    def remove_photo(self, customer_id: UUID, *, if_match: str = "") -> None:
        """Delete the photo of a customer."""
        self._do("DELETE", _photo(customer_id), if_match=if_match)

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


def _photo(customer_id: UUID) -> str:
    """Return the path of a customer's photo."""
    return f"/v1/customers/{customer_id}/photo"
