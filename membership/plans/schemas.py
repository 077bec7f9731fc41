"""Messages about plans and permissions."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from api_client.schemas import Message, PermissionView
from membership.rules.periods import IntervalUnit
from membership.text import Name, Paragraph

PermissionKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$", max_length=80)
]
"""Small letters and digits in parts joined by dots, dashes or underscores: ``area.pool``."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Count = Annotated[int, Field(ge=1, le=1000)]


class IntervalMessage(Message):
    """A length in calendar terms: 1 month, 10 weeks."""

    unit: IntervalUnit
    count: Count = 1


class NewPermission(Message):
    """A permission as a plan names it."""

    key: PermissionKey = Field(examples=["area.pool"])
    label: Name = Field(examples=["Pool"])


class PlanChange(Message):
    """Fields of a plan to set; what was sold already keeps its terms."""

    name: Name = Field(default="", examples=["Gold Membership"])
    description: Paragraph = ""
    price_minor: Annotated[int, Field(ge=0, le=10**9)] = Field(
        default=0, description="Price in the smallest unit of the currency, such as cents."
    )
    currency: Currency | None = Field(default=None, description="By default the organization's.")
    billing: IntervalMessage | None = Field(default=None, description="How often the price is due.")
    length: IntervalMessage | None = Field(
        default=None, description="How long a membership lasts; without it, until it is ended."
    )
    public: bool = False
    archived: bool = Field(default=False, description="An archived plan is no longer sold.")
    permissions: tuple[NewPermission, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        """Refuse a permission that is named twice."""
        keys = [permission.key for permission in self.permissions]
        if len(keys) != len(set(keys)):
            raise ValueError("permissions: a key is named twice")
        return self


class NewPlan(PlanChange):
    """A plan to create."""

    name: Name = Field(examples=["Gold Membership"])


class PlanView(Message):
    """A plan as it is sold now."""

    id: UUID
    name: str
    description: str
    price_minor: int
    currency: str
    billing: IntervalMessage | None
    length: IntervalMessage | None
    public: bool
    archived_at: AwareDatetime | None
    permissions: tuple[PermissionView, ...]


class PlanPage(Message):
    """A page of plans, by name."""

    items: tuple[PlanView, ...]
    next_cursor: str | None = None


class PermissionList(Message):
    """All permissions that the organization has named, by key."""

    items: tuple[PermissionView, ...]
