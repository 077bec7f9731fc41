"""Messages about companies and the customers linked to them."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, EmailStr, Field, StringConstraints

from api_client.schemas import CustomerView, Message
from membership.memberships.schemas import SoldView
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

    name: Name = Field(default="", examples=["Northwind Analytics"])
    billing_name: Line | None = None
    billing_email: EmailStr | None = None
    seat_cap: Annotated[int, Field(ge=0, le=10**6)] | None = Field(
        default=None, description="How many linked customers inherit its memberships; null for all."
    )
    email_domains: tuple[EmailDomain, ...] = Field(
        default=(),
        max_length=100,
        examples=[["northwind.example"]],
        description="Customers with an address there are linked by themselves.",
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
    email_domains: tuple[str, ...]
    customers: int = Field(description="How many customers are linked now.")
    memberships: tuple[SoldView, ...]


class CompanyLine(Message):
    """A company in a list."""

    id: UUID
    name: str
    seat_cap: int | None


class CompanyPage(Message):
    """A page of companies, by name."""

    items: tuple[CompanyLine, ...]
    next_cursor: str | None = None


class NewLink(Message):
    """What a customer is in the company."""

    role: Line = Field(default="", examples=["Employee"])


class LinkedCustomer(Message):
    """A customer as linked to a company."""

    customer: CustomerView
    role: str
    valid_from: AwareDatetime
    has_seat: bool = Field(description="False where the company has more people than seats.")


class LinkedCustomers(Message):
    """A page of the customers linked now, in the order in which they take seats."""

    items: tuple[LinkedCustomer, ...]
    next_cursor: str | None = None
