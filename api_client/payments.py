"""Client of the part of the API for payments at the desk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from api_client.messages.payments import PaymentPage, PaymentView, ReceiptMailed

from .cards import CardsClient
from .client import keyed

_A_PAGE = 100


class PaymentsClient(CardsClient):
    """Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``.

    ``cursor`` is the ``next_cursor`` of the page before.
    """

    def note_payment(
        self, membership_id: UUID, fields: Mapping[str, Any], once: str, *, if_match: str = ""
    ) -> PaymentView:
        """Record a payment for a membership, unless it is in another state than ``if_match``."""
        path, headers = f"/v1/memberships/{membership_id}/payments", keyed(once, if_match)
        return self._ask(PaymentView, "POST", path, body=fields, headers=headers)

    def payments_of(self, membership_id: UUID, cursor: str | None = None) -> PaymentPage:
        """Return a page of a membership's payments, latest first."""
        return self._payments(f"/v1/memberships/{membership_id}/payments", {}, cursor)

    def payments(self, since: datetime, until: datetime, cursor: str | None = None) -> PaymentPage:
        """Return a page of payments from ``since`` until before ``until``, latest first."""
        span: dict[str, str | int] = {"since": since.isoformat(), "until": until.isoformat()}
        return self._payments("/v1/payments", span, cursor)

    def payments_by(self, customer_id: UUID, cursor: str | None = None) -> PaymentPage:
        """Return a page of the payments for memberships of a customer, latest first."""
        return self._payments("/v1/payments", {"customer_id": str(customer_id)}, cursor)

    def void_payment(self, payment_id: UUID, why: str, once: str = "") -> PaymentView:
        """Void a payment that was recorded in error."""
        path, body = f"/v1/payments/{payment_id}/void", {"why": why}
        return self._ask(PaymentView, "POST", path, body=body, headers=keyed(once))

    def receipt(self, payment_id: UUID, language: str) -> bytes:
        """Return the receipt of a payment (PDF, A5) in the customer's language.

        ``language`` is for customers of whom none is known.
        """
        path = f"/v1/payments/{payment_id}/receipt.pdf"
        return self._file(path, headers={"Accept-Language": language})

    def mail_receipt(self, payment_id: UUID, language: str, once: str = "") -> ReceiptMailed:
        """Queue the mail with a receipt, to the address of the customer or company who paid.

        ``language`` is for customers of whom none is known.
        """
        path = f"/v1/payments/{payment_id}/receipt/mail"
        body = {"fallback_language": language}
        return self._ask(ReceiptMailed, "POST", path, body=body, headers=keyed(once))

    def _payments(
        self, path: str, wanted: Mapping[str, str | int], cursor: str | None
    ) -> PaymentPage:
        params = {**wanted, "limit": _A_PAGE, **({"cursor": cursor} if cursor else {})}
        return self._ask(PaymentPage, "GET", path, params=params)
