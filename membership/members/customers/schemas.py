"""Messages about customers that are not shared with the kiosk."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from api_client.messages.scan import CustomerState, Message
from membership.base.field_error import FieldError
from membership.base.fields import Email, Line, Paragraph, SafeText
from membership.base.request_body import RequestBody
from membership.members.customers.former_numbers import MAX_LENGTH, MAX_NUMBERS, former_number
from membership.members.payers.subscriptions import SubscriptionChoice

Language = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)
]
"""A language tag such as ``de`` or ``pt-BR``, as long as the longest ones (RFC 5646, 4.4.1)."""


FormerNumber = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LENGTH),
    SafeText,
    AfterValidator(former_number),
]
"""A number that a customer had in the system which the club used before."""


class CustomerFields(RequestBody):
    """Fields of a customer that can be set."""

    given_name: Line = Field(default="", examples=["Amara"])
    family_name: Line = Field(default="", examples=["Okafor"])
    email: Email | None = Field(default=None, examples=["amara@example.com"])
    phone: Line | None = Field(
        default=None,
        examples=["+49 30 1234567"],
        description="International, or national where the organization has a country.",
    )
    birth_date: date | None = Field(default=None, examples=["1990-02-28"])
    language: Language | None = Field(
        default=None, examples=["pt-BR"], description="A language tag (BCP 47)."
    )
    desk_note: Paragraph | None = Field(
        default=None, examples=["Locker 7"], description="Shown at the desk with every scan."
    )
    former_numbers: tuple[FormerNumber, ...] = Field(
        default=(),
        max_length=MAX_NUMBERS,
        examples=[["M-1234"]],
        description="Numbers from the system that was used before. They find the customer in the "
        "search and when scanned, and prove nothing. Others may have the same.",
    )
    state: CustomerState = Field(
        default=CustomerState.ACTIVE,
        examples=["active"],
        description="`banned` denies all access. An `inactive` customer is listed and let in by "
        "what they have as before, buys nothing and gets no card on the public pages. Neither has "
        "a seat of a company that limits them, so an `inactive` one is not let in by such a "
        "company, unless `all_take_seats` of the organization counts them.",
    )


class CustomerChange(CustomerFields):
    """Fields of a customer to set; omitted ones stay unchanged."""

    subscriptions: SubscriptionChoice | None = Field(
        default=None,
        examples=["cancel_now"],
        description="With `state` `banned`: what becomes of subscriptions that go on charging the "
        "customer. `cancel_now` ends them at once, `cancel_at_period_end` with what is paid, both "
        "without a refund; `keep` lets them charge on.",
    )

    @model_validator(mode="after")
    def _of_a_ban(self) -> Self:
        """Reject an answer to what is not asked."""
        if self.subscriptions is not None and self.state is not CustomerState.BANNED:
            raise ValueError("subscriptions goes with the state banned")
        return self


class NewCustomer(CustomerFields):
    """A customer to create; requires at least one of the names."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        """Reject a customer without a name."""
        if not (self.given_name or self.family_name):
            raise FieldError("given_name or family_name is needed", "name_missing", "given_name")
        return self


class PermissionGrant(Message):
    """Whether a customer has a permission now."""

    key: str
    granted: bool
    until: AwareDatetime | None = Field(
        default=None, description="When it ends by the current memberships; null if it has no end."
    )
    via: tuple[UUID, ...] = Field(default=(), description="Ids of the memberships that grant it.")


class PermissionGrants(Message):
    """All permissions that a customer has now."""

    customer_id: UUID
    server_time: AwareDatetime
    items: tuple[PermissionGrant, ...]
