"""Messages of the list of members."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from api_client.messages.scan import CustomerView, Message


class MemberStatus(StrEnum):
    """What a scan would decide about a customer; every customer has exactly one."""

    ACTIVE = "active"
    PAYMENT_OVERDUE = "payment_overdue"
    """Active, and behind with a payment."""
    EXPIRED = "expired"
    NOT_YET_STARTED = "not_yet_started"
    NO_MEMBERSHIP = "no_membership"
    BLOCKED = "blocked"
    """Banned, whatever they have bought."""


class MemberOrder(StrEnum):
    """The order of the list of members."""

    NUMBER = "number"
    NAME = "name"
    """By family name, then given name; case and accents are ignored."""


class MemberRow(Message):
    """A customer in the list of members."""

    customer: CustomerView
    status: MemberStatus
    plan: str | None = Field(
        None, examples=["Gold Membership"], description="Plan of the membership that decides."
    )
    starts_on: date | None = Field(
        None, description="First day, of a membership that has not started yet."
    )
    valid_until: date | None = Field(
        None,
        description="Last day of the unbroken cover of an active member, or of the membership that "
        "expired; null without an end.",
    )
    companies: tuple[str, ...] = Field(
        (), examples=[["Northwind"]], description="Names of the companies they belong to now."
    )
    email: str | None = None
    phone: str | None = None
    has_photo: bool = False
    card_id: UUID | None = Field(
        None,
        description="Newest valid card, one that phones can hold before others; null without one.",
    )


class MemberPage(Message):
    """A page of the list of members."""

    items: tuple[MemberRow, ...]
    next_cursor: str | None = None


class MemberCount(Message):
    """How many customers a filter of the list of members finds."""

    total: int
    more: bool = Field(
        False, description="Whether there are more than `total`: with a filter, 1,000 are counted."
    )
