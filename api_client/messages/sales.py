"""Messages about sales: a plan sold, renewed or changed with what is paid for it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.management import IntervalMessage, SoldView
from api_client.messages.payments import PaymentView
from api_client.messages.scan import Message


class SaleKind(StrEnum):
    """What is sold."""

    NEW = "new"
    """A plan, to a customer or a company."""
    RENEW = "renew"
    """The next period of a membership."""
    CHANGE = "change"
    """Another plan in place of a membership, from now on."""
    PAY = "pay"
    """Nothing: a membership that was sold before is paid."""


class SalePreview(Message):
    """What a sale does, as the service would carry it out now. Amounts are in minor units."""

    kind: SaleKind
    plan: str = Field(examples=["Gold Membership"])
    price_minor: int = Field(examples=[4900], description="Of one period; 0 for a free plan.")
    currency: str = Field(examples=["EUR"])
    billing: IntervalMessage | None = Field(description="How often the price is due; null: once.")
    amount_minor: int = Field(
        examples=[4900],
        description="What is to be paid now: the amount sent, or the price.",
    )
    tax_millipercent: int | None = Field(
        examples=[19000],
        description="The tax rate within the amount, in thousandths of a percent; null for none.",
    )
    tax_minor: int | None = Field(examples=[782])
    net_minor: int | None = Field(examples=[4118], description="The amount less the tax.")
    first_day: date = Field(description="First day of the period that is sold, where the club is.")
    last_day: date | None = Field(description="Its last day, inclusive; null without an end.")
    replaces: str | None = Field(
        default=None, description="The plan that ends, if another one takes its place."
    )
    overdue_since: AwareDatetime | None = Field(
        default=None, description="Since when a payment is overdue that this one settles."
    )
    held: bool = Field(
        default=False,
        description="Whether the owner has the plan already at that time; sold only with `again`.",
    )


class SaleUndo(Message):
    """How a sale is undone: the payment to void, and the change of a membership to undo."""

    payment_id: UUID | None = None
    membership_id: UUID | None = None
    change_id: UUID | None = None


class SaleView(Message):
    """A sale that was carried out."""

    sale: SalePreview
    membership: SoldView
    payment: PaymentView | None
    customer_id: UUID | None
    customer_created: bool = False
    undo: SaleUndo = Field(description="The body of a request that undoes it.")


class SaleUndone(Message):
    """A sale that was undone: the membership as it is now, and the payment that was voided."""

    membership: SoldView | None
    payment: PaymentView | None
