"""Messages about payments through Stripe, as tests of the management need them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from api_client.messages.billing import (
    CheckoutLink,
    InvoicePage,
    InvoiceStatus,
    InvoiceView,
    OrderState,
    OrderView,
    SubscriptionStatus,
)
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.messages import GOLD

ORDER = UUID(int=80)
PAID_UNTIL = datetime(2026, 12, 24, 11, tzinfo=UTC)
URL = "https://checkout.stripe.example/c/pay/cs_test_a1b2c3"


def order(**changes: Any) -> OrderView:
    """Amara's subscription of Gold, paid for a month."""
    given: dict[str, Any] = {
        "id": ORDER, "customer_id": AMARA.id, "company_id": None, "plan_id": GOLD,
        "plan": "Gold Membership", "amount_minor": 4900, "currency": "EUR",
        "state": OrderState.COMPLETED, "membership_id": UUID(int=3),
        "subscription": SubscriptionStatus.ACTIVE, "paid_until": PAID_UNTIL, "cancels_at": None,
        "trouble": None, "created_at": NOON, "checked_at": NOON,
    }  # fmt: skip
    return OrderView(**(given | changes))


def opened(**changes: Any) -> OrderView:
    """What Amara has not paid yet."""
    given: dict[str, Any] = {
        "state": OrderState.OPEN, "membership_id": None, "subscription": None,
        "paid_until": None, "checked_at": None,
    }  # fmt: skip
    return order(**(given | changes))


def link(**changes: Any) -> CheckoutLink:
    """Where it is paid, for two hours."""
    given: dict[str, Any] = {
        "order_id": ORDER, "url": URL, "expires_at": NOON + timedelta(hours=2),
    }  # fmt: skip
    return CheckoutLink(**(given | changes))


def invoice(**changes: Any) -> InvoiceView:
    """What Amara paid for the first month."""
    given: dict[str, Any] = {
        "id": "in_1", "number": "A1B2-0001", "membership_id": UUID(int=3),
        "plan": "Gold Membership", "amount_minor": 4900, "currency": "EUR",
        "status": InvoiceStatus.PAID, "created_at": NOON, "period_start": NOON,
        "period_end": PAID_UNTIL, "refunded_minor": 0, "disputed": False,
    }  # fmt: skip
    return InvoiceView(**(given | changes))


def invoices(*items: InvoiceView, next_cursor: str | None = None) -> InvoicePage:
    """A page of invoices."""
    return InvoicePage(items=items, next_cursor=next_cursor)
