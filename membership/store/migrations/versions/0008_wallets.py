"""Designs of wallet cards, what the wallets know of each card, and who signs them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_followers",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_followers")),
    )
    op.create_table(
        "card_designs",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("google_class_digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_card_designs_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_card_designs")),
        sa.UniqueConstraint(
            "organization_id", "key", name=op.f("uq_card_designs_organization_id_key")
        ),
    )
    op.create_table(
        "wallet_identities",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("apple", "google", name="identitykind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_wallet_identities_organizations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "kind", name=op.f("pk_wallet_identities")),
    )
    op.create_table(
        "wallet_images",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_wallet_images_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "tag", name=op.f("pk_wallet_images")),
    )
    op.create_table(
        "wallet_states",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_update_seq", sa.BigInteger(), nullable=False),
        sa.Column("link_key", sa.LargeBinary(), nullable=False),
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("clock_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_wallet_states_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_wallet_states")),
    )
    op.create_table(
        "wallet_marks",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "company_id"],
            ["companies.organization_id", "companies.id"],
            name=op.f("fk_wallet_marks_companies"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_wallet_marks_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_wallet_marks")),
    )
    op.create_table(
        "card_design_versions",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("design_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "design_id"],
            ["card_designs.organization_id", "card_designs.id"],
            name=op.f("fk_card_design_versions_card_designs"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_card_design_versions_organizations"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "design_id", "version", name=op.f("pk_card_design_versions")
        ),
    )
    op.create_table(
        "card_rollouts",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("design_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("running", "finished", name="rolloutstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("position", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "design_id"],
            ["card_designs.organization_id", "card_designs.id"],
            name=op.f("fk_card_rollouts_card_designs"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_card_rollouts_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_card_rollouts")),
    )
    op.create_index(
        "ix_card_rollouts_design",
        "card_rollouts",
        ["organization_id", "design_id", "version"],
        unique=False,
    )
    op.create_index("ix_card_rollouts_state", "card_rollouts", ["state"], unique=False)
    op.create_table(
        "apple_registrations",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(length=255), nullable=False),
        sa.Column("pass_type_id", sa.String(length=155), nullable=False),
        sa.Column("push_token", sa.String(length=255), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_seq", sa.BigInteger(), nullable=False),
        sa.Column("fetched_seq", sa.BigInteger(), nullable=False),
        sa.Column("pushed_seq", sa.BigInteger(), nullable=False),
        sa.Column("push_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("push_attempts", sa.Integer(), nullable=False),
        sa.Column("push_error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "card_id"],
            ["cards.organization_id", "cards.id"],
            name=op.f("fk_apple_registrations_cards"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_apple_registrations_organizations"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "card_id", "device_id", name=op.f("pk_apple_registrations")
        ),
    )
    op.create_index(
        "ix_apple_registrations_device",
        "apple_registrations",
        ["organization_id", "device_id"],
        unique=False,
    )
    op.create_index("ix_apple_registrations_push", "apple_registrations", ["push_at"], unique=False)
    op.create_table(
        "card_wallets",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("design_id", sa.Uuid(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("apple_token", sa.LargeBinary(), nullable=False),
        sa.Column("code_signature", sa.LargeBinary(), nullable=False),
        sa.Column("rotating_key", sa.LargeBinary(), nullable=True),
        sa.Column("rotating_step", sa.BigInteger(), nullable=True),
        sa.Column("face_digest", sa.String(length=64), nullable=True),
        sa.Column("design_version", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("update_seq", sa.BigInteger(), nullable=False),
        sa.Column("refresh_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marks", sa.BigInteger(), nullable=False),
        sa.Column("google_created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("google_saved", sa.Boolean(), nullable=False),
        sa.Column("google_seq", sa.BigInteger(), nullable=False),
        sa.Column("google_digest", sa.String(length=64), nullable=True),
        sa.Column("google_leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("google_next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("google_attempts", sa.Integer(), nullable=False),
        sa.Column("google_error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "card_id"],
            ["cards.organization_id", "cards.id"],
            name=op.f("fk_card_wallets_cards"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "design_id"],
            ["card_designs.organization_id", "card_designs.id"],
            name=op.f("fk_card_wallets_card_designs"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "replaces"],
            ["cards.organization_id", "cards.id"],
            name="fk_card_wallets_cards_replaces",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_card_wallets_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "card_id", name=op.f("pk_card_wallets")),
    )
    op.create_index(
        "ix_card_wallets_design",
        "card_wallets",
        ["organization_id", "design_id", "card_id"],
        unique=False,
    )
    op.create_index(
        "ix_card_wallets_google",
        "card_wallets",
        ["organization_id", "google_next_attempt_at"],
        unique=False,
    )
    op.create_index("ix_card_wallets_refresh", "card_wallets", ["refresh_at"], unique=False)
    op.create_index(
        "ix_card_wallets_updates", "card_wallets", ["organization_id", "update_seq"], unique=False
    )
