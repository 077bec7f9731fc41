"""The first schema: organizations, customers, companies, plans, memberships, cards, visits."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables, each after those it refers to."""
    _create_organizations_and_keys()
    _create_customers()
    _create_companies()
    _create_plans_and_memberships()
    _create_cards_and_visits()


def _create_organizations_and_keys() -> None:
    """Organizations, and the keys of their API."""
    op.create_table(
        "organizations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("expires_soon_days", sa.Integer(), nullable=False),
        sa.Column("next_customer_number", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organizations"),
        sa.UniqueConstraint("slug", name="uq_organizations_slug"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_api_keys_organizations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
    op.create_index("ix_api_keys_organization", "api_keys", ["organization_id"], unique=False)


def _create_customers() -> None:
    """Customers, their photos and the terms that find them."""
    op.create_table(
        "customers",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("given_name", sa.String(length=120), nullable=False),
        sa.Column("family_name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_domain", sa.String(length=253), nullable=True),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("desk_note", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("photo_tag", sa.String(length=64), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_customers_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_customers"),
        sa.UniqueConstraint(
            "organization_id", "number", name="uq_customers_organization_id_number"
        ),
    )
    op.create_index(
        "ix_customers_email_domain", "customers", ["organization_id", "email_domain"], unique=False
    )
    op.create_table(
        "customer_photos",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name="fk_customer_photos_customers",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_customer_photos_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "customer_id", name="pk_customer_photos"),
    )
    op.create_table(
        "customer_terms",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Enum("a", "b", name="termkind", native_enum=False), nullable=False),
        sa.Column(
            "term",
            sa.String(length=254).with_variant(sa.String(length=254, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name="fk_customer_terms_customers",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_customer_terms_organizations"
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "kind", "term", "customer_id", name="pk_customer_terms"
        ),
        sqlite_with_rowid=False,
    )


def _create_companies() -> None:
    """Companies, their email domains and the customers linked to them."""
    op.create_table(
        "companies",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("billing_name", sa.String(length=160), nullable=True),
        sa.Column("billing_email", sa.String(length=254), nullable=True),
        sa.Column("seat_cap", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seat_cap IS NULL OR seat_cap >= 0", name="ck_companies_seat_cap"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_companies_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_companies"),
    )
    op.create_index("ix_companies_name", "companies", ["organization_id", "name"], unique=False)
    op.create_table(
        "company_domains",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "company_id"],
            ["companies.organization_id", "companies.id"],
            name="fk_company_domains_companies",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_company_domains_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "domain", name="pk_company_domains"),
    )
    op.create_table(
        "company_links",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "company_id"],
            ["companies.organization_id", "companies.id"],
            name="fk_company_links_companies",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name="fk_company_links_customers",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_company_links_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_company_links"),
    )
    op.create_index(
        "ix_company_links_customer",
        "company_links",
        ["organization_id", "customer_id"],
        unique=False,
    )
    op.create_index(
        "ix_company_links_seats",
        "company_links",
        ["organization_id", "company_id", "valid_from"],
        unique=False,
    )
    op.create_index(
        "uq_company_links_open",
        "company_links",
        ["organization_id", "company_id", "customer_id"],
        unique=True,
        sqlite_where=sa.text("valid_until IS NULL"),
        postgresql_where=sa.text("valid_until IS NULL"),
    )


def _create_plans_and_memberships() -> None:
    """Plans with their permissions, and what was sold."""
    op.create_table(
        "permissions",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_permissions_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "key", name="pk_permissions"),
    )
    op.create_table(
        "plans",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("billing_unit", sa.String(length=20), nullable=True),
        sa.Column("billing_count", sa.Integer(), nullable=True),
        sa.Column("length_unit", sa.String(length=20), nullable=True),
        sa.Column("length_count", sa.Integer(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(billing_unit IS NULL) = (billing_count IS NULL) AND coalesce(billing_count, 1) >= 1",
            name="ck_plans_billing",
        ),
        sa.CheckConstraint(
            "(length_unit IS NULL) = (length_count IS NULL) AND coalesce(length_count, 1) >= 1",
            name="ck_plans_length",
        ),
        sa.CheckConstraint("price_minor >= 0", name="ck_plans_price"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_plans_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_plans"),
    )
    op.create_index("ix_plans_name", "plans", ["organization_id", "name"], unique=False)
    op.create_table(
        "plan_permissions",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("permission_key", sa.String(length=80), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "permission_key"],
            ["permissions.organization_id", "permissions.key"],
            name="fk_plan_permissions_permissions",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "plan_id"],
            ["plans.organization_id", "plans.id"],
            name="fk_plan_permissions_plans",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_plan_permissions_organizations"
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "plan_id", "permission_key", name="pk_plan_permissions"
        ),
    )
    op.create_table(
        "memberships",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("plan_name", sa.String(length=120), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("billing_unit", sa.String(length=20), nullable=True),
        sa.Column("billing_count", sa.Integer(), nullable=True),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("ended_early_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_early_why", sa.String(length=500), nullable=True),
        sa.Column("payment_overdue_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(customer_id IS NULL) <> (company_id IS NULL)", name="ck_memberships_one_owner"
        ),
        sa.CheckConstraint(
            "(ends_at IS NULL) = (last_day IS NULL)", name="ck_memberships_last_day"
        ),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ck_memberships_period"),
        sa.ForeignKeyConstraint(
            ["organization_id", "company_id"],
            ["companies.organization_id", "companies.id"],
            name="fk_memberships_companies",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name="fk_memberships_customers",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "plan_id"],
            ["plans.organization_id", "plans.id"],
            name="fk_memberships_plans",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_memberships_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_memberships"),
    )
    op.create_index(
        "ix_memberships_company", "memberships", ["organization_id", "company_id"], unique=False
    )
    op.create_index(
        "ix_memberships_customer", "memberships", ["organization_id", "customer_id"], unique=False
    )


def _create_cards_and_visits() -> None:
    """Cards, and the visits they made."""
    op.create_table(
        "cards",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name="fk_cards_customers",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_cards_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_cards"),
        sa.UniqueConstraint("organization_id", "code", name="uq_cards_organization_id_code"),
    )
    op.create_index(
        "ix_cards_customer", "cards", ["organization_id", "customer_id", "issued_at"], unique=False
    )
    op.create_table(
        "visits",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=True),
        sa.Column("text_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("desk", sa.String(length=80), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "card_id"],
            ["cards.organization_id", "cards.id"],
            name="fk_visits_cards",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name="fk_visits_customers",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_visits_organizations"
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_visits"),
    )
    op.create_index(
        "ix_visits_customer", "visits", ["organization_id", "customer_id", "at"], unique=False
    )
    op.create_index("ix_visits_recent", "visits", ["organization_id", "at", "id"], unique=False)
