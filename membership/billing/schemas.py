"""Messages about payments that only the service reads."""

from typing import Annotated

from pydantic import Field

from api_client.payment_schemas import PaymentMethod
from api_client.schemas import Message
from membership.memberships.schemas import Why
from membership.plans.schemas import MAX_PRICE, Currency
from membership.text import Instant


class NewPayment(Message):
    """What was paid for a membership."""

    method: PaymentMethod = Field(examples=["cash"])
    amount_minor: Annotated[int, Field(ge=0, le=MAX_PRICE, strict=True)] | None = Field(
        default=None,
        examples=[4900],
        description="In the smallest unit of the currency; by default the price as sold.",
    )
    currency: Currency | None = Field(
        default=None, examples=["EUR"], description="Refused unless it is the one of the sale."
    )
    paid_at: Instant | None = Field(
        default=None,
        examples=["2027-03-10T11:00:00Z"],
        description="When it was paid, not later than now; now, if left out.",
    )
    renew: bool = Field(
        default=False, description="Whether this pays for the next period: it is renewed as well."
    )
    note: Why = Field(default="", examples=["slip 4711"])


class Voiding(Message):
    """Why a payment was noted in error."""

    why: Annotated[Why, Field(min_length=1)] = Field(examples=["Typed twice"])
