"""Messages about companies and the customers linked to them."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api_client.messages.management import LinkSource
from api_client.messages.scan import CustomerView, Message
from membership.base.field_error import FieldError
from membership.base.fields import Email, Line, Name, SafeText
from membership.base.idn import unicode_host
from membership.base.request_body import RequestBody

MAX_DOMAINS = 100
"""Most email domains of a company."""


_NO_DOMAIN = "This is not a domain of email addresses."


def _mail_domain(text: str) -> str:
    """Return a domain in the form that customers' addresses have. Raises ValueError."""
    try:
        found = unicode_host(text)
    except ValueError as error:
        raise FieldError(_NO_DOMAIN, "email_domain_invalid") from error
    if "." not in found or len(found.rpartition(".")[2]) < 2:
        raise FieldError(_NO_DOMAIN, "email_domain_invalid")
    return found


EmailDomain = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=253),
    SafeText,
    AfterValidator(_mail_domain),
]
"""A domain of addresses; punycode and its readable spelling are the same one."""


class ConfirmedDomain(RequestBody):
    """A domain whose effect a member of staff has seen."""

    domain: EmailDomain = Field(examples=["northwind.example.com"])
    customers: int = Field(
        ge=0, le=10**9, examples=[12], description="Number of customers that the person was shown."
    )


class CompanyChange(RequestBody):
    """Fields of a company to set; omitted ones stay unchanged."""

    name: Name = Field(
        default="", examples=["Northwind Analytics"], description="Trading name; cannot be empty."
    )
    billing_name: Line | None = Field(
        default=None, examples=["Ada Byron"], description="Contact for invoices."
    )
    billing_email: Email | None = Field(default=None, examples=["invoices@northwind.example.com"])
    seat_cap: Annotated[int, Field(ge=0, le=10**6)] | None = Field(
        default=None,
        examples=[25],
        description="Number of linked customers who inherit its memberships; null for all.",
    )
    email_domains: tuple[EmailDomain, ...] = Field(
        default=(),
        max_length=MAX_DOMAINS,
        examples=[["northwind.example.com"]],
        description="Customers with an address there are linked automatically. Public mail "
        "domains are rejected.",
    )
    confirmed_domains: tuple[ConfirmedDomain, ...] = Field(
        default=(),
        max_length=100,
        description="New domains whose effect a member of staff has seen and confirms. API keys "
        "need not send it.",
    )
    archived: bool = Field(
        default=False,
        examples=[False],
        description="An archived company accepts no new links or memberships; existing ones "
        "continue until they end.",
    )


class NewCompany(CompanyChange):
    """A company to create."""

    name: Name = Field(examples=["Northwind Analytics"])


class NewLink(RequestBody):
    """The role of a customer in a company."""

    role: Line = Field(
        default="", examples=["Employee"], description="Free text; each request replaces it."
    )
    reopen: bool = Field(
        default=False,
        description="Undo an unlinking of the last ten minutes: the link that was ended holds "
        "again, with its place among the seats. Without such a link a new one is made.",
    )


class PastLink(Message):
    """A link between a customer and the company, past or present."""

    id: UUID
    customer: CustomerView
    role: str
    source: LinkSource
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = Field(
        description="When the link ended; null while it is open."
    )


class PastLinks(Message):
    """A page of the company's links, latest first."""

    items: tuple[PastLink, ...]
    next_cursor: str | None = None
