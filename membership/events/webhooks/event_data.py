"""What ``data`` of each type of event holds, as it is described to receivers.

Receivers must expect further fields. Events that an import stores hold ids only, so most fields
of a membership may be missing.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.scan import Message
from membership.events.types import EventType


class CustomerData(Message):
    """The customer."""

    customer_id: UUID


class CustomerChangedData(CustomerData):
    """The customer, and which fields were changed."""

    changed: tuple[str, ...] = Field(examples=[["email", "phone"]])


class CustomerMergedData(CustomerData):
    """The customer who stays, and the former id, which still leads there."""

    merged_id: UUID


class CompanyData(Message):
    """The company."""

    company_id: UUID


class CompanyChangedData(CompanyData):
    """The company, and which fields were changed."""

    changed: tuple[str, ...] = Field(examples=[["email_domains"]])


class LinkData(Message):
    """The link between a company and a customer."""

    link_id: UUID
    company_id: UUID
    customer_id: UUID
    source: str | None = Field(
        default=None, description="How it came to be; not at its end.", examples=["email_domain"]
    )


class PlanData(Message):
    """The plan, whether it is public, and since when it is archived."""

    plan_id: UUID
    public: bool
    archived_at: AwareDatetime | None


class SoldData(Message):
    """The membership, of a customer or of a company."""

    membership_id: UUID
    customer_id: UUID | None = None
    company_id: UUID | None = None
    plan_id: UUID
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    last_day: date | None = None
    ended_early_at: AwareDatetime | None = None
    payment_overdue_since: AwareDatetime | None = None
    renews: bool | None = None
    source: str | None = Field(default=None, examples=["staff"])


class SoldEndedData(SoldData):
    """The membership whose end came, and why if it is not the one that was sold."""

    ended_at: AwareDatetime
    reason: Literal["ended_early"] | None


class SoldTransferredData(SoldData):
    """The membership that ends, and the one that follows it."""

    next_membership_id: UUID
    next_plan_id: UUID


class SoldUndoneData(SoldData):
    """The membership, and which change of it was undone where staff undid it."""

    undone: str | None = Field(default=None, examples=["membership.extended"])
    change_id: UUID | None = None


class CardData(Message):
    """The card, and whose it is."""

    card_id: UUID
    customer_id: UUID


class CardIssuedData(CardData):
    """The card, its design if it has one, and the card that it replaces."""

    design_id: UUID | None
    replaces: UUID | None


class CardOnPhoneData(CardData):
    """The card, and the wallet of the phone."""

    wallet: str = Field(examples=["apple"])


class CardDesignData(Message):
    """The design, its version, and since when it is archived."""

    design_id: UUID
    version: int
    archived_at: AwareDatetime | None


class BilledData(Message):
    """The order through the payment provider, and who pays it."""

    order_id: UUID
    customer_id: UUID | None = None
    company_id: UUID | None = None
    membership_id: UUID | None = Field(description="Null if nothing was granted.")


class InvoiceData(BilledData):
    """The invoice or single payment, its order, and its amount."""

    invoice_id: str = Field(examples=["in_1PXy2cLkdIwHu7ixJkQ7mBd3"])
    amount_minor: int = Field(examples=[4900], description="In the smallest unit of the currency.")
    currency: str = Field(examples=["EUR"])


class InvoiceRefundedData(InvoiceData):
    """The invoice, how much of it was refunded so far, and whether that is all of it."""

    refunded_minor: int = Field(examples=[4900])
    whole: bool


class DisputeClosedData(InvoiceData):
    """The invoice, and whether the club won."""

    won: bool


class PaymentFlaggedData(BilledData):
    """The order that was paid, why staff have to look at it, and its price."""

    reason: Literal[
        "paid_by_banned", "paid_by_erased", "paid_twice", "refunded", "disputed", "not_granted"
    ]
    amount_minor: int = Field(examples=[4900], description="In the smallest unit of the currency.")
    currency: str = Field(examples=["EUR"])


class ImportFinishedData(Message):
    """The import, and its lines by what became of them."""

    import_id: UUID
    kind: str = Field(examples=["customers"])
    dry_run: bool
    lines: int
    counts: dict[str, int]


class WebhookTestData(Message):
    """The webhook that is tested."""

    webhook_id: UUID


DATA: dict[EventType, type[Message]] = {
    EventType.CUSTOMER_CREATED: CustomerData,
    EventType.CUSTOMER_UPDATED: CustomerChangedData,
    EventType.CUSTOMER_MERGED: CustomerMergedData,
    EventType.CUSTOMER_ERASED: CustomerData,
    EventType.COMPANY_CREATED: CompanyData,
    EventType.COMPANY_UPDATED: CompanyChangedData,
    EventType.LINK_CREATED: LinkData,
    EventType.LINK_ENDED: LinkData,
    EventType.PLAN_CREATED: PlanData,
    EventType.PLAN_UPDATED: PlanData,
    EventType.MEMBERSHIP_CREATED: SoldData,
    EventType.MEMBERSHIP_RENEWED: SoldData,
    EventType.MEMBERSHIP_RENEWAL_UNDONE: SoldUndoneData,
    EventType.MEMBERSHIP_EXTENDED: SoldData,
    EventType.MEMBERSHIP_ENDED: SoldUndoneData,
    EventType.MEMBERSHIP_END_WITHDRAWN: SoldData,
    EventType.MEMBERSHIP_TRANSFERRED: SoldTransferredData,
    EventType.MEMBERSHIP_PAYMENT_CHANGED: SoldData,
    EventType.MEMBERSHIP_RENEWAL_CHANGED: SoldData,
    EventType.MEMBERSHIP_CHANGE_UNDONE: SoldUndoneData,
    EventType.MEMBERSHIP_EXPIRED: SoldEndedData,
    EventType.CARD_ISSUED: CardIssuedData,
    EventType.CARD_REVOKED: CardData,
    EventType.CARD_INSTALLED: CardOnPhoneData,
    EventType.CARD_REMOVED: CardOnPhoneData,
    EventType.CARD_DESIGN_CREATED: CardDesignData,
    EventType.CARD_DESIGN_UPDATED: CardDesignData,
    EventType.BILLING_PAYMENT_REFUNDED: InvoiceRefundedData,
    EventType.BILLING_PAYMENT_DISPUTED: InvoiceData,
    EventType.BILLING_DISPUTE_CLOSED: DisputeClosedData,
    EventType.BILLING_PAYMENT_FLAGGED: PaymentFlaggedData,
    EventType.IMPORT_FINISHED: ImportFinishedData,
    EventType.WEBHOOK_TEST: WebhookTestData,
}
"""The form of ``data``, by the type of event."""
