"""Messages about the organization."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api_client.messages.code_formats import CodeFormats
from api_client.messages.scan import Message
from membership.base.fields import Name
from membership.base.request_body import RequestBody
from membership.members.plans.schemas import Currency
from membership.rules.instants import zone_named

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""Two capital letters (ISO 3166-1)."""


def _known_zone(name: str) -> str:
    """Return a time zone name. Raises ValueError for an unknown one."""
    return zone_named(name).key


ZoneName = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
"""The IANA name of a time zone."""


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
    second_factor_demanded: bool
    demo: bool = Field(description="True where the data is the invented demo club.")
    created_at: AwareDatetime
    server_time: AwareDatetime
