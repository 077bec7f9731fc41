"""Companies and the customers linked to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, validates

from api_client.messages.management import LinkSource
from membership.base.folding import words_of
from membership.store.base_model import Base, choice, of_organization, refers


def searchable(name: str) -> str:
    """Return the folded words of a name, by which a company is found."""
    return " ".join(words_of(name))


def _searchable_name(context: DefaultExecutionContext) -> str:
    """The same, of the name in a row that is inserted without an object."""
    return searchable(context.get_current_parameters()["name"])  # type: ignore[no-untyped-call]


class Company(Base):
    """A company whose linked customers inherit its memberships, up to ``seat_cap`` of them.

    ``search_text`` holds the folded words of the name, and follows it by itself. An archived
    company takes no new links and no new memberships; what it has goes on.
    """

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
    search_text: Mapped[str] = mapped_column(Text, default=_searchable_name)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @validates("name")
    def _file(self, _key: str, name: str) -> str:
        """Keep the words of the name beside it."""
        self.search_text = searchable(name)
        return name


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
            # The customer first, so that whatever it takes for selective, a planner that chooses
            # this index to find a customer's links finds them by their customer.
            "uq_company_links_open",
            "organization_id",
            "customer_id",
            "company_id",
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
    role: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[LinkSource] = mapped_column(choice(LinkSource), default=LinkSource.MANUAL)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
