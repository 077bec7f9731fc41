"""What a payment granted, what became of it, and who voided it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ACTORS = ("api_key", "staff", "customer", "service")
_RENEWALS = ("none", "made", "taken_back", "stays", "not_recorded")


def upgrade() -> None:
    kind = sa.Enum(*_ACTORS, name="actorkind", native_enum=False, length=20)
    renewal = sa.Enum(*_RENEWALS, name="renewalofpayment", native_enum=False, length=20)
    for column in (
        sa.Column("voided_by_kind", kind, nullable=True),
        sa.Column("voided_by_id", sa.Uuid(), nullable=True),
        sa.Column("voided_by_name", sa.String(length=120), nullable=True),
        sa.Column("granted", sa.JSON(), nullable=True),
        sa.Column("renewal", renewal, nullable=True),
        sa.Column("renewal_stays_because", sa.String(length=60), nullable=True),
    ):
        op.add_column("payments", column)
    for name in ("created_at", "voided_at"):
        op.create_index(f"ix_payments_{name}", "payments", ["organization_id", name])
