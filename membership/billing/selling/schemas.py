"""Requests about sales."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from api_client.messages.payments import PaymentMethod
from api_client.messages.sales import SaleKind
from membership.base.request_body import RequestBody
from membership.members.customers.schemas import NewCustomer
from membership.members.memberships.schemas import Again, Why
from membership.members.plans.schemas import MAX_PRICE, Currency

Amount = Annotated[int, Field(ge=0, le=MAX_PRICE, strict=True)]


class SalePayment(RequestBody):
    """What is paid for a sale, at the desk and now."""

    method: PaymentMethod = Field(examples=["cash"])
    amount_minor: Amount | None = Field(
        default=None,
        examples=[None],
        description="In minor units, if it is not the price; `note` says why.",
    )
    note: Why = Field(default="", examples=["Student discount"])


class Expected(RequestBody):
    """What the preview said and staff have seen."""

    amount_minor: Amount = Field(examples=[4900])
    currency: Currency = Field(examples=["EUR"])
    first_day: date = Field(examples=["2027-03-10"])
    last_day: date | None = Field(examples=["2027-04-09"])


class Sale(RequestBody):
    """A plan that is sold, renewed, changed or paid."""

    kind: SaleKind = Field(examples=["new"])
    membership_id: UUID | None = Field(
        default=None, examples=[None], description="What is renewed, changed or paid."
    )
    plan_id: UUID | None = Field(
        default=None,
        examples=["3f0c7a52-6c1e-4d0b-9a53-0f4f7a1f6f10"],
        description="The plan that is sold, or that takes the place of the one before.",
    )
    customer_id: UUID | None = Field(
        default=None,
        examples=["0b7f9a4e-51c3-4a63-8f0e-2f5d8a1c7b42"],
        description="The owner of what is sold, or",
    )
    company_id: UUID | None = Field(
        default=None, examples=[None], description="the owning company, or"
    )
    customer: NewCustomer | None = Field(
        default=None,
        examples=[None],
        description="a new customer, who is created by the same request. Needs `customers:write`.",
    )
    starts_on: date | None = Field(
        default=None,
        examples=[None],
        description="First local day of what is sold anew; without it it starts now.",
    )
    payment: SalePayment | None = Field(
        default=None, description="What is paid now; null if nothing is."
    )
    pay_until: date | None = Field(
        default=None,
        examples=[None],
        description="Instead of a payment: the last local day to pay; overdue after it.",
    )
    again: Again = None
    expected: Expected | None = Field(
        default=None,
        description="What was previewed: 409 `amount_changed` or `period_changed` if it would be "
        "another amount or period by now. A preview does not compare it.",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Require what the kind needs, and nothing that it does not have."""
        new, change = self.kind is SaleKind.NEW, self.kind is SaleKind.CHANGE
        if new == (self.membership_id is not None):
            raise ValueError("membership_id is needed, except for kind new, which has none")
        if (new or change) != (self.plan_id is not None):
            raise ValueError("plan_id is needed for the kinds new and change, and only for those")
        owners = (self.customer_id, self.company_id, self.customer)
        if sum(owner is not None for owner in owners) > (1 if new else 0):
            raise ValueError("one of customer_id, company_id and customer, for the kind new only")
        if self.starts_on is not None and not new:
            raise ValueError("starts_on is for the kind new only")
        if self.payment is not None and self.pay_until is not None:
            raise ValueError("only one of payment and pay_until may be given")
        if self.pay_until is not None and self.kind is SaleKind.PAY:
            raise ValueError("pay_until is not for the kind pay")
        return self


class UndoSale(RequestBody):
    """What a sale was answered with as `undo`, and why."""

    payment_id: UUID | None = Field(default=None, examples=[None])
    membership_id: UUID | None = Field(
        default=None, examples=["6d1f0b1e-1f0a-4f0e-9d53-2f3f7a1f6f10"]
    )
    change_id: UUID | None = Field(default=None, examples=["6d1f0b1e-1f0a-4f0e-9d53-2f3f7a1f6f10"])
    why: Annotated[Why, Field(min_length=1)] = Field(examples=["Sold to the wrong person"])

    @model_validator(mode="after")
    def _something(self) -> Self:
        """Require something to undo."""
        if (self.membership_id is None) != (self.change_id is None):
            raise ValueError("membership_id and change_id belong together")
        if self.payment_id is None and self.membership_id is None:
            raise ValueError("payment_id or membership_id is needed")
        return self
