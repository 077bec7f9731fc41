"""Messages about customers that are not shared with the kiosk."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, EmailStr, Field, StringConstraints, model_validator

from api_client.schemas import (
    CardView,
    CustomerState,
    CustomerView,
    MembershipView,
    Message,
    Outcome,
    PermissionView,
    VisitView,
)
from membership.models import LinkSource
from membership.text import Line, Paragraph

Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A language tag such as ``de`` or ``pt-BR``."""


class CustomerChange(Message):
    """Fields of a customer to set; those left out stay as they are."""

    given_name: Line = Field(default="", examples=["Amara"])
    family_name: Line = Field(default="", examples=["Okafor"])
    email: EmailStr | None = Field(default=None, examples=["amara@example.com"])
    phone: Line | None = Field(
        default=None,
        examples=["+49 30 1234567"],
        description="International, or national where the organization has a country.",
    )
    birth_date: date | None = Field(default=None, examples=["1990-02-28"])
    language: Language | None = Field(
        default=None, examples=["pt-BR"], description="A language tag (BCP 47)."
    )
    desk_note: Paragraph | None = Field(
        default=None, examples=["Locker 7"], description="Shown at the desk with every scan."
    )
    state: CustomerState = Field(
        default=CustomerState.ACTIVE,
        examples=["active"],
        description="A banned customer is let in nowhere; an inactive one only filed away.",
    )


class NewCustomer(CustomerChange):
    """A customer to create; at least one of the names is needed."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        """Refuse a customer without any name."""
        if not (self.given_name or self.family_name):
            raise ValueError("given_name or family_name is needed")
        return self


class CustomerRecord(Message):
    """A customer in full."""

    customer: CustomerView
    given_name: str
    family_name: str
    email: str | None
    phone: str | None = Field(description="E.164, such as +49301234567.")
    birth_date: date | None
    desk_note: str | None
    created_at: AwareDatetime


class LinkView(Message):
    """A customer's link to a company, past or present."""

    id: UUID
    company_id: UUID
    company: str
    role: str
    source: LinkSource
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = Field(description="When it was ended; null while it holds.")


class CustomerProfile(CustomerRecord):
    """A customer with all that belongs to them, as it stands at ``server_time``."""

    server_time: AwareDatetime
    outcome: Outcome
    memberships: tuple[MembershipView, ...]
    permissions: tuple[PermissionView, ...]
    cards: tuple[CardView, ...]
    companies: tuple[LinkView, ...]
    visits: tuple[VisitView, ...] = Field(description="The latest visits, newest first.")


class PermissionGrant(Message):
    """Whether a customer has a permission now."""

    key: str
    granted: bool
    until: AwareDatetime | None = Field(
        default=None, description="When it would end as things stand; null where it never does."
    )
    via: tuple[UUID, ...] = Field(default=(), description="The memberships that give it.")


class PermissionGrants(Message):
    """All permissions that a customer has now."""

    customer_id: UUID
    server_time: AwareDatetime
    items: tuple[PermissionGrant, ...]
