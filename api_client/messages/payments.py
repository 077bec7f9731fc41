"""Messages about payments at the desk."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.management import ActorView
from api_client.messages.scan import Message


class PaymentMethod(StrEnum):
    """Method of a payment."""

    CASH = "cash"
    CARD_TERMINAL = "card_terminal"
    TRANSFER = "transfer"


class RenewalOfPayment(StrEnum):
    """What became of the renewal that was made with a payment."""

    NONE = "none"
    """The payment renewed nothing."""
    MADE = "made"
    """It renewed the membership."""
    TAKEN_BACK = "taken_back"
    """The payment was voided, and the membership has its former period again."""
    STAYS = "stays"
    """The payment was voided, and the renewal stays; ``renewal_stays_because`` says why."""
    NOT_RECORDED = "not_recorded"
    """A payment of before this was recorded: if it renewed anything, that stays."""


class SellerView(Message):
    """A club as it stands on a receipt."""

    name: str = Field(examples=["Riverside Club"])
    address: str = Field(examples=["Am Ufer 1\n10115 Berlin"])
    tax_number: str = Field(examples=["DE123456789"])


class PaymentView(Message):
    """A payment that was taken at the desk. It is never changed; one in error is voided."""

    id: UUID
    receipt_number: str = Field(examples=["R-000001"])
    membership_id: UUID
    plan: str = Field(examples=["Gold Membership"], description="As it was called when sold.")
    paid_by: str = Field(examples=["Amara Okafor"], description="The customer or the company.")
    method: PaymentMethod
    amount_minor: int = Field(examples=[4900], description="In the smallest unit of the currency.")
    currency: str = Field(examples=["EUR"])
    note: str
    paid_at: AwareDatetime
    voided_at: AwareDatetime | None
    voided_why: str | None
    actor: ActorView
    created_at: AwareDatetime
    renewal: RenewalOfPayment = Field(
        default=RenewalOfPayment.NOT_RECORDED,
        description="What became of the renewal that was made with it.",
    )
    renewal_stays_because: str | None = Field(
        default=None,
        examples=["membership_changed_since"],
        description="Why a renewal stays although its payment was voided: "
        "`membership_changed_since`, `membership_ended_early`, `membership_transferred`, "
        "`billed_by_provider`.",
    )
    voided_by: ActorView | None = None
    seller: SellerView | None = Field(
        default=None,
        description="The club as it was when the payment was recorded; null for one of before "
        "that was kept.",
    )
    tax_millipercent: int | None = Field(
        default=None,
        examples=[19000],
        description="The tax rate within the amount, in thousandths of a percent; null for none.",
    )
    tax_minor: int | None = Field(default=None, examples=[782])
    net_minor: int | None = Field(
        default=None, examples=[4118], description="The amount less the tax."
    )
    period_from: date | None = Field(
        default=None, description="The first day that was paid for, where the club is."
    )
    period_until: date | None = Field(default=None, description="The last day; null without end.")


class ReceiptMailed(Message):
    """A receipt that was queued to be mailed."""

    payment_id: UUID
    email: str | None = Field(
        description="The recipient; null in a repeated answer, if the customer was erased since."
    )


class PaymentPage(Message):
    """A page of payments, newest first."""

    items: tuple[PaymentView, ...]
    next_cursor: str | None = None


class TillFigure(Message):
    """Payments of one person by one method in one currency: how many, and how much."""

    actor: ActorView | None = Field(
        description="Null where it was not recorded: voided before that was kept."
    )
    method: PaymentMethod
    currency: str = Field(examples=["EUR"])
    count: int
    amount_minor: int = Field(examples=[14700])


class TillSum(Message):
    """The figures of one method in one currency over everybody."""

    method: PaymentMethod
    currency: str = Field(examples=["EUR"])
    taken_count: int
    taken_minor: int
    voided_count: int
    voided_minor: int
    net_minor: int = Field(description="Taken less voided: what the till has more of.")


class DailyClose(Message):
    """What was taken and voided on one day of the club, by method and by person."""

    day: date
    time_zone: str = Field(examples=["Europe/Berlin"])
    begins_at: AwareDatetime
    ends_at: AwareDatetime = Field(description="The first instant of the next day.")
    sums: tuple[TillSum, ...]
    taken: tuple[TillFigure, ...] = Field(description="By who recorded the payments.")
    voided: tuple[TillFigure, ...] = Field(
        description="By who voided them, whenever and by whomever they were taken."
    )
    complete: bool = Field(
        description="False if there are more figures by person than are listed; sums count all."
    )
