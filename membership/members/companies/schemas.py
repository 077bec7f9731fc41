"""Messages about companies and the customers linked to them."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, EmailStr, Field, StringConstraints

from api_client.messages.management import LinkSource
from api_client.messages.scan import CustomerView, Message
from membership.base.fields import Line, Name

EmailDomain = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=253,
        pattern=r"^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$",
    ),
]


class CompanyChange(Message):
    """Fields of a company to set; those left out stay as they are."""

    name: Name = Field(
        default="", examples=["Northwind Analytics"], description="Trading name; cannot be empty."
    )
    billing_name: Line | None = Field(
        default=None, examples=["Ada Byron"], description="Who is asked about invoices."
    )
    billing_email: EmailStr | None = Field(
        default=None, examples=["invoices@northwind.example.com"]
    )
    seat_cap: Annotated[int, Field(ge=0, le=10**6)] | None = Field(
        default=None,
        examples=[25],
        description="How many linked customers inherit its memberships; null for all.",
    )
    email_domains: tuple[EmailDomain, ...] = Field(
        default=(),
        max_length=100,
        examples=[["northwind.example.com"]],
        description="Customers with an address there are linked by themselves.",
    )
    archived: bool = Field(
        default=False,
        examples=[False],
        description="An archived company takes no new links and no new memberships; what it "
        "has goes on until it ends.",
    )


class NewCompany(CompanyChange):
    """A company to create."""

    name: Name = Field(examples=["Northwind Analytics"])


class NewLink(Message):
    """What a customer is in the company."""

    role: Line = Field(
        default="", examples=["Employee"], description="Free text; set anew by each request."
    )


class PastLink(Message):
    """A link between a customer and the company, past or present."""

    id: UUID
    customer: CustomerView
    role: str
    source: LinkSource
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = Field(description="When it was ended; null while it holds.")


class PastLinks(Message):
    """A page of the company's links, latest first."""

    items: tuple[PastLink, ...]
    next_cursor: str | None = None
