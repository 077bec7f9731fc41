"""Messages about memberships."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from api_client.schemas import Message, PermissionView, Reason, Status
from membership.models import MembershipSource
from membership.plans.schemas import IntervalMessage
from membership.text import Instant, Paragraph


class NewMembership(Message):
    """A plan to assign to a customer or a company."""

    plan_id: UUID
    customer_id: UUID | None = None
    company_id: UUID | None = None
    starts_on: date | None = Field(
        default=None, description="First local day; without it and starts_at it starts now."
    )
    starts_at: Instant | None = None
    last_day: date | None = Field(
        default=None,
        description="Last local day, inclusive; by default what the plan's length gives.",
    )

    @model_validator(mode="after")
    def _one_owner_one_start(self) -> Self:
        """Refuse two owners or none, and two starts."""
        if (self.customer_id is None) == (self.company_id is None):
            raise ValueError("exactly one of customer_id and company_id is needed")
        if self.starts_on is not None and self.starts_at is not None:
            raise ValueError("only one of starts_on and starts_at may be given")
        return self


class EarlyEnd(Message):
    """How a membership is ended before its time."""

    why: Paragraph = Field(default="", max_length=500)
    at: Instant | None = Field(default=None, description="When; now, if left out.")


class PaymentState(Message):
    """Since when a payment is overdue; null for paid."""

    overdue_since: Instant | None


class SoldView(Message):
    """A membership as it was sold, with its status now."""

    id: UUID
    customer_id: UUID | None
    company_id: UUID | None
    plan_id: UUID
    plan: str
    price_minor: int
    currency: str
    billing: IntervalMessage | None
    status: Status | None
    reason: Reason | None
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    last_day: date | None
    time_zone: str
    ended_early_at: AwareDatetime | None
    ended_early_why: str | None
    payment_overdue_since: AwareDatetime | None
    source: MembershipSource
    permissions: tuple[PermissionView, ...]


class SoldPage(Message):
    """A page of memberships as they were sold, by id."""

    items: tuple[SoldView, ...]
    next_cursor: str | None = None
