"""Messages about customers, companies, plans, memberships and staff."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from api_client.messages.editable import Editable
from api_client.messages.scan import (
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


class IntervalUnit(StrEnum):
    """Unit of an interval."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class MembershipSource(StrEnum):
    """Origin of a membership."""

    STAFF = "staff"
    SIGNUP = "signup"
    API = "api"
    IMPORT = "import"


class LinkSource(StrEnum):
    """Origin of a customer's link to a company."""

    MANUAL = "manual"
    EMAIL_DOMAIN = "email_domain"
    IMPORT = "import"


class ActorKind(StrEnum):
    """Kind of caller."""

    API_KEY = "api_key"
    STAFF = "staff"
    CUSTOMER = "customer"
    SERVICE = "service"


class Role(StrEnum):
    """Role of a member of staff. Each one includes the one before."""

    RECEPTION = "reception"
    MANAGER = "manager"
    ADMIN = "admin"


class StaffName(Message):
    """The member of staff who is signed in."""

    id: UUID
    name: str
    email: str
    role: Role


class SignedIn(Message):
    """A new session. The token is returned only here."""

    token: str = Field(description="Bearer token, `ms_...`.")
    expires_at: AwareDatetime = Field(description="When it ends, also if it is used until then.")
    staff: StaffName
    scopes: tuple[str, ...] = Field(description="What this role may do.")
    second_factor_missing: bool = Field(
        default=False,
        description="The club demands a second factor of this role; until it is set up the "
        "session is good for nothing else.",
    )
    device_token: str = Field(
        default="",
        description="To be kept on this device and shown at the next sign-in, `md_...`.",
    )


class EndedSessions(Message):
    """How many sessions were ended."""

    ended: int = Field(examples=[2])


class IntervalMessage(Message):
    """A length in calendar units, such as 1 month or 10 weeks."""

    unit: IntervalUnit = Field(examples=["month"])
    count: Annotated[int, Field(ge=1, le=1000)] = Field(default=1, examples=[1])


class PlanView(Editable):
    """A plan as it is sold now."""

    id: UUID
    name: str
    description: str
    price_minor: int
    currency: str
    billing: IntervalMessage | None
    length: IntervalMessage | None
    tax_millipercent: int | None = Field(
        default=None, description="Thousandths of a percent; null for the organization's rate."
    )
    public: bool
    archived_at: AwareDatetime | None
    permissions: tuple[PermissionView, ...]
    customers: int | None = Field(
        default=None,
        description="How many customers have an active membership of it of their own; only in a "
        "list with `counts`.",
    )
    companies: int | None = Field(
        default=None,
        description="How many companies have an active membership of it; only in a list with "
        "`counts`.",
    )


class PlanPage(Message):
    """A page of plans, by name."""

    items: tuple[PlanView, ...]
    next_cursor: str | None = None
    total: int | None = Field(
        default=None,
        description="How many there are on all pages; on the first page only.",
    )


class PermissionPage(Message):
    """A page of the organization's permissions by key."""

    items: tuple[PermissionView, ...]
    next_cursor: str | None = None


class ActorView(Message):
    """The caller who acted: an API key, a member of staff, a customer, or the service itself."""

    kind: ActorKind
    id: UUID | None = Field(description="Of the key, the account or the customer.")
    name: str = Field(examples=["Front desk"])


class PeriodView(Message):
    """A period of a membership: half-open in instants, both days inclusive in its time zone."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    first_day: date = Field(examples=["2027-03-01"])
    last_day: date | None = Field(examples=["2027-03-31"])


class ChangeView(Message):
    """The last change of a membership, for as long as it can be undone."""

    id: UUID = Field(description="Names the change in a request to undo it, and in the history.")
    action: str = Field(examples=["membership.renewed"])
    at: AwareDatetime
    undo_until: AwareDatetime


_ETAG = "`If-Match` of a change of this membership; empty where it is not changed."


class SoldView(Message):
    """A membership as it was sold, with its status now.

    ``status`` is null only before the start. ``source`` and ``actor`` are its origin;
    ``previous_id`` is the membership that it was transferred from.
    """

    id: UUID
    customer_id: UUID | None
    company_id: UUID | None
    plan_id: UUID
    plan: str = Field(examples=["Gold Membership"])
    price_minor: int = Field(examples=[4900])
    currency: str = Field(examples=["EUR"])
    billing: IntervalMessage | None
    length: IntervalMessage | None = Field(
        default=None, description="By what a renewal prolongs it, as sold; null without an end."
    )
    status: Status | None
    reason: Reason | None
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    last_day: date | None = Field(
        description="Last local day that it is good for, inclusive: also of an early end that has "
        "come or is planned; without days of grace."
    )
    time_zone: str = Field(examples=["Europe/Berlin"])
    ended_early_at: AwareDatetime | None
    ended_early_why: str | None
    payment_overdue_since: AwareDatetime | None
    renews: bool = Field(
        default=False,
        examples=[False],
        description="A payment provider prolongs it by itself; `ends_at` then has the days of "
        "grace after `last_day` in it.",
    )
    previous_id: UUID | None = None
    member_since: AwareDatetime | None = Field(
        default=None, description="Start of the first period, whatever gaps came after it."
    )
    periods: tuple[PeriodView, ...] = Field(
        default=(),
        description="All periods, oldest first, the present one last: a renewal adds one, from the "
        "old end if paid before it, else from the payment.",
    )
    last_change: ChangeView | None = None
    sale_undo_until: AwareDatetime | None = Field(
        default=None,
        description="Until when the sale itself can be undone, with the membership's own id as "
        "`change_id`; null once it was changed or cannot be undone any more.",
    )
    also_held: tuple[UUID, ...] = Field(
        default=(),
        description="Other memberships of the same plan that the owner has for a part of that "
        "time; in the answer to a sale or a change, and of one membership.",
    )
    source: MembershipSource
    actor: ActorView | None = None
    created_at: AwareDatetime | None = None
    permissions: tuple[PermissionView, ...]
    etag: str = Field(default="", description=_ETAG)


class ProfileMembership(MembershipView):
    """A membership in the profile of a customer; an inherited one has no ``last_change``."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    member_since: AwareDatetime | None = None
    periods: tuple[PeriodView, ...] = Field(
        default=(), description="All periods, oldest first, the present one last."
    )
    last_change: ChangeView | None = None
    sale_undo_until: AwareDatetime | None = None
    etag: str = Field(default="", description=_ETAG)


