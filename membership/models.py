"""The tables. Every row belongs to one organization, by key and by foreign key.

Primary keys begin with ``organization_id`` and foreign keys carry it along, so that a row of
one organization cannot refer to a row of another, whatever the code above does. What is
derived (a membership's status, inherited memberships, a card's state) has no column.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from api_client.schemas import CustomerState, Outcome, ScanMethod
from membership.rules.periods import IntervalUnit
from membership.tables import Base, choice, of_organization, refers


class MembershipSource(StrEnum):
    """How a membership came to be."""

    STAFF = "staff"
    SIGNUP = "signup"
    API = "api"
    IMPORT = "import"


class TermKind(StrEnum):
    """Whether a search term is the start of a word or lies inside one. Sorted best first."""

    START = "a"
    INSIDE = "b"


class Organization(Base):
    """A club. ``next_customer_number`` is the human number that the next customer gets."""

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3))
    country: Mapped[str | None] = mapped_column(String(2))
    demo: Mapped[bool] = mapped_column(default=False)
    expires_soon_days: Mapped[int] = mapped_column(Integer, default=14)
    next_customer_number: Mapped[int] = mapped_column(BigInteger, default=1)
    created_at: Mapped[datetime]


class Customer(Base):
    """A person. ``search_text`` holds the folded words they are found by, space-separated."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_customers_email_domain", "organization_id", "email_domain"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    given_name: Mapped[str] = mapped_column(String(120))
    family_name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    email_domain: Mapped[str | None] = mapped_column(String(253))
    phone: Mapped[str | None] = mapped_column(String(16))
    birth_date: Mapped[date | None]
    desk_note: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(35))
    state: Mapped[CustomerState] = mapped_column(default=CustomerState.ACTIVE)
    photo_tag: Mapped[str | None] = mapped_column(String(64))
    search_text: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class CustomerPhoto(Base):
    """A customer's picture, apart from the customer so that a scan does not load it."""

    __tablename__ = "customer_photos"
    __table_args__ = (refers("customers", "customer_id"),)

    organization_id: Mapped[int] = of_organization()
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    mime: Mapped[str] = mapped_column(String(40))
    tag: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]


class CustomerTerm(Base):
    """One word, or the tail of one, that finds a customer: a sorted index of its own."""

    __tablename__ = "customer_terms"
    __table_args__ = (
        refers("customers", "customer_id"),
        {"sqlite_with_rowid": False},
    )

    organization_id: Mapped[int] = of_organization()
    kind: Mapped[TermKind] = mapped_column(choice(TermKind, length=1), primary_key=True)
    term: Mapped[str] = mapped_column(
        # Prefix searches are ranges, which need the order of code points on both databases.
        String(254).with_variant(String(254, collation="C"), "postgresql"),
        primary_key=True,
    )
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)


