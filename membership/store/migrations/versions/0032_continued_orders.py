"""From which day on a subscription counts that continues a membership paid before."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("billing_orders", sa.Column("continues_on", sa.Date(), nullable=True))
