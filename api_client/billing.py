"""Client of the part of the API for online orders and subscriptions."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from api_client.messages.billing import (
    CheckoutLink,
    InvoicePage,
    InvoiceView,
    OrderPage,
    OrderView,
    PlanChangePreview,
    PlanChoices,
    RefundAnswer,
)

from .client import MembershipClient, keyed

_PATH = "/v1/billing/orders"
_A_PAGE = 100


class BillingClient(MembershipClient):
    """Raises the errors of ``api_client.errors``.

    ``owner`` is ``customer_id`` or ``company_id`` with the id.
    """

    def orders_of(self, owner: Mapping[str, str], cursor: str | None = None) -> OrderPage:
        """Return orders of ``owner``, newest first; ``cursor`` is the one of the page before."""
        params: dict[str, str | int] = {**owner, "limit": _A_PAGE}
        if cursor:
            params["cursor"] = cursor
        return self._ask(OrderPage, "GET", _PATH, params=params)

    def order(self, order_id: UUID) -> OrderView:
        """Return an order as the service stored it."""
        return self._ask(OrderView, "GET", f"{_PATH}/{order_id}")

    def order_online(
        self, owner: Mapping[str, str], plan_id: str, once: str = "", *, again: bool | None = None
    ) -> CheckoutLink:
        """Order a plan. Returns its payment page, the same one if the order is still open.

        ``again`` is whether it may be a second subscription beside one to another plan; None
        leaves it out, for a service of before.
        """
        more = {} if again is None else {"again": again}
        body = {**owner, "plan_id": plan_id, **more}
        return self._ask(CheckoutLink, "POST", _PATH, body=body, headers=keyed(once))

    def refresh_order(self, order_id: UUID) -> OrderView:
        """Have the service ask the payment provider, and return the updated order."""
        return self._ask(OrderView, "POST", f"{_PATH}/{order_id}/refresh")

    def cancel_order(
        self, order_id: UUID, at: Literal["period_end", "now"], once: str = ""
    ) -> OrderView:
        """Cancel the subscription of an order, and return the order."""
        path = f"{_PATH}/{order_id}/cancel"
        return self._ask(OrderView, "POST", path, body={"at": at}, headers=keyed(once))

    def resume_order(self, order_id: UUID, once: str = "") -> OrderView:
        """Resume a cancelled subscription that has not ended, and return its order."""
        path = f"{_PATH}/{order_id}/resume"
        return self._ask(OrderView, "POST", path, headers=keyed(once))

    def settle_order(self, order_id: UUID) -> OrderView:
        """Mark the trouble of an order as settled, and return the order."""
        return self._ask(OrderView, "POST", f"{_PATH}/{order_id}/settle")

    def answer_refund(self, invoice_id: str, answer: RefundAnswer) -> InvoiceView:
        """Say whether the membership of a refunded invoice ends, and return the invoice."""
        path = f"/v1/billing/invoices/{invoice_id}/refund-answer"
        return self._ask(InvoiceView, "POST", path, body={"membership": answer.value})

    def plans_to_change_to(self, order_id: UUID) -> PlanChoices:
        """Return the plans that the subscription of an order can change to, cheapest first."""
        return self._ask(PlanChoices, "GET", f"{_PATH}/{order_id}/change/plans")

    def preview_change(self, order_id: UUID, plan_id: str) -> PlanChangePreview:
        """Return what a change of plan at once costs; nothing is changed."""
        path = f"{_PATH}/{order_id}/change/preview"
        return self._ask(PlanChangePreview, "POST", path, body={"plan_id": plan_id})

    def change_plan_later(self, order_id: UUID, plan_id: str, once: str = "") -> OrderView:
        """Change the plan of a subscription with the next period, and return its order."""
        body = {"plan_id": plan_id, "at": "period_end"}
        path = f"{_PATH}/{order_id}/change"
        return self._ask(OrderView, "POST", path, body=body, headers=keyed(once))

    def change_plan_now(
        self, order_id: UUID, shown: PlanChangePreview, once: str = ""
    ) -> OrderView:
        """Change the plan of a subscription at once, for what was shown, and return its order."""
        body = {
            "plan_id": str(shown.plan_id),
            "at": "now",
            "amount_minor": shown.amount_minor,
            "prorated_at": shown.prorated_at.isoformat(),
        }
        path = f"{_PATH}/{order_id}/change"
        return self._ask(OrderView, "POST", path, body=body, headers=keyed(once))

    def withdraw_plan_change(self, order_id: UUID, once: str = "") -> OrderView:
        """Undo a change of plan for the next period, and return its order."""
        path = f"{_PATH}/{order_id}/change/withdraw"
        return self._ask(OrderView, "POST", path, headers=keyed(once))

    def invoices_of(self, membership_id: UUID, cursor: str | None = None) -> InvoicePage:
        """Return a page of invoices of a membership, newest first."""
        params: dict[str, str | int] = {"membership_id": str(membership_id), "limit": _A_PAGE}
        if cursor:
            params["cursor"] = cursor
        return self._ask(InvoicePage, "GET", "/v1/billing/invoices", params=params)
