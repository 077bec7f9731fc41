"""Two people who may be one, as tests of merging and erasing need them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api_client.messages.billing import SubscriptionStatus
from api_client.messages.people import PayerSubscription, PayerView
from api_client.messages.scan import CustomerState, CustomerView
from kiosk.staff.words.merge import Person
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.messages import profile

AMINA = CustomerView(
    id=UUID(int=2), number="C-000124", name="Amina Okafor", state=CustomerState.ACTIVE
)
PAID_UNTIL = datetime(2026, 12, 24, 23, tzinfo=UTC)
"""The midnight in Berlin after December 24."""


def subscription(number: int, **changes: Any) -> PayerSubscription:
    """A subscription that goes on charging."""
    given: dict[str, Any] = {
        "order_id": UUID(int=number), "membership_id": UUID(int=3), "plan": f"Plan {number}",
        "amount_minor": 4900, "currency": "EUR", "status": SubscriptionStatus.ACTIVE,
        "paid_until": PAID_UNTIL, "cancels_at": None, "charges_again": True,
    }  # fmt: skip
    return PayerSubscription(**(given | changes))


def person(
    customer: CustomerView = AMARA,
    *subscriptions: PayerSubscription,
    known: tuple[str, ...] = (),
    open_pages: int = 0,
    **changes: Any,
) -> Person:
    """Somebody with what charges them."""
    payer = PayerView(
        customer_id=customer.id,
        provider_ids=known,
        subscriptions=subscriptions,
        open_pages=open_pages,
    )
    return Person(profile(customer=customer, **changes), payer)


def banned(customer: CustomerView) -> CustomerView:
    """The same, blocked."""
    return customer.model_copy(update={"state": CustomerState.BANNED})
