"""Changes of plan of subscriptions, and the plan that an invoice was for."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    for column in (
        sa.Column("next_plan_id", sa.Uuid(), nullable=True),
        sa.Column("next_price_minor", sa.Integer(), nullable=True),
        sa.Column("changes_at", instant, nullable=True),
        sa.Column("changing_since", instant, nullable=True),
    ):
        op.add_column("billing_orders", column)
    op.add_column("billing_invoices", sa.Column("plan_name", sa.String(120), nullable=True))
