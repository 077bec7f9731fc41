"""Indexes that lead past deliveries of webhooks that are set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_subject", "events", ["organization_id", "subject_id", "seq"])
    op.drop_index("ix_webhook_deliveries_aside", "webhook_deliveries")
    pending = "state = 'pending' AND set_aside_at IS"
    for name, columns, condition in (
        ("aside", ["retry_at", "event_seq"], f"{pending} NOT NULL"),
        ("in_line", ["event_seq"], f"{pending} NULL"),
        ("behind", ["behind_seq"], "behind_seq IS NOT NULL"),
    ):
        op.create_index(
            f"ix_webhook_deliveries_{name}",
            "webhook_deliveries",
            ["organization_id", "endpoint_id", *columns],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