class Company(Base):
    """A company whose linked customers inherit its memberships, up to ``seat_cap`` of them."""

    __tablename__ = "companies"
    __table_args__ = (
        Index("ix_companies_name", "organization_id", "name"),
        CheckConstraint("seat_cap IS NULL OR seat_cap >= 0", name="seat_cap"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    billing_name: Mapped[str | None] = mapped_column(String(160))
    billing_email: Mapped[str | None] = mapped_column(String(254))
    seat_cap: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime]


class CompanyDomain(Base):
    """An email domain whose customers belong to a company without being linked by hand."""

    __tablename__ = "company_domains"
    __table_args__ = (refers("companies", "company_id"),)

    organization_id: Mapped[int] = of_organization()
    domain: Mapped[str] = mapped_column(String(253), primary_key=True)
    company_id: Mapped[UUID]


class CompanyLink(Base):
    """A customer belongs to a company from ``valid_from`` on, until it is unlinked.

    ``valid_until`` tells when that was done; it is never set ahead.
    """

    __tablename__ = "company_links"
    __table_args__ = (
        refers("customers", "customer_id"),
        refers("companies", "company_id"),
        Index(
            "uq_company_links_open",
            "organization_id",
            "company_id",
            "customer_id",
            unique=True,
            sqlite_where=text("valid_until IS NULL"),
            postgresql_where=text("valid_until IS NULL"),
        ),
        Index("ix_company_links_customer", "organization_id", "customer_id"),
        Index("ix_company_links_seats", "organization_id", "company_id", "valid_from"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(80), default="")
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]


class Permission(Base):
    """An access indicator, named freely by the organization."""

    __tablename__ = "permissions"

    organization_id: Mapped[int] = of_organization()
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    label: Mapped[str] = mapped_column(String(120))


class Plan(Base):
    """What can be sold. Without ``length_unit`` a membership of it runs on until ended."""

    __tablename__ = "plans"
    __table_args__ = (
        Index("ix_plans_name", "organization_id", "name"),
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint(
            "(billing_unit IS NULL) = (billing_count IS NULL) AND coalesce(billing_count, 1) >= 1",
            name="billing",
        ),
        CheckConstraint(
            "(length_unit IS NULL) = (length_count IS NULL) AND coalesce(length_count, 1) >= 1",
            name="length",
        ),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    price_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    billing_unit: Mapped[IntervalUnit | None]
    billing_count: Mapped[int | None] = mapped_column(Integer)
    length_unit: Mapped[IntervalUnit | None]
    length_count: Mapped[int | None] = mapped_column(Integer)
    public: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class PlanPermission(Base):
    """A plan carries a permission; ``position`` keeps the order in which they are shown."""

    __tablename__ = "plan_permissions"
    __table_args__ = (
        refers("plans", "plan_id"),
        ForeignKeyConstraint(
            ["organization_id", "permission_key"],
            ["permissions.organization_id", "permissions.key"],
        ),
    )

    organization_id: Mapped[int] = of_organization()
    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    permission_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)


class Membership(Base):
    """A plan as it was sold to a customer or a company; later edits of the plan do not reach it.

    ``permissions`` is a list of ``[key, label]``. ``last_day`` and ``time_zone`` tell how
    ``ends_at`` came about. The present period is the ``period_number``-th of those counted
    from ``anchor_day``, a local day: a renewal is computed from there, never from an end.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        refers("customers", "customer_id"),
        refers("companies", "company_id"),
        refers("plans", "plan_id"),
        CheckConstraint("(customer_id IS NULL) <> (company_id IS NULL)", name="one_owner"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="period"),
        CheckConstraint("(ends_at IS NULL) = (last_day IS NULL)", name="last_day"),
        Index("ix_memberships_customer", "organization_id", "customer_id"),
        Index("ix_memberships_company", "organization_id", "company_id"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID | None]
    company_id: Mapped[UUID | None]
    plan_id: Mapped[UUID]
    plan_name: Mapped[str] = mapped_column(String(120))
    price_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    billing_unit: Mapped[IntervalUnit | None]
    billing_count: Mapped[int | None] = mapped_column(Integer)
    permissions: Mapped[list[list[str]]] = mapped_column(JSON)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    last_day: Mapped[date | None]
    time_zone: Mapped[str] = mapped_column(String(64))
    anchor_day: Mapped[date | None]
    period_number: Mapped[int | None] = mapped_column(Integer)
    ended_early_at: Mapped[datetime | None]
    ended_early_why: Mapped[str | None] = mapped_column(String(500))
    payment_overdue_since: Mapped[datetime | None]
    source: Mapped[MembershipSource] = mapped_column(choice(MembershipSource))
    created_at: Mapped[datetime]


class Card(Base):
    """A wallet card. ``code`` is what its barcode says; it is good until it is revoked."""

    __tablename__ = "cards"
    __table_args__ = (
        refers("customers", "customer_id"),
        UniqueConstraint("organization_id", "code"),
        Index("ix_cards_customer", "organization_id", "customer_id", "issued_at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(120))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Visit(Base):
    """A scan that led to a customer. ``id`` is the kiosk's, so a repeat is the same visit.

    ``text_digest`` is a SHA-256 of the scanned text, to tell a repeat from a mix-up.
    """

    __tablename__ = "visits"
    __table_args__ = (
        refers("customers", "customer_id"),
        refers("cards", "card_id"),
        Index("ix_visits_recent", "organization_id", "at", "id"),
        Index("ix_visits_customer", "organization_id", "customer_id", "at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    card_id: Mapped[UUID | None]
    text_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    desk: Mapped[str] = mapped_column(String(80), default="")
    method: Mapped[ScanMethod]
    at: Mapped[datetime]
    outcome: Mapped[Outcome]
    undone_at: Mapped[datetime | None]


class ApiKey(Base):
    """A key of the API, by its SHA-256; the key itself was shown once and is not kept."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_organization", "organization_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """A key under which a caller sent a creating request, and the answer it got (JSON)."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_age", "organization_id", "created_at"),)

    organization_id: Mapped[int] = of_organization()
    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
