"""Messages about memberships."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from api_client.messages.management import ActorView, SoldView
from api_client.messages.scan import Message
from membership.base.fields import Instant, Paragraph
from membership.base.request_body import RequestBody

Why = Annotated[Paragraph, Field(max_length=500)]
"""A reason in words, of at most 500 characters."""

Again = Annotated[
    bool | None,
    Field(
        examples=[None],
        description="Whether it is sold although the owner has this plan already at that time. "
        "`false` refuses that with 409 `plan_held`; left out, it is sold, and `also_held` of the "
        "answer says so.",
    ),
]
"""Whether a plan is knowingly sold once more."""

_MOST_DAYS = 36_600


class NewMembership(RequestBody):
    """A plan to assign to a customer or a company."""

    plan_id: UUID = Field(examples=["3f0c7a52-6c1e-4d0b-9a53-0f4f7a1f6f10"])
    customer_id: UUID | None = Field(
        default=None, examples=["0b7f9a4e-51c3-4a63-8f0e-2f5d8a1c7b42"], description="The owner, or"
    )
    company_id: UUID | None = Field(
        default=None,
        examples=[None],
        description="the owning company, whose linked customers inherit it.",
    )
    starts_on: date | None = Field(
        default=None,
        examples=["2027-04-01"],
        description="First local day; without it and starts_at it starts now.",
    )
    starts_at: Instant | None = Field(
        default=None, examples=[None], description="First instant, instead of starts_on."
    )
    last_day: date | None = Field(
        default=None,
        examples=["2028-03-31"],
        description="Last local day, inclusive; by default what the plan's length gives.",
    )
    again: Again = None

    @model_validator(mode="after")
    def _one_owner_one_start(self) -> Self:
        """Require exactly one owner, and at most one start."""
        if (self.customer_id is None) == (self.company_id is None):
            raise ValueError("exactly one of customer_id and company_id is needed")
        if self.starts_on is not None and self.starts_at is not None:
            raise ValueError("only one of starts_on and starts_at may be given")
        return self


class EarlyEnd(RequestBody):
    """When and why a membership ends early."""

    why: Why = Field(default="", examples=["Moved to another city"])
    at: Instant | None = Field(
        default=None, examples=["2027-06-30T22:00:00Z"], description="When; now, if left out."
    )


class Renewal(RequestBody):
    """A payment for the next period."""

    paid_at: Instant | None = Field(
        default=None,
        examples=["2027-03-10T11:00:00Z"],
        description="When it was paid, not later than now; now, if left out.",
    )
    again: Again = None


class Extension(RequestBody):
    """A new last day, or a number of days to add."""

    last_day: date | None = Field(
        default=None, examples=["2027-05-31"], description="The new last local day, inclusive."
    )
    days: Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None = Field(
        default=None, examples=[None], description="Days to add to the present last day."
    )
    why: Why = Field(default="", examples=["The pool was closed for two weeks"])

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """Require exactly one of both."""
        if (self.last_day is None) == (self.days is None):
            raise ValueError("exactly one of last_day and days is needed")
        return self


class Undo(RequestBody):
    """The change to undo, and why."""

    change_id: UUID = Field(
        examples=["6d1f0b1e-1f0a-4f0e-9d53-2f3f7a1f6f10"],
        description="The id of `last_change`, so that no other change is undone than the one seen; "
        "the id of the membership for its sale.",
    )
    why: Why = Field(default="", examples=["Renewed the wrong person"])


class Transfer(RequestBody):
    """The new plan of a membership, and its start."""

    plan_id: UUID = Field(examples=["3f0c7a52-6c1e-4d0b-9a53-0f4f7a1f6f10"])
    at: Instant | None = Field(
        default=None,
        examples=["2027-04-01T00:00:00Z"],
        description="When; if left out now, or the start of a membership yet to start.",
    )
    again: Again = None


class PaymentState(RequestBody):
    """Since when a payment is overdue; null for paid."""

    overdue_since: Instant | None = Field(examples=["2027-03-01T00:00:00Z"])


class SoldPage(Message):
    """A page of memberships as they were sold, by id."""

    items: tuple[SoldView, ...]
    next_cursor: str | None = None


class StatusFilter(StrEnum):
    """Status of memberships at the time of the request."""

    ACTIVE = "active"
    EXPIRED = "expired"
    SCHEDULED = "scheduled"


class HistoryEntry(Message):
    """A change of a membership: who made it, with the values before and after."""

    id: UUID
    at: AwareDatetime
    action: str = Field(examples=["membership.renewed"])
    actor: ActorView
    before: dict[str, Any] | None = Field(
        description="Fields that changed, as they were.", examples=[{"last_day": "2027-03-31"}]
    )
    after: dict[str, Any] | None = Field(
        description="The same fields afterwards, and the reason, if one was given.",
        examples=[{"last_day": "2027-04-30"}],
    )


class HistoryPage(Message):
    """A page of the changes of a membership, oldest first."""

    items: tuple[HistoryEntry, ...]
    next_cursor: str | None = None
