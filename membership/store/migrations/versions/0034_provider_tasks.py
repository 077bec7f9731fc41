"""What a payment provider is to do, and when staff settled what became of a payment."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_TROUBLES = ("paid_by_banned", "paid_by_erased", "not_granted", "unknown_to_provider")
_KINDS = ("close_page", "cancel_now", "cancel_later", "update_payer", "delete_payer")


def upgrade() -> None:
    op.add_column(
        "billing_orders", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "billing_orders",
        sa.Column(
            "trouble_kind",
            sa.Enum(*_TROUBLES, name="ordertrouble", native_enum=False, length=20),
            nullable=True,
        ),
    )
    op.create_table(
        "provider_tasks",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*_KINDS, name="providertaskkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_provider_tasks_organizations")
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "kind", "object_id", name=op.f("pk_provider_tasks")
        ),
    )
    op.create_index("ix_provider_tasks_due", "provider_tasks", ["due_at"], unique=False)
