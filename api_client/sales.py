"""Client of the part of the API for sales at the desk."""

from collections.abc import Mapping
from typing import Any

from api_client.messages.sales import SalePreview, SaleUndo, SaleUndone, SaleView

from .client import MembershipClient, keyed


class SalesClient(MembershipClient):
    """Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``."""

    def preview_sale(self, fields: Mapping[str, Any]) -> SalePreview:
        """Return what a sale would do now. Nothing is stored."""
        return self._ask(SalePreview, "POST", "/v1/sales/preview", body=dict(fields))

    def sell(self, fields: Mapping[str, Any], once: str) -> SaleView:
        """Carry out a sale."""
        headers = keyed(once)
        return self._ask(SaleView, "POST", "/v1/sales", body=dict(fields), headers=headers)

    def undo_sale(self, undo: SaleUndo, why: str, once: str) -> SaleUndone:
        """Undo a sale as a whole, or nothing of it."""
        body = {**undo.model_dump(mode="json", exclude_none=True), "why": why}
        return self._ask(SaleUndone, "POST", "/v1/sales/undo", body=body, headers=keyed(once))