class LinkView(Message):
    """A customer's link to a company, past or present."""

    id: UUID
    company_id: UUID
    company: str
    role: str
    source: LinkSource
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = Field(description="When it was ended; null while it holds.")


class CustomerRecord(Editable):
    """A customer in full."""

    customer: CustomerView
    given_name: str
    family_name: str
    email: str | None
    phone: str | None = Field(description="E.164, such as +49301234567.")
    birth_date: date | None
    desk_note: str | None
    former_numbers: tuple[str, ...] = Field(
        default=(),
        examples=[["M-1234"]],
        description="Numbers from the system that was used before.",
    )
    created_at: AwareDatetime


class CustomerProfile(CustomerRecord):
    """A customer with everything that belongs to them, at ``server_time``."""

    server_time: AwareDatetime
    outcome: Outcome
    memberships: tuple[ProfileMembership, ...]
    permissions: tuple[PermissionView, ...]
    cards: tuple[CardView, ...]
    companies: tuple[LinkView, ...]
    visits: tuple[VisitView, ...] = Field(description="The latest 20 visits, newest first.")
    visits_total: int | None = Field(
        default=None, description="How many visits there are, undone ones included."
    )
    visits_cursor: str | None = Field(
        default=None,
        description="The `cursor` of `GET /v1/visits?customer_id=...` for those before; null if "
        "there are none.",
    )


class CompanyLine(Message):
    """A company in a list."""

    id: UUID
    name: str
    seat_cap: int | None
    archived_at: AwareDatetime | None
    customers: int | None = Field(
        default=None, description="How many customers are linked now; only with `counts`."
    )
    seats_taken: int | None = Field(
        default=None, description="How many of them take a seat; only with `counts`."
    )


class CompanyPage(Message):
    """A page of companies, by name."""

    items: tuple[CompanyLine, ...]
    next_cursor: str | None = None
    total: int | None = Field(
        default=None,
        description="How many there are on all pages; on the first page only.",
    )


class LinkedCustomer(Message):
    """A customer who is linked to a company."""

    customer: CustomerView
    role: str
    source: LinkSource
    valid_from: AwareDatetime
    has_seat: bool = Field(description="False where the company has more people than seats.")
    etag: str = Field(default="", description="`If-Match` of a change of this link.")


class LinkState(Editable):
    """Whether a customer is linked to a company now; the last fields are null if they are not."""

    customer: CustomerView
    linked: bool
    role: str = Field(description="Empty for who is not linked.")
    source: LinkSource | None
    valid_from: AwareDatetime | None


class LinkedCustomers(Message):
    """A page of the customers who are linked now, in the order in which they get seats."""

    items: tuple[LinkedCustomer, ...]
    next_cursor: str | None = None
    total: int | None = Field(
        default=None,
        description="How many there are on all pages; on the first page only.",
    )


class EmailDomainView(Message):
    """What giving an email domain to a company would do."""

    domain: str = Field(examples=["bücher.example"], description="As it is stored and compared.")
    public: bool = Field(description="Anybody can have an address there: no company gets it.")
    customers: int = Field(description="How many customers have an address there now.")
    company_id: UUID | None = Field(description="The company that has it.")


class CompanyView(Editable):
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
    seats_taken: int | None = Field(
        default=None,
        description="How many of them take a seat: those who may come in, unless the organization "
        "sets otherwise.",
    )
    linked: tuple[LinkedCustomer, ...] = Field(
        description="The first 20 of them, in the order in which they take seats."
    )
    memberships: tuple[SoldView, ...] = Field(
        description="Latest start first, expired ones included."
    )
