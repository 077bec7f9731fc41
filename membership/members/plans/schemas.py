"""Messages about plans and permissions."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from api_client.messages.coercion import NoCoercion
from api_client.messages.management import IntervalMessage
from membership.base.field_error import FieldError
from membership.base.fields import Name, Paragraph
from membership.base.request_body import RequestBody
from membership.rules.money import known_currency
from membership.rules.tax import WHOLE

PermissionKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$", max_length=80)
]
"""Small letters and digits in parts joined by dots, dashes or underscores: ``area.pool``."""

MAX_PRICE = 2**31 - 1
"""The highest price, in minor units, that the column holds on both databases."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(known_currency)]
"""Three capital letters (ISO 4217) that are a currency."""

Count = Annotated[int, Field(ge=1, le=1000)]

TaxRate = Annotated[int, Field(ge=0, le=WHOLE, strict=True)]
"""A tax rate in thousandths of a percent: 19000 is 19 %."""


class NewPermission(RequestBody):
    """A permission of a plan."""

    key: PermissionKey = Field(examples=["area.pool"])
    label: Name = Field(examples=["Pool"])


class NewInterval(NoCoercion, IntervalMessage):
    """The billing interval of a price, or the length of a membership, as sent by a client."""

    model_config = ConfigDict(extra="forbid")


class PlanChange(RequestBody):
    """Fields of a plan to set; memberships already sold keep their terms."""

    name: Name = Field(default="", examples=["Gold Membership"])
    description: Paragraph = Field(default="", examples=["Pool, sauna and members' area"])
    price_minor: Annotated[int, Field(ge=0, le=MAX_PRICE)] = Field(
        default=0,
        examples=[4900],
        description="Price in the smallest unit of the currency, such as cents; 0 is free.",
    )
    currency: Currency | None = Field(
        default=None, examples=["EUR"], description="ISO 4217; the organization's if omitted."
    )
    billing: NewInterval | None = Field(default=None, description="How often the price is due.")
    length: NewInterval | None = Field(
        default=None, description="How long a membership lasts; without an end if omitted."
    )
    tax_millipercent: TaxRate | None = Field(
        default=None,
        examples=[19000],
        description="The tax rate within the price, in thousandths of a percent: 19000 is 19 %. "
        "Null for the organization's. It counts for payments from now on.",
    )
    public: bool = Field(default=False, description="Whether customers can sign up for it.")
    archived: bool = Field(default=False, description="An archived plan is no longer sold.")
    permissions: tuple[NewPermission, ...] = Field(
        default=(), max_length=200, description="In display order."
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        """Reject duplicate permissions."""
        keys = [permission.key for permission in self.permissions]
        if len(keys) != len(set(keys)):
            raise FieldError("permissions: a key is named twice", "key_twice", "permissions")
        return self


class NewPlan(PlanChange):
    """A plan to create."""

    name: Name = Field(examples=["Gold Membership"])


class PermissionChange(RequestBody):
    """The new label of a permission; memberships sold before keep theirs."""

    label: Name = Field(examples=["Big pool"])
