"""Messages about the organization."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api_client.messages.code_formats import CodeFormats
from api_client.messages.scan import Message
from membership.base.fields import Name, Paragraph, SafeText
from membership.base.request_body import RequestBody
from membership.members.plans.schemas import Currency, TaxRate
from membership.rules.instants import zone_named

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""Two capital letters (ISO 3166-1)."""


def _known_zone(name: str) -> str:
    """Return a time zone name. Raises ValueError for an unknown one."""
    return zone_named(name).key


ZoneName = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
"""The IANA name of a time zone."""


_ADDRESS_LINES = 6


def _few_lines(address: str) -> str:
    """Return an address. Raises ValueError if it has more lines than a receipt has place for."""
    if len(address.splitlines()) > _ADDRESS_LINES:
        raise ValueError(f"must have at most {_ADDRESS_LINES} lines")
    return address


PostalAddress = Annotated[Paragraph, StringConstraints(max_length=500), AfterValidator(_few_lines)]
"""A postal address of at most six lines."""

TaxNumber = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), SafeText]
"""A tax number as it is printed."""


class OrganizationChange(RequestBody):
    """Fields of the organization to set; omitted ones stay unchanged."""

    name: Name = Field(default="", examples=["Riverside Club"])
    time_zone: ZoneName = Field(
        default="",
        examples=["Europe/Berlin"],
        description="IANA name. What was sold keeps the instants and the zone it was sold with.",
    )
    currency: Currency = Field(
        default="",
        examples=["EUR"],
        description="Of plans that are made from now on and name none (ISO 4217).",
    )
    country: Country | None = Field(
        default=None,
        examples=["DE"],
        description="Whose national phone numbers are understood (ISO 3166-1); null for none.",
    )
    expires_soon_days: Annotated[int, Field(ge=0, le=366)] = Field(
        default=14,
        examples=[14],
        description="A scan points out a membership that ends within as many days.",
    )
    code_formats: CodeFormats | None = Field(
        default=None,
        examples=[["QRCode", "Code128", "Code39"]],
        description="What the cameras of its desks look for; null for the default. Each desk "
        "follows within seconds, without a restart.",
    )
    numbers_prove: bool = Field(
        default=False,
        examples=[False],
        description="A scanned customer number, customer id or install link counts like a card. "
        "Numbers count up, so anybody can make one; by default the desk is asked to compare the "
        "photo.",
    )
    all_take_seats: bool = Field(
        default=False,
        examples=[False],
        description="Banned and inactive people keep their seat of a company that limits them. By "
        "default seats are held by who may come in.",
    )
    address: PostalAddress = Field(
        default="",
        examples=["Am Ufer 1\n10115 Berlin"],
        description="Stands on receipts of payments that are recorded from now on, as the tax "
        "number and the tax rate do.",
    )
    tax_number: TaxNumber = Field(default="", examples=["DE123456789"])
    tax_millipercent: TaxRate | None = Field(
        default=None,
        examples=[19000],
        description="The tax rate within prices of plans that name none, in thousandths of a "
        "percent: 19000 is 19 %. Null: receipts show no tax.",
    )
    second_factor_demanded: bool = Field(
        default=False,
        description="Whether managers and admins must sign in with a second factor.",
    )


class OrganizationView(Message):
    """The organization."""

    slug: str = Field(examples=["riverside"], description="Its name in links; never changes.")
    name: str = Field(examples=["Riverside Club"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    currency: str = Field(examples=["EUR"])
    country: str | None = Field(examples=["DE"])
    expires_soon_days: int = Field(examples=[14])
    code_formats: tuple[str, ...] = Field(examples=[["QRCode", "Code128", "Code39"]])
    numbers_prove: bool = Field(examples=[False])
    all_take_seats: bool = Field(default=False, examples=[False])
    address: str = Field(default="", examples=["Am Ufer 1\n10115 Berlin"])
    tax_number: str = Field(default="", examples=["DE123456789"])
    tax_millipercent: int | None = Field(default=None, examples=[19000])
    second_factor_demanded: bool
    demo: bool = Field(description="True where the data is the invented demo club.")
    created_at: AwareDatetime
    server_time: AwareDatetime
