"""Client of the part of the API with which staff note what was paid at the desk."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from .cards import CardsClient
from .payment_schemas import PaymentView


class PaymentsClient(CardsClient):
    """Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``."""

    def note_payment(
        self, membership_id: UUID, fields: Mapping[str, Any], once: str
    ) -> PaymentView:
        """Note a payment for a membership."""
        path = f"/v1/memberships/{membership_id}/payments"
        return self._ask(PaymentView, "POST", path, body=fields, headers={"Idempotency-Key": once})

    def receipt(self, payment_id: UUID, language: str) -> bytes:
        """The receipt of a payment (PDF, A5)."""
        return self._file(f"/v1/payments/{payment_id}/receipt.pdf", {"language": language})
