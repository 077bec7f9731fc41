"""Messages about a customer as a payer, about merging two customers, and about erasing one."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.billing import SubscriptionStatus
from api_client.messages.scan import CustomerView, Message


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


class MovedCounts(Message):
    """How many rows of the duplicate were moved."""

    memberships: int
    links: int = Field(description="Links to companies, ended ones included.")
    cards: int
    visits: int


class MergedCustomer(Message):
    """The remaining customer."""

    customer: CustomerView
    merged_id: UUID = Field(
        description="Former id of the duplicate, which now finds this customer."
    )
    merged_number: str = Field(description="Former number of the duplicate.", examples=["C-000123"])
    moved: MovedCounts


class AtProvider(Message):
    """What the payment provider has of an erased customer."""

    customer_ids: tuple[str, ...] = Field(
        examples=[["cus_NffrFeUfNV2Hib"]], description="Its ids of the customer, shown this once."
    )
    deleted: bool = Field(description="Whether the customer is deleted there, within seconds.")
    stays: str = Field(
        examples=["Payments, invoices and receipts."], description="What is kept there, in words."
    )


class Erased(Message):
    """A customer whose personal data was erased."""

    customer_id: UUID
    number: str = Field(examples=["C-000123"])
    erased_at: AwareDatetime
    at_provider: AtProvider | None = Field(
        default=None,
        description="What stays at the payment provider; left out for whom it never knew, and in "
        "the answer to a repeated request.",
    )
