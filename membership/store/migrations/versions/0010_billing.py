"""Payments through a provider on the internet, and memberships that it prolongs."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_events",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_billing_events_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_billing_events")),
    )
    op.create_index("ix_billing_events_due", "billing_events", ["due_at"], unique=False)
    op.create_table(
        "stripe_accounts",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("key_hint", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_stripe_accounts_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_stripe_accounts")),
    )
    op.create_table(
        "billing_orders",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("plan_name", sa.String(length=120), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "billing_unit",
            sa.Enum(
                "day", "week", "month", "year", name="intervalunit", native_enum=False, length=20
            ),
            nullable=True,
        ),
        sa.Column("billing_count", sa.Integer(), nullable=True),
        sa.Column(
            "length_unit",
            sa.Enum(
                "day", "week", "month", "year", name="intervalunit", native_enum=False, length=20
            ),
            nullable=True,
        ),
        sa.Column("length_count", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "completed",
                "expired",
                "failed",
                name="orderstate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("provider_customer_id", sa.String(length=255), nullable=True),
        sa.Column("checkout_id", sa.String(length=255), nullable=True),
        sa.Column("checkout_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subscription_id", sa.String(length=255), nullable=True),
        sa.Column(
            "subscription_status",
            sa.Enum(
                "incomplete",
                "active",
                "past_due",
                "unpaid",
                "paused",
                "canceled",
                name="subscriptionstatus",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("paid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancels_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("trouble", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
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
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(customer_id IS NULL) <> (company_id IS NULL)", name=op.f("ck_billing_orders_owner")
        ),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_billing_orders_price")),
        sa.ForeignKeyConstraint(
            ["organization_id", "company_id"],
            ["companies.organization_id", "companies.id"],
            name=op.f("fk_billing_orders_companies"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name=op.f("fk_billing_orders_customers"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "membership_id"],
            ["memberships.organization_id", "memberships.id"],
            name=op.f("fk_billing_orders_memberships"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "plan_id"],
            ["plans.organization_id", "plans.id"],
            name=op.f("fk_billing_orders_plans"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_billing_orders_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_billing_orders")),
        sa.UniqueConstraint(
            "organization_id",
            "checkout_id",
            name=op.f("uq_billing_orders_organization_id_checkout_id"),
        ),
        sa.UniqueConstraint(
            "organization_id",
            "subscription_id",
            name=op.f("uq_billing_orders_organization_id_subscription_id"),
        ),
    )
    op.create_index("ix_billing_orders_check", "billing_orders", ["next_check_at"], unique=False)
    op.create_index(
        "ix_billing_orders_company",
        "billing_orders",
        ["organization_id", "company_id"],
        unique=False,
    )
    op.create_index(
        "ix_billing_orders_created",
        "billing_orders",
        ["organization_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_billing_orders_customer",
        "billing_orders",
        ["organization_id", "customer_id"],
        unique=False,
    )
    op.create_index(
        "ix_billing_orders_membership",
        "billing_orders",
        ["organization_id", "membership_id"],
        unique=False,
    )
    op.create_table(
        "billing_invoices",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "paid",
                "void",
                "uncollectible",
                name="invoicestatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_minor", sa.Integer(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "order_id"],
            ["billing_orders.organization_id", "billing_orders.id"],
            name=op.f("fk_billing_invoices_billing_orders"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_billing_invoices_organizations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_billing_invoices")),
    )
    op.create_index(
        "ix_billing_invoices_created",
        "billing_invoices",
        ["organization_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_billing_invoices_order",
        "billing_invoices",
        ["organization_id", "order_id"],
        unique=False,
    )
    op.add_column(
        "memberships", sa.Column("renews", sa.Boolean(), nullable=False, server_default=sa.false())
    )
