"""Messages about a customer as a payer."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.billing import SubscriptionStatus
from api_client.messages.scan import Message


class PayerSubscription(Message):
    """A subscription that has not ended."""

    order_id: UUID
    membership_id: UUID | None
    plan: str = Field(examples=["Gold Membership"])
    amount_minor: int = Field(examples=[4900], description="In the smallest unit of the currency.")
    currency: str = Field(examples=["EUR"])
    status: SubscriptionStatus
    paid_until: AwareDatetime | None
    cancels_at: AwareDatetime | None
    charges_again: bool = Field(description="Whether it takes a further payment.")


class PayerView(Message):
    """What the payment provider has of a customer, and what charges them."""

    customer_id: UUID
    provider_ids: tuple[str, ...] = Field(
        examples=[["cus_NffrFeUfNV2Hib"]], description="The provider's ids of the customer."
    )
    subscriptions: tuple[PayerSubscription, ...]
    open_pages: int = Field(description="Payment pages that can still be paid.")
