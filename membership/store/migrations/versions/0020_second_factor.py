"""The second factor of staff, and whether a club demands it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_factors",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recovery_digests", sa.JSON(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_staff_factors_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_id"],
            ["staff_accounts.organization_id", "staff_accounts.id"],
            name=op.f("fk_staff_factors_staff_accounts"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "staff_id", name=op.f("pk_staff_factors")),
    )
    op.add_column(
        "organizations",
        sa.Column(
            "second_factor_demanded", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
    )
