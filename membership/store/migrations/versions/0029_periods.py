"""Former periods of memberships, read from their history, and what undoes their last change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_RENEWED, _UNDONE = "membership.renewed", "membership.renewal_undone"
_CHUNK = 500


def upgrade() -> None:
    op.add_column(
        "memberships",
        sa.Column("former_periods", sa.JSON(), server_default="[]", nullable=False),
    )
    op.add_column("memberships", sa.Column("last_change", sa.JSON(), nullable=True))
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Give the memberships that were renewed the periods that their history knows.

    One without a history has its present period only.
    """
    entries = sa.table(
        "audit_entries",
        sa.column("organization_id", sa.Integer()),
        sa.column("id", sa.Uuid()),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("action", sa.String()),
        sa.column("subject_id", sa.String()),
        *(sa.column(name, sa.JSON()) for name in ("before", "after")),
    )
    found = connection.execute(
        sa.select(entries)
        .where(entries.c.action.in_((_RENEWED, _UNDONE)))
        .order_by(entries.c.organization_id, entries.c.subject_id, entries.c.at, entries.c.id)
    )
    histories: dict[tuple[int, str], list[Any]] = {}
    for entry in found:
        histories.setdefault((entry.organization_id, entry.subject_id), []).append(entry)
    keys = list(histories)
    for start in range(0, len(keys), _CHUNK):
        _fill_some(connection, {key: histories[key] for key in keys[start : start + _CHUNK]})


def _fill_some(connection: sa.Connection, histories: dict[tuple[int, str], list[Any]]) -> None:
    """Write the former periods of some memberships."""
    memberships = sa.table(
        "memberships",
        sa.column("organization_id", sa.Integer()),
        sa.column("id", sa.Uuid()),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("starts_at", "ends_at")),
        sa.column("last_day", sa.Date()),
        sa.column("time_zone", sa.String()),
        sa.column("former_periods", sa.JSON()),
    )
    ids = [UUID(subject) for _, subject in histories]
    rows = connection.execute(sa.select(memberships).where(memberships.c.id.in_(ids))).all()
    writing = (
        memberships.update()
        .where(
            memberships.c.organization_id == sa.bindparam("of_organization"),
            memberships.c.id == sa.bindparam("of_membership"),
        )
        .values(former_periods=sa.bindparam("found", type_=sa.JSON()))
    )
    values = []
    for row in rows:
        history = histories.get((row.organization_id, str(row.id)), [])
        periods = _periods(history, row)
        if periods:
            values.append(
                {
                    "of_organization": row.organization_id,
                    "of_membership": row.id,
                    "found": periods,
                }
            )
    if values:
        connection.execute(writing, values)


def _periods(history: list[Any], row: Any) -> list[dict[str, Any]]:
    """Return the periods before the present one, as the column holds them."""
    found: list[dict[str, Any]] = []
    for place, entry in enumerate(history):
        before, after = entry.before or {}, entry.after or {}
        if entry.action == _UNDONE and after.get("ends_at"):
            found = _before(found, _instant(after["ends_at"]))
        if entry.action != _RENEWED or not before.get("ends_at"):
            continue
        began = _began(history[place:], row)
        ended = _instant(before["ends_at"])
        zone = before.get("time_zone") or row.time_zone
        last_day = date.fromisoformat(before["last_day"]) if before.get("last_day") else None
        if last_day is not None:
            # The end of what a subscription paid for has days of grace in it.
            ended = min(ended, _day_after(last_day, zone))
        found = _before(found, ended)
        if found:
            began = max(began, _instant(found[-1]["ends_at"]))
        if began < ended:
            found.append(
                {
                    "starts_at": began.isoformat(),
                    "ends_at": ended.isoformat(),
                    "last_day": None if last_day is None else last_day.isoformat(),
                    "time_zone": zone,
                }
            )
    return found if row.ends_at is None else _before(found, _aware(row.ends_at))


def _began(later: list[Any], row: Any) -> datetime:
    """Return the start that a membership had before the first of some changes."""
    for entry in later:
        if (entry.before or {}).get("starts_at"):
            return _instant(entry.before["starts_at"])
    return _aware(row.starts_at)


def _before(periods: list[dict[str, Any]], ends_at: datetime) -> list[dict[str, Any]]:
    """Return the periods that end before an instant."""
    return [each for each in periods if _instant(each["ends_at"]) < ends_at]


def _day_after(day: date, zone: str) -> datetime:
    """Return the first instant after a local day, in UTC."""
    local = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return local.astimezone(UTC)


def _instant(text: str) -> datetime:
    """Return an instant of the history."""
    return _aware(datetime.fromisoformat(text))


def _aware(at: datetime) -> datetime:
    """Return an instant in UTC; SQLite returns it without saying so."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
