"""Where the periods of a membership are counted from, so that renewals are never chained."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 5000
_MEMBERSHIPS = sa.table(
    "memberships",
    sa.column("organization_id", sa.Integer()),
    sa.column("id", sa.Uuid()),
    sa.column("starts_at", sa.DateTime(timezone=True)),
    sa.column("time_zone", sa.String()),
    sa.column("anchor_day", sa.Date()),
    sa.column("period_number", sa.Integer()),
)


def upgrade() -> None:
    """Add the columns; what was sold so far is in the first period from its own start."""
    op.add_column("memberships", sa.Column("anchor_day", sa.Date(), nullable=True))
    op.add_column("memberships", sa.Column("period_number", sa.Integer(), nullable=True))
    connection, rows = op.get_bind(), _MEMBERSHIPS.c
    anchored = (
        _MEMBERSHIPS.update()
        .where(rows.organization_id == sa.bindparam("of"), rows.id == sa.bindparam("row"))
        .values(anchor_day=sa.bindparam("day"), period_number=1)
    )
    first = sa.select(rows.organization_id, rows.id, rows.starts_at, rows.time_zone).where(
        rows.anchor_day.is_(None)
    )
    while found := connection.execute(first.limit(_BATCH)).all():
        connection.execute(
            anchored,
            [
                {
                    "of": row.organization_id,
                    "row": row.id,
                    "day": _day(row.starts_at, row.time_zone),
                }
                for row in found
            ],
        )


def _day(starts_at: datetime, time_zone: str) -> date:
    """The local day of a start; SQLite gives it in UTC without saying so."""
    at = starts_at if starts_at.tzinfo is not None else starts_at.replace(tzinfo=UTC)
    try:
        return at.astimezone(ZoneInfo(time_zone)).date()
    except OverflowError:  # at the edge of the calendar, which could be sold once
        return at.date()
