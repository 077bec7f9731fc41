"""Messages about companies and the customers linked to them."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, EmailStr, Field, StringConstraints

from api_client.schemas import CustomerView, Message
from membership.memberships.schemas import SoldView
from membership.models import LinkSource
from membership.text import Line, Name

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


class CompanyView(Message):
    """A company."""

    id: UUID
    name: str
    billing_name: str | None
    billing_email: str | None
    seat_cap: int | None
    archived_at: AwareDatetime | None
    created_at: AwareDatetime
    email_domains: tuple[str, ...]
    customers: int = Field(description="How many customers are linked now.")
    linked: tuple["LinkedCustomer", ...] = Field(
        description="The first 20 of them, in the order in which they take seats."
    )
    memberships: tuple[SoldView, ...] = Field(
        description="Latest start first, expired ones included."
    )


class CompanyLine(Message):
    """A company in a list."""

    id: UUID
    name: str
    seat_cap: int | None
    archived_at: AwareDatetime | None


class CompanyPage(Message):
    """A page of companies, by name."""

    items: tuple[CompanyLine, ...]
    next_cursor: str | None = None


class NewLink(Message):
    """What a customer is in the company."""

    role: Line = Field(
        default="", examples=["Employee"], description="Free text; set anew by each request."
    )


class LinkedCustomer(Message):
    """A customer as linked to a company."""

    customer: CustomerView
    role: str
    source: LinkSource
    valid_from: AwareDatetime
    has_seat: bool = Field(description="False where the company has more people than seats.")


class LinkedCustomers(Message):
    """A page of the customers linked now, in the order in which they take seats."""

    items: tuple[LinkedCustomer, ...]
    next_cursor: str | None = None


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
