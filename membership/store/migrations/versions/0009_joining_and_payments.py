"""The public signup, logins of customers, and payments at the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_states",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_receipt_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_billing_states_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_billing_states")),
    )
    op.create_table(
        "login_codes",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_digest", sa.String(length=64), nullable=True),
        sa.Column("ticket_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_login_codes_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_login_codes")),
        sa.UniqueConstraint("ticket_digest", name=op.f("uq_login_codes_ticket_digest")),
    )
    op.create_index(
        "ix_login_codes_email",
        "login_codes",
        ["organization_id", "email_key", "created_at"],
        unique=False,
    )
    op.create_index("ix_login_codes_expiry", "login_codes", ["expires_at"], unique=False)
    op.create_table(
        "signup_settings",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("allowed_origins", sa.JSON(), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("background", sa.String(length=7), nullable=False),
        sa.Column("terms_url", sa.String(length=500), nullable=True),
        sa.Column("privacy_url", sa.String(length=500), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_signup_settings_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_signup_settings")),
    )
    op.create_table(
        "customer_sessions",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("access_digest", sa.String(length=64), nullable=False),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_why", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "customer_id"],
            ["customers.organization_id", "customers.id"],
            name=op.f("fk_customer_sessions_customers"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_customer_sessions_organizations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_customer_sessions")),
        sa.UniqueConstraint("access_digest", name=op.f("uq_customer_sessions_access_digest")),
    )
    op.create_index(
        "ix_customer_sessions_customer",
        "customer_sessions",
        ["organization_id", "customer_id"],
        unique=False,
    )
    op.create_index(
        "ix_customer_sessions_expiry", "customer_sessions", ["expires_at"], unique=False
    )
    op.create_table(
        "customer_refresh_tokens",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "session_id"],
            ["customer_sessions.organization_id", "customer_sessions.id"],
            name=op.f("fk_customer_refresh_tokens_customer_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_customer_refresh_tokens_organizations"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "digest", name=op.f("pk_customer_refresh_tokens")
        ),
    )
    op.create_index(
        "ix_customer_refresh_tokens_session",
        "customer_refresh_tokens",
        ["organization_id", "session_id"],
        unique=False,
    )
    op.create_table(
        "payments",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_number", sa.BigInteger(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "cash",
                "card_terminal",
                "transfer",
                name="paymentmethod",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("plan_name", sa.String(length=120), nullable=False),
        sa.Column("paid_by", sa.String(length=250), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_why", sa.String(length=500), nullable=True),
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
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(
            ["organization_id", "membership_id"],
            ["memberships.organization_id", "memberships.id"],
            name=op.f("fk_payments_memberships"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_payments_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "organization_id",
            "receipt_number",
            name=op.f("uq_payments_organization_id_receipt_number"),
        ),
    )
    op.create_index(
        "ix_payments_membership", "payments", ["organization_id", "membership_id"], unique=False
    )
    op.create_index("ix_payments_paid_at", "payments", ["organization_id", "paid_at"], unique=False)
    op.create_table(
        "embed_keys",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kid", sa.String(length=120), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("jwk", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_embed_keys_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_embed_keys")),
    )
    op.create_index("ix_embed_keys_kid", "embed_keys", ["organization_id", "kid"], unique=False)
    op.create_table(
        "embed_tokens",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_embed_tokens_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "digest", name=op.f("pk_embed_tokens")),
    )
    op.create_index("ix_embed_tokens_expiry", "embed_tokens", ["expires_at"], unique=False)
