"""What staff set for their organization at the desk."""

from pydantic import Field

from api_client.messages.editable import Editable

UNNAMED = "My Club"
"""The name of an organization that a service made for itself, and nobody has named yet."""


class OrganizationSettings(Editable):
    """The part of the organization that the desk shows and changes."""

    name: str = ""
    time_zone: str = Field("", description="IANA name.")
    currency: str = Field("", description="ISO 4217.")
    country: str | None = Field(None, description="ISO 3166-1; null for none.")
    numbers_prove: bool = Field(
        False, description="A scanned number, customer id or install link counts like a card."
    )
    second_factor_demanded: bool = Field(
        False, description="Managers and admins need a second factor."
    )
    all_take_seats: bool = Field(
        False, description="Banned and inactive customers keep their seat of a company."
    )
    address: str = Field("", description="Stands on receipts, as do the two below.")
    tax_number: str = ""
    tax_millipercent: int | None = Field(None, description="Thousandths of a percent.")
