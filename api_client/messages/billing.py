"""Messages about payments through an online payment provider."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.editable import Editable
from api_client.messages.scan import Message


class OrderState(StrEnum):
    """State of an order."""

    OPEN = "open"
    COMPLETED = "completed"
    EXPIRED = "expired"
    FAILED = "failed"


class SubscriptionStatus(StrEnum):
    """Status of a subscription at the provider."""

    INCOMPLETE = "incomplete"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


class InvoiceStatus(StrEnum):
    """Status of an invoice of the provider."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


class OrderTrouble(StrEnum):
    """Why staff have to look at an order."""

    PAID_BY_BANNED = "paid_by_banned"
    PAID_BY_ERASED = "paid_by_erased"
    PAID_TWICE = "paid_twice"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    NOT_GRANTED = "not_granted"
    UNKNOWN_TO_PROVIDER = "unknown_to_provider"


class DisputeState(StrEnum):
    """What became of a payment that the payer's bank contests."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class RefundAnswer(StrEnum):
    """What staff decided about the membership of a payment that was refunded as a whole."""

    ENDED = "ended"
    KEPT = "kept"


class StripeView(Editable):
    """State of a club's account at Stripe. Stored keys are never returned."""

    configured: bool
    account: str | None = Field(examples=["acct_1PXy2cLkdIwHu7ix"])
    livemode: bool | None = Field(description="False for an account's test keys.")
    key_hint: str | None = Field(examples=["…4f9c"], description="The end of the secret key.")
    webhook_url: str | None = Field(
        examples=["https://members.example.com/v1/billing/stripe/example-club/webhook"],
        description="Where Stripe is to send events; null without a public address.",
    )
    grace_days: int = Field(
        examples=[7], description="Days a membership runs on while a payment is tried again."
    )


class OrderView(Message):
    """An order of a membership that is paid through the provider."""

    id: UUID
    customer_id: UUID | None
    company_id: UUID | None
    plan_id: UUID
    plan: str = Field(examples=["Gold Membership"])
    amount_minor: int = Field(examples=[4900], description="In the smallest unit of the currency.")
    currency: str = Field(examples=["EUR"])
    state: OrderState
    membership_id: UUID | None = Field(description="What was granted, once it was paid.")
    subscription: SubscriptionStatus | None = Field(description="Null for a single payment.")
    paid_until: AwareDatetime | None
    cancels_at: AwareDatetime | None = Field(description="When the subscription will end.")
    last_day: date | None = Field(
        default=None, description="The last day paid for: that of its membership."
    )
    ends_on: date | None = Field(
        default=None, description="The last day of its membership, if it is not renewed."
    )
    next_plan: str | None = Field(
        default=None, description="The plan that it changes to with the next period."
    )
    next_amount_minor: int | None = Field(default=None, description="What it will cost then.")
    changes_at: AwareDatetime | None = Field(default=None, description="When it changes.")
    can_change: bool = Field(default=False, description="Whether its plan can be changed.")
    trouble: str | None = Field(
        description="Why something paid was not granted, or should not have been paid; "
        "staff have to settle it."
    )
    trouble_kind: OrderTrouble | None = Field(
        default=None, description="The same for programs; null for orders of older versions."
    )
    hint: str | None = Field(
        default=None,
        description="What to do about it.",
        examples=["Refund the payment in Stripe's dashboard, then settle this."],
    )
    settled_at: AwareDatetime | None = Field(
        default=None, description="When staff, or a full refund, settled the trouble."
    )
    refunded_invoice: str | None = Field(
        default=None,
        description="An invoice that was refunded as a whole: does the membership end?",
    )
    created_at: AwareDatetime
    checked_at: AwareDatetime | None = Field(description="When the provider was last asked.")


class OrderPage(Message):
    """A page of orders, newest first."""

    items: tuple[OrderView, ...]
    next_cursor: str | None = None


class PlanChoice(Message):
    """A plan that a subscription can change to."""

    plan_id: UUID
    plan: str = Field(examples=["Platinum"])
    amount_minor: int = Field(examples=[9900], description="In the smallest unit of the currency.")
    currency: str = Field(examples=["EUR"])
    next_period: bool = Field(
        description="Whether it can begin with the next period: always, since other intervals can."
    )


class PlanChoices(Message):
    """The plans that a subscription can change to, cheapest first."""

    items: tuple[PlanChoice, ...]


class PlanChangePreview(Message):
    """What a change of plan at once costs."""

    plan_id: UUID
    plan: str = Field(examples=["Platinum"])
    amount_minor: int = Field(
        examples=[2500],
        description="What is charged at once; below zero it is a credit for the next payments.",
    )
    currency: str = Field(examples=["EUR"])
    prorated_at: AwareDatetime = Field(description="For when it was reckoned; to be sent back.")
    next_amount_minor: int = Field(
        examples=[9900], description="What each period costs from then on."
    )


class InvoiceView(Message):
    """An invoice of the provider, or a single payment."""

    id: str = Field(examples=["in_1PXy2cLkdIwHu7ixJkQ7mBd3"])
    number: str | None = Field(examples=["A1B2C3D4-0001"])
    membership_id: UUID | None
    plan: str = Field(examples=["Gold Membership"])
    amount_minor: int = Field(examples=[4900], description="In the smallest unit of the currency.")
    currency: str = Field(examples=["EUR"])
    status: InvoiceStatus
    created_at: AwareDatetime
    period_start: AwareDatetime | None
    period_end: AwareDatetime | None
    refunded_minor: int = Field(examples=[0], description="How much of it was paid back.")
    disputed: bool = Field(description="The payer's bank contests the payment, or did and won.")
    dispute: DisputeState | None = Field(
        default=None, description="What became of it; `won` is from the club's view."
    )
    asks_end: bool = Field(
        default=False,
        description="It was refunded as a whole, and nobody said whether the membership ends.",
    )
    refund_answer: RefundAnswer | None = Field(default=None, description="What was said.")


class InvoicePage(Message):
    """A page of invoices, newest first."""

    items: tuple[InvoiceView, ...]
    next_cursor: str | None = None


class CheckoutLink(Message):
    """The payment page of an order at the provider."""

    order_id: UUID
    url: str = Field(examples=["https://checkout.stripe.com/c/pay/cs_live_a1b2c3"])
    expires_at: AwareDatetime
    continues_after: date | None = Field(
        default=None,
        examples=["2027-03-25"],
        description="The last day of what is paid already: it continues after that.",
    )
