"""Messages of the payment routes that the desk's client does not share."""

import re
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr, model_validator

from api_client.messages.billing import RefundAnswer
from api_client.messages.payments import PaymentMethod
from api_client.messages.scan import Message
from membership.base.fields import Email, Instant
from membership.base.request_body import RequestBody
from membership.members.memberships.schemas import Why
from membership.members.plans.schemas import MAX_PRICE, Currency
from membership.store.models import ProviderTaskKind


class NewPayment(RequestBody):
    """A payment for a membership."""

    method: PaymentMethod = Field(examples=["cash"])
    amount_minor: Annotated[int, Field(ge=0, le=MAX_PRICE, strict=True)] | None = Field(
        default=None,
        examples=[4900],
        description="In minor units of the currency; by default the price of the sale.",
    )
    currency: Currency | None = Field(
        default=None, examples=["EUR"], description="Has to be that of the sale."
    )
    paid_at: Instant | None = Field(
        default=None,
        examples=["2027-03-10T11:00:00Z"],
        description="When it was paid; not in the future. By default now.",
    )
    renew: bool = Field(
        default=False,
        description="Whether it pays for the next period: the membership is renewed as well.",
    )
    again: bool | None = Field(
        default=None,
        examples=[None],
        description="Whether it is renewed although the owner has this plan already for that "
        "time. `false` refuses that with 409 `plan_held`; left out, it is renewed.",
    )
    note: Why = Field(default="", examples=["slip 4711"])


class Voiding(RequestBody):
    """Why a payment is voided."""

    why: Annotated[Why, Field(min_length=1)] = Field(examples=["Typed twice"])


class ReceiptMail(RequestBody):
    """To whom a receipt is mailed."""

    email: Email | None = Field(
        default=None,
        examples=["amara@example.com"],
        description="By default the customer's own address, or the company's for bills.",
    )
    language: Literal["en", "de"] | None = Field(
        default=None,
        examples=["de"],
        description="By default the customer's own, else the one below.",
    )
    fallback_language: Literal["en", "de"] | None = Field(
        default=None,
        examples=["de"],
        description="For customers of whom none is known; by default one of `Accept-Language`.",
    )


_SECRET_KEY = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+", re.ASCII)
_WEBHOOK_SECRET = re.compile(r"whsec_[\x21-\x7e]+")


def _secret_key(given: SecretStr) -> SecretStr:
    """Return a secret key. Raises ValueError for other keys, such as the publishable one."""
    if not _SECRET_KEY.fullmatch(given.get_secret_value()):
        raise ValueError(
            "is no secret key; those begin with sk_live_, sk_test_, rk_live_, rk_test_"
        )
    return given


def _webhook_secret(given: SecretStr) -> SecretStr:
    """Return a signing secret. Raises ValueError for other values, such as the endpoint's id."""
    if not _WEBHOOK_SECRET.fullmatch(given.get_secret_value()):
        raise ValueError("is no signing secret; those begin with whsec_")
    return given


class NewStripeAccount(RequestBody):
    """Keys of a Stripe account, from its dashboard."""

    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] = Field(
        max_length=300,
        examples=["sk_test_4eC39HqLyjWDarjtT1zdp7dc"],
        description="A secret key or a restricted one.",
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] = Field(
        max_length=300,
        examples=["whsec_Zx81vQm3"],
        description="The signing secret of the webhook endpoint.",
    )
    grace_days: Annotated[int, Field(ge=0, le=90, strict=True)] = Field(
        default=7,
        examples=[7],
        description="Days for which a membership stays valid, overdue, while a payment is retried.",
    )


class NewOrder(RequestBody):
    """An order of a plan, to be paid by a customer or a company through the provider."""

    plan_id: UUID = Field(examples=["3f0c7a52-6c1e-4d0b-9a53-0f4f7a1f6f10"])
    customer_id: UUID | None = Field(
        default=None,
        examples=["0b7f9a4e-51c3-4a63-8f0e-2f5d8a1c7b42"],
        description="The customer who pays, or",
    )
    company_id: UUID | None = Field(
        default=None, examples=[None], description="the company that is billed."
    )
    again: bool | None = Field(
        default=None,
        examples=[None],
        description="Whether it may be a second subscription beside one to another plan. `false` "
        "refuses that with 409 `other_subscription_runs`; left out, it is ordered.",
    )

    @model_validator(mode="after")
    def _one_payer(self) -> Self:
        """Require exactly one payer."""
        if (self.customer_id is None) == (self.company_id is None):
            raise ValueError("exactly one of customer_id and company_id is needed")
        return self


class Cancellation(RequestBody):
    """When a subscription ends."""

    at: Literal["period_end", "now"] = Field(
        default="period_end",
        examples=["period_end"],
        description="At the end of the paid period, or at once; without a refund.",
    )


class RefundDecision(RequestBody):
    """Whether the membership of a refunded payment ends."""

    membership: RefundAnswer = Field(
        examples=["ended"],
        description="`ended`: it ends at once, and its subscription with it. `kept`: it stays.",
    )


class PlanChangeRequest(RequestBody):
    """The plan that a subscription is to change to."""

    plan_id: UUID = Field(examples=["3f0c7a52-6c1e-4d0b-9a53-0f4f7a1f6f10"])


class SubscriptionPlanChange(PlanChangeRequest):
    """A change of plan. At once it needs what the preview said, which is then charged."""

    at: Literal["period_end", "now"] = Field(default="period_end", examples=["period_end"])
    amount_minor: Annotated[int, Field(ge=-MAX_PRICE, le=MAX_PRICE, strict=True)] | None = Field(
        default=None, examples=[None], description="What the preview said it costs at once."
    )
    prorated_at: Instant | None = Field(
        default=None, examples=[None], description="When, as the preview said."
    )

    @model_validator(mode="after")
    def _knowingly(self) -> Self:
        """Require what was shown for a change at once."""
        if self.at == "now" and (self.amount_minor is None or self.prorated_at is None):
            raise ValueError("a change now needs amount_minor and prorated_at of its preview")
        return self


class BillingEventView(Message):
    """An event that the provider sent."""

    id: str = Field(examples=["evt_1PXy2cLkdIwHu7ixJkQ7mBd3"])
    type: str = Field(examples=["invoice.paid"])
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    tries: int
    done: bool
    due_at: AwareDatetime | None = Field(description="When it is retried.")
    error: str | None = Field(description="Why the latest attempt to process it failed.")


class BillingEventPage(Message):
    """A page of provider events, newest first."""

    items: tuple[BillingEventView, ...]
    next_cursor: str | None = None


class ProviderTaskView(Message):
    """Something that the provider is still to do."""

    kind: ProviderTaskKind
    object_id: str = Field(
        examples=["sub_1PXy2cLkdIwHu7ix"], description="The provider's id of what it is done to."
    )
    asked_at: AwareDatetime
    tries: int
    due_at: AwareDatetime | None = Field(
        description="When it is tried next; null once it was given up."
    )
    error: str | None = Field(description="Why the latest attempt failed.")


class ProviderTaskPage(Message):
    """A page of tasks for the provider, newest first. What was done is not listed."""

    items: tuple[ProviderTaskView, ...]
    next_cursor: str | None = None
