"""Deliveries of webhooks that are set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_SET_ASIDE = sa.text("state = 'pending' AND set_aside_at IS NOT NULL")


def upgrade() -> None:
    for name in ("set_aside_at", "retry_at"):
        column = sa.Column(name, sa.DateTime(timezone=True), nullable=True)
        op.add_column("webhook_deliveries", column)
    op.add_column("webhook_deliveries", sa.Column("behind_seq", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_webhook_deliveries_aside",
        "webhook_deliveries",
        ["organization_id", "endpoint_id", "retry_at"],
        sqlite_where=_SET_ASIDE,
        postgresql_where=_SET_ASIDE,
    )
