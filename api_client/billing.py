"""Client of the part of the API with which staff bill through the payment provider."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from api_client.messages.billing import CheckoutLink, InvoicePage, OrderPage, OrderView

from .client import MembershipClient

_PATH = "/v1/billing/orders"
_A_PAGE = 100


class BillingClient(MembershipClient):
    """Raises the errors of ``api_client.errors``.

    ``owner`` is the customer's or the company's id under its name, as requests have it.
    """

    def orders_of(self, owner: Mapping[str, str], cursor: str | None = None) -> OrderPage:
        """List what somebody ordered, newest first; ``cursor`` goes on from a page."""
        params: dict[str, str | int] = {**owner, "limit": _A_PAGE}
        if cursor:
            params["cursor"] = cursor
        return self._ask(OrderPage, "GET", _PATH, params=params)

    def order(self, order_id: UUID) -> OrderView:
        """Show an order as the service knows it."""
        return self._ask(OrderView, "GET", f"{_PATH}/{order_id}")

    def order_online(self, owner: Mapping[str, str], plan_id: str) -> CheckoutLink:
        """Open a page for a plan to be paid on; ordered again meanwhile, it is the same page."""
        return self._ask(CheckoutLink, "POST", _PATH, body={**owner, "plan_id": plan_id})

    def refresh_order(self, order_id: UUID) -> OrderView:
        """Have the provider asked how an order stands."""
        return self._ask(OrderView, "POST", f"{_PATH}/{order_id}/refresh")

    def cancel_order(self, order_id: UUID, at: Literal["period_end", "now"]) -> OrderView:
        """Cancel the subscription of an order."""
        return self._ask(OrderView, "POST", f"{_PATH}/{order_id}/cancel", body={"at": at})

    def resume_order(self, order_id: UUID) -> OrderView:
        """Let a subscription go on that was cancelled and has not ended."""
        return self._ask(OrderView, "POST", f"{_PATH}/{order_id}/resume")

    def invoices_of(self, membership_id: UUID) -> InvoicePage:
        """List the latest invoices for a membership, newest first."""
        params: dict[str, str | int] = {"membership_id": str(membership_id), "limit": _A_PAGE}
        return self._ask(InvoicePage, "GET", "/v1/billing/invoices", params=params)
