"""Messages of the public login."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    EmailStr,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)

from api_client.messages.scan import Message, Reason, Status
from membership.accounts.staff.schemas import ShownToken
from membership.base.fields import Name
from membership.members.customers.schemas import Language

_LONGEST = 254


def _comparable(address: str) -> str:
    """Refuse an address whose compared form is cut: it would be another one."""
    if len(address.lower()) > _LONGEST:
        raise ValueError(f"must have at most {_LONGEST} characters")
    return address


OwnAddress = Annotated[EmailStr, Field(max_length=_LONGEST), AfterValidator(_comparable)]
ShownCode = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20, pattern=r"^[0-9]{6}$")
]
"""A code as it is typed: six digits."""


class CodeWish(Message):
    """Who asks for a code, and in which language the mail shall be."""

    email: OwnAddress
    language: Language | None = Field(default=None, max_length=35)


class CodeSent(Message):
    """The same whoever asked."""

    sent: bool = True


class ShownLogin(Message):
    """A code, and the address that it was mailed to."""

    email: OwnAddress
    code: ShownCode


class OwnCustomer(Message):
    """One of the customers who have an address."""

    id: UUID
    name: str


class Ticket(Message):
    """Proves an address once, for 30 minutes; ``customers`` are those who have it."""

    ticket: str
    customers: tuple[OwnCustomer, ...]


class NewPerson(Message):
    """Somebody who is no customer yet. ``consent`` is to the terms and the privacy notice."""

    given_name: Name
    family_name: Name
    consent: StrictBool = False
    language: Language | None = Field(default=None, max_length=35)


class Opening(Message):
    """What a ticket is changed for: the session of a known customer or of a new one."""

    ticket: ShownToken
    customer_id: UUID | None = None
    new: NewPerson | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        """Refuse none and both."""
        if (self.customer_id is None) == (self.new is None):
            raise ValueError("either customer_id or new is needed")
        return self


class ShownRefresh(Message):
    """A refresh token that is to be changed for new ones."""

    refresh_token: ShownToken


class SessionCustomer(Message):
    """Whose session it is."""

    id: UUID
    number: str
    name: str


class OpenSession(Message):
    """Tokens of a session: the access token is a bearer token, good for ``expires_in`` seconds.

    The refresh token is good once: it is changed for new ones.
    """

    access_token: str
    expires_in: int
    refresh_token: str
    customer: SessionCustomer


class OwnRecord(SessionCustomer):
    """What a customer sees of themself."""

    given_name: str
    family_name: str
    email: str | None
    language: str | None


class OwnMembership(Message):
    """A membership as it stands. ``via`` is the company that it comes from, if it does."""

    id: UUID
    plan_name: str
    status: Status | None
    reason: Reason | None
    starts_at: AwareDatetime
    last_day: date | None
    via: str | None


class OwnPermission(Message):
    """What a customer may use now, and when that would end as things stand."""

    key: str
    label: str
    until: AwareDatetime | None


class OwnProfile(Message):
    """A customer with what they hold."""

    customer: OwnRecord
    memberships: tuple[OwnMembership, ...]
    permissions: tuple[OwnPermission, ...]
