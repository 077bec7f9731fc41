"""Mails have an urgency, an end and a topic; the page of members is a setting of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WAITING = sa.text("next_attempt_at IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "outgoing_mails",
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "outgoing_mails", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("outgoing_mails", sa.Column("topic", sa.String(length=64), nullable=True))
    for name, columns in (
        ("ix_outgoing_mails_turn", ["urgent", "organization_id", "next_attempt_at"]),
        ("ix_outgoing_mails_topic", ["organization_id", "topic"]),
    ):
        op.create_index(
            name,
            "outgoing_mails",
            columns,
            unique=False,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        )
    # Before, a closed signup closed the page of members as well.
    op.add_column(
        "signup_settings",
        sa.Column("member_page", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
