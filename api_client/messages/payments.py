"""Messages about payments at the desk."""

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


class PaymentPage(Message):
    """A page of payments, newest first."""

    items: tuple[PaymentView, ...]
    next_cursor: str | None = None
