"""Messages of the customer login."""

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
from membership.base.request_body import RequestBody
from membership.members.customers.schemas import Language

_MAX_LENGTH = 254


def _comparable(address: str) -> str:
    """Refuse an address whose normalized form is too long to be stored whole."""
    if len(address.lower()) > _MAX_LENGTH:
        raise ValueError(f"must have at most {_MAX_LENGTH} characters")
    return address


EmailAddress = Annotated[EmailStr, Field(max_length=_MAX_LENGTH), AfterValidator(_comparable)]
LoginCodeText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20, pattern=r"^[0-9]{6}$")
]
"""A code as typed: six digits."""


class CodeRequest(RequestBody):
    """The address to mail a code to, and the language of the mail."""

    email: EmailAddress
    language: Language | None = Field(default=None, max_length=35)


class CodeSent(Message):
    """The answer to every request for a code."""

    sent: bool = True


class CodeVerification(RequestBody):
    """A code and the address to which it was mailed."""

    email: EmailAddress
    code: LoginCodeText


class CustomerChoice(Message):
    """One of the customers with an address."""

    id: UUID
    name: str


class Ticket(Message):
    """Proof of an address, valid once, for 30 minutes; ``customers`` are those who have it."""

    ticket: str
    customers: tuple[CustomerChoice, ...]


class NewPerson(RequestBody):
    """A new customer. ``consent`` is to the terms and the privacy notice."""

    given_name: Name
    family_name: Name
    consent: StrictBool = False
    language: Language | None = Field(default=None, max_length=35)


class SessionRequest(RequestBody):
    """A request to open a session with a ticket, for an existing customer or a new one."""

    ticket: ShownToken
    customer_id: UUID | None = None
    new: NewPerson | None = None

    @model_validator(mode="after")
    def _one_customer(self) -> Self:
        """Require exactly one of both."""
        if (self.customer_id is None) == (self.new is None):
            raise ValueError("either customer_id or new is needed")
        return self


class RefreshRequest(RequestBody):
    """A refresh token to exchange for new tokens."""

    refresh_token: ShownToken


class SessionCustomer(Message):
    """The customer of a session."""

    id: UUID
    number: str
    name: str


class SessionTokens(Message):
    """Tokens of a session: a bearer token, valid for ``expires_in`` seconds, and a refresh token.

    The refresh token is valid once.
    """

    access_token: str
    expires_in: int
    refresh_token: str
    customer: SessionCustomer


class CustomerDetails(SessionCustomer):
    """A customer's own data."""

    given_name: str
    family_name: str
    email: str | None
    language: str | None


class CustomerMembership(Message):
    """A membership with its status. ``via`` is the company that it is inherited from, or null."""

    id: UUID
    plan_name: str
    status: Status | None
    reason: Reason | None
    starts_at: AwareDatetime
    last_day: date | None
    via: str | None


class CustomerPermission(Message):
    """A current permission; ``until`` is its end as of now, or null."""

    key: str
    label: str
    until: AwareDatetime | None


class CustomerProfile(Message):
    """A customer with memberships and permissions."""

    customer: CustomerDetails
    memberships: tuple[CustomerMembership, ...]
    permissions: tuple[CustomerPermission, ...]
