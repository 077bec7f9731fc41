"""Messages of the access checks."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from api_client.messages.scan import MAX_CODE_LENGTH, Message
from membership.base.fields import Email
from membership.base.request_body import RequestBody
from membership.rules.permissions import Refusal

NUMBER_PATTERN = r"^([Cc]-?)?0*[1-9][0-9]{0,11}$"
"""A customer number: ``C-000123``, ``c123`` or ``123``."""
LONGEST_KEY = 80

Key = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEY)]
Number = Annotated[str, StringConstraints(max_length=20, pattern=NUMBER_PATTERN)]

_UNTIL = (
    "Granted: the instant at which it ends; null where it never does. Not granted: the instant "
    "at which it begins, where a start is planned; else null. Both as things stand now: a "
    "renewal, an early end, an unlinking or a ban changes it, and webhooks tell of those at once."
)


class ViaSource(StrEnum):
    """Owner of the membership that grants a permission."""

    DIRECT = "direct"
    COMPANY = "company"


class AccessVia(Message):
    """A membership that grants a permission, and how the customer has it."""

    membership_id: UUID
    plan: str = Field(examples=["Corporate"])
    source: ViaSource = Field(description="The customer's own, or inherited from a company.")
    company_id: UUID | None = Field(description="The company it is inherited from.")
    company: str | None = Field(examples=["Northwind Analytics"])


class AccessItem(Message):
    """Whether a permission is granted."""

    key: str = Field(examples=["area.pool"])
    granted: bool
    reason: Refusal | None = Field(description="Why it is not granted; null where it is.")
    until: AwareDatetime | None = Field(description=_UNTIL, examples=["2027-03-31T22:00:00Z"])
    via: tuple[AccessVia, ...] = Field(description="The memberships that give it at `server_time`.")


class AccessAnswer(AccessItem):
    """Whether a customer has one permission at ``server_time``."""

    customer_id: UUID
    server_time: AwareDatetime


class AccessList(Message):
    """All permissions of a customer at ``server_time``."""

    customer_id: UUID
    server_time: AwareDatetime
    reason: Refusal | None = Field(
        description="Why nothing at all is granted: `customer_banned`, `card_revoked` or "
        "`by_number`; else null."
    )
    until: AwareDatetime | None = Field(
        description="The first instant at which a permission of the customer begins or ends, as "
        "things stand now; null where none does."
    )
    items: tuple[AccessItem, ...]


class Asked(RequestBody):
    """The customer to check: exactly one of the four is given."""

    customer_id: UUID | None = Field(
        default=None,
        examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"],
        description="The customer's UUID; that of one who was merged still leads to them.",
    )
    number: Number | None = Field(
        default=None, examples=["C-000123"], description="The customer number, or only its digits."
    )
    email: Email | None = Field(
        default=None,
        examples=["amara@example.com"],
        description="Capitals do not matter. Refused where several customers share the address.",
    )
    card: Annotated[str, StringConstraints(max_length=MAX_CODE_LENGTH)] | None = Field(
        default=None,
        examples=["MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"],
        description="What a reader read off the card, unchanged. A number, id or link that was "
        "read names the customer and grants nothing, unless the club sets `numbers_prove`.",
    )

    @property
    def named(self) -> int:
        """Number of the four identifiers that are given."""
        given = (self.customer_id, self.number, self.email, self.card)
        return sum(each is not None for each in given)


class AccessQuestion(Asked):
    """The customer to check, and the permissions."""

    keys: tuple[Key, ...] = Field(
        default=(),
        max_length=100,
        examples=[["area.pool", "web.members"]],
        description="Only these, each answered whether granted or not; without them, all that "
        "are granted.",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        """Require exactly one identifier of the customer."""
        if self.named != 1:
            raise ValueError(ONE_OF)
        return self


ONE_OF = "exactly one of customer_id, number, email and card is needed"
