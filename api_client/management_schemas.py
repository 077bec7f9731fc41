"""Messages of the management part of the API: what staff at a desk see and change.

Like ``api_client.schemas``, each is defined here once and used by both halves.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from .schemas import (
    CardView,
    CustomerView,
    MembershipView,
    Message,
    Outcome,
    PermissionView,
    Reason,
    Status,
    VisitView,
)


class StaffView(Message):
    """A member of staff."""

    id: UUID
    name: str
    email: str
    role: str = Field(examples=["reception"])


class SessionStarted(Message):
    """A sign-in that succeeded. The token is told this once."""

    token: str
    expires_at: AwareDatetime
    staff: StaffView
    scopes: tuple[str, ...]


class IntervalUnit(StrEnum):
    """What intervals are counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class IntervalMessage(Message):
    """A length in calendar terms: 1 month, 10 weeks."""

    unit: IntervalUnit
    count: int = 1


class PlanView(Message):
    """A plan as it is sold now."""

    id: UUID
    name: str
    description: str
    price_minor: int
    currency: str
    billing: IntervalMessage | None
    length: IntervalMessage | None
    public: bool
    archived_at: AwareDatetime | None
    permissions: tuple[PermissionView, ...]


class PlanPage(Message):
    """A page of plans, by name."""

    items: tuple[PlanView, ...]
    next_cursor: str | None = None


class SoldView(Message):
    """A membership as it was sold, with its status now."""

    id: UUID
    customer_id: UUID | None
    company_id: UUID | None
    plan: str
    price_minor: int
    currency: str
    billing: IntervalMessage | None
    status: Status | None
    reason: Reason | None
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    last_day: date | None
    ended_early_at: AwareDatetime | None
    ended_early_why: str | None
    permissions: tuple[PermissionView, ...]


class LinkView(Message):
    """A customer's link to a company, past or present."""

    id: UUID
    company_id: UUID
    company: str
    role: str
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None


class CustomerRecord(Message):
    """A customer in full."""

    customer: CustomerView
    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    birth_date: date | None
    desk_note: str | None
    created_at: AwareDatetime


class CustomerProfile(CustomerRecord):
    """A customer with all that belongs to them, as it stands at ``server_time``."""

    server_time: AwareDatetime
    outcome: Outcome
    memberships: tuple[MembershipView, ...]
    permissions: tuple[PermissionView, ...]
    cards: tuple[CardView, ...]
    companies: tuple[LinkView, ...]
    visits: tuple[VisitView, ...]


class CompanyLine(Message):
    """A company in a list."""

    id: UUID
    name: str
    seat_cap: int | None


class CompanyPage(Message):
    """A page of companies, by name."""

    items: tuple[CompanyLine, ...]
    next_cursor: str | None = None


class CompanyView(Message):
    """A company."""

    id: UUID
    name: str
    billing_name: str | None
    billing_email: str | None
    seat_cap: int | None
    email_domains: tuple[str, ...]
    customers: int
    memberships: tuple[SoldView, ...]


class LinkedCustomer(Message):
    """A customer as linked to a company."""

    customer: CustomerView
    role: str
    valid_from: AwareDatetime
    has_seat: bool


class LinkedCustomers(Message):
    """A page of the customers linked now, in the order in which they take seats."""

    items: tuple[LinkedCustomer, ...]
    next_cursor: str | None = None
