"""Whether banned and inactive customers keep their seat of a company."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "organizations",
        sa.Column("all_take_seats", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
