"""Where the owners of accounts logged in from, and who asked for a login code."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_origins",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_known_origins")),
    )
    op.create_index("ix_known_origins_age", "known_origins", ["seen_at"], unique=False)
    op.add_column(
        "login_codes", sa.Column("own_tries", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("login_codes", sa.Column("requested_by", sa.String(length=64), nullable=True))
