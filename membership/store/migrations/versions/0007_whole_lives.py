"""What renewals, merges and announcements need to know of customers and memberships."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from membership.base.folding import words_of

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


_LONGEST_EMAIL = 254


def upgrade() -> None:
    op.create_table(
        "customer_aliases",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("old_id", sa.Uuid(), nullable=False),
        sa.Column("old_number", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name=op.f("fk_customer_aliases_customers"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_customer_aliases_organizations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "old_id", name=op.f("pk_customer_aliases")),
        sa.UniqueConstraint(
            "organization_id",
            "old_number",
            name=op.f("uq_customer_aliases_organization_id_old_number"),
        ),
    )
    op.create_index(
        "ix_customer_aliases_customer",
        "customer_aliases",
        ["organization_id", "customer_id"],
        unique=False,
    )
    op.add_column(
        "companies", sa.Column("search_text", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("companies", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "company_links",
        sa.Column(
            "source",
            sa.Enum(
                "manual", "email_domain", "import", name="linksource", native_enum=False, length=20
            ),
            nullable=False,
            server_default="manual",
        ),
    )
    op.drop_index("uq_company_links_open", table_name="company_links")
    op.create_index(
        "uq_company_links_open",
        "company_links",
        ["organization_id", "customer_id", "company_id"],
        unique=True,
        sqlite_where=sa.text("valid_until IS NULL"),
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.add_column("customers", sa.Column("email_key", sa.String(length=254), nullable=True))
    op.add_column("customers", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "memberships",
        sa.Column(
            "length_unit",
            sa.Enum(
                "day", "week", "month", "year", name="intervalunit", native_enum=False, length=20
            ),
            nullable=True,
        ),
    )
    op.add_column("memberships", sa.Column("length_count", sa.Integer(), nullable=True))
    op.add_column(
        "memberships",
        sa.Column("ended_for_good", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("memberships", sa.Column("previous_id", sa.Uuid(), nullable=True))
    op.add_column(
        "memberships", sa.Column("expiry_due_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "memberships",
        sa.Column(
            "actor_kind",
            sa.Enum(
                "api_key",
                "staff",
                "customer",
                "service",
                name="actorkind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
            server_default="service",
        ),
    )
    op.add_column("memberships", sa.Column("actor_id", sa.Uuid(), nullable=True))
    op.add_column(
        "memberships",
        sa.Column("actor_name", sa.String(length=120), nullable=False, server_default=""),
    )
    _free_terms()
    _fill()
    op.create_index(
        "ix_customers_birth_date", "customers", ["organization_id", "birth_date"], unique=False
    )
    op.create_index(
        "ix_customers_email_key", "customers", ["organization_id", "email_key"], unique=False
    )
    op.create_index(
        "ix_customers_state", "customers", ["organization_id", "state", "number"], unique=False
    )
    op.create_index("ix_customers_phone", "customers", ["organization_id", "phone"], unique=False)
    op.create_index(
        "ix_memberships_expiry_due",
        "memberships",
        ["expiry_due_at"],
        unique=False,
        sqlite_where=sa.text("expiry_due_at IS NOT NULL"),
        postgresql_where=sa.text("expiry_due_at IS NOT NULL"),
    )


def _free_terms() -> None:
    """Take the foreign keys off the search index; SQLite needs a new table for that."""
    if op.get_bind().dialect.name == "postgresql":
        for name in ("fk_customer_terms_customers", "fk_customer_terms_organizations"):
            op.drop_constraint(name, "customer_terms", type_="foreignkey")
        return
    op.rename_table("customer_terms", "former_customer_terms")
    op.create_table(
        "customer_terms",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Enum("a", "b", name="termkind", native_enum=False), nullable=False),
        sa.Column("term", sa.String(length=254), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "kind", "term", "customer_id", name="pk_customer_terms"
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO customer_terms SELECT organization_id, kind, term, customer_id"
        " FROM former_customer_terms ORDER BY organization_id, kind, term, customer_id"
    )
    op.drop_table("former_customer_terms")


def _fill() -> None:
    """Derive the new columns from what there is; an end that is past is not announced anymore."""
    connection, now = op.get_bind(), datetime.now(UTC)
    _fill_email_keys(connection)
    _fill_company_words(connection)
    connection.execute(
        sa.text(
            "UPDATE memberships SET (length_unit, length_count) ="
            " (SELECT length_unit, length_count FROM plans"
            " WHERE plans.organization_id = memberships.organization_id"
            " AND plans.id = memberships.plan_id)"
        )
    )
    sold = sa.table(
        "memberships",
        *(
            sa.column(name, sa.DateTime(timezone=True))
            for name in ("starts_at", "ends_at", "ended_early_at", "expiry_due_at")
        ),
        sa.column("ended_for_good", sa.Boolean()),
    )
    # SQLite keeps instants in UTC, without saying so.
    moment = now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now
    columns = sold.c
    early = columns.ended_early_at
    ends_early = sa.and_(
        early.is_not(None), sa.or_(columns.ends_at.is_(None), early < columns.ends_at)
    )
    end = sa.case((ends_early, early), else_=columns.ends_at)
    to_come = sa.and_(end > moment, end > columns.starts_at)
    connection.execute(sold.update().where(to_come).values(expiry_due_at=end))
    over = sa.and_(ends_early, early <= moment)
    connection.execute(sold.update().where(over).values(ended_for_good=True))


def _fill_company_words(connection: sa.Connection) -> None:
    """File companies under the folded words of their names."""
    companies = sa.table(
        "companies",
        sa.column("organization_id", sa.Integer()),
        sa.column("id", sa.Uuid()),
        *(sa.column(name, sa.Text()) for name in ("name", "search_text")),
    )
    rows = connection.execute(sa.select(companies)).all()
    for row in rows:
        here = (companies.c.organization_id == row.organization_id, companies.c.id == row.id)
        words = " ".join(words_of(row.name))
        connection.execute(companies.update().where(*here).values(search_text=words))


def _fill_email_keys(connection: sa.Connection) -> None:
    """Lower-case the addresses; databases by themselves may know only the ASCII letters."""
    customers = sa.table(
        "customers",
        sa.column("organization_id", sa.Integer()),
        sa.column("id", sa.Uuid()),
        *(sa.column(name, sa.String()) for name in ("email", "email_key")),
    )
    columns = customers.c
    connection.execute(customers.update().values(email_key=sa.func.lower(columns.email)))
    octets = sa.func.octet_length(columns.email)
    if connection.dialect.name == "sqlite":
        octets = sa.func.length(sa.cast(columns.email, sa.LargeBinary()))
    beyond_ascii = octets != sa.func.length(columns.email)
    for row in connection.execute(sa.select(customers).where(beyond_ascii)).all():
        here = (columns.organization_id == row.organization_id, columns.id == row.id)
        lowered = row.email.lower()[:_LONGEST_EMAIL]
        connection.execute(customers.update().where(*here).values(email_key=lowered))
