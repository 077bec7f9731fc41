"""Customers, what they look like and the words that find them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.scan import CustomerState
from membership.store.base_model import Base, choice, of_organization, refers


class TermKind(StrEnum):
    """Whether a search term is the start of a word or lies inside one. Sorted best first."""

    START = "a"
    INSIDE = "b"


class Customer(Base):
    """A person. ``search_text`` holds the folded words they are found by, space-separated.

    ``email_key`` is the address as it is compared: in lower case. ``former_numbers`` are those of
    the system that the club used before, one a line. ``sort_name`` has the folded words of it,
    the family name first. An erased customer keeps the
    row, for what was sold to them must still add up, but nothing that names them.
    """

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_customers_email_domain", "organization_id", "email_domain"),
        Index("ix_customers_email_key", "organization_id", "email_key"),
        Index("ix_customers_phone", "organization_id", "phone"),
        Index("ix_customers_birth_date", "organization_id", "birth_date"),
        Index("ix_customers_state", "organization_id", "state", "number"),
        Index(
            "ix_customers_listed",
            "organization_id",
            "number",
            sqlite_where=text("erased_at IS NULL"),
            postgresql_where=text("erased_at IS NULL"),
        ),
        Index(
            "ix_customers_sorted",
            "organization_id",
            "sort_name",
            "number",
            sqlite_where=text("erased_at IS NULL"),
            postgresql_where=text("erased_at IS NULL"),
        ),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    given_name: Mapped[str] = mapped_column(String(120))
    family_name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254))
    email_domain: Mapped[str | None] = mapped_column(String(253))
    phone: Mapped[str | None] = mapped_column(String(16))
    birth_date: Mapped[date | None]
    desk_note: Mapped[str | None] = mapped_column(Text)
    former_numbers: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(35))
    state: Mapped[CustomerState] = mapped_column(default=CustomerState.ACTIVE)
    photo_tag: Mapped[str | None] = mapped_column(String(64))
    search_text: Mapped[str] = mapped_column(Text, default="")
    sort_name: Mapped[str] = mapped_column(
        String(120).with_variant(String(120, collation="C"), "postgresql"),
        default="",
        server_default="",
    )
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CustomerAlias(Base):
    """A customer who was merged into another: what named them leads to the one who stayed.

    ``email``, with the ``email_key`` that is compared, and ``phone`` are theirs, where the one who
    stayed has another. Whoever has an address or a telephone now comes before former ones. Those
    that an import stores have either a number or an address, and an id of their own.
    """

    __tablename__ = "customer_aliases"
    __table_args__ = (
        refers("customers", "customer_id"),
        UniqueConstraint("organization_id", "old_number"),
        Index("ix_customer_aliases_customer", "organization_id", "customer_id"),
        Index("ix_customer_aliases_email_key", "organization_id", "email_key"),
        Index("ix_customer_aliases_phone", "organization_id", "phone"),
    )

    organization_id: Mapped[int] = of_organization()
    old_id: Mapped[UUID] = mapped_column(primary_key=True)
    old_number: Mapped[int | None] = mapped_column(BigInteger)
    customer_id: Mapped[UUID]
    merged_at: Mapped[datetime]
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(16))


class FormerNumber(Base):
    """A former number of a customer in the form that is compared; several may have the same."""

    __tablename__ = "former_numbers"
    __table_args__ = (
        refers("customers", "customer_id"),
        Index("ix_former_numbers_customer", "organization_id", "customer_id"),
    )

    organization_id: Mapped[int] = of_organization()
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)


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
    """One word, or the tail of one, that finds a customer: a sorted index of its own.

    It has no foreign keys: to check twenty of them for each customer would cost more than all
    else of an import. A search joins the customers, so that a term without one finds nobody.
    """

    __tablename__ = "customer_terms"
    __table_args__ = ({"sqlite_with_rowid": False},)

    organization_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[TermKind] = mapped_column(choice(TermKind, length=1), primary_key=True)
    term: Mapped[str] = mapped_column(
        # Prefix searches are ranges, which need the order of code points on both databases.
        String(254).with_variant(String(254, collation="C"), "postgresql"),
        primary_key=True,
    )
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
