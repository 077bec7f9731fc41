"""Invoices that pay for nothing: their money was back before it was granted."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "billing_invoices",
        sa.Column("withheld", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
