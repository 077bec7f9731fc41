"""Former periods of memberships, read from their history, and what undoes their last change."""

from collections.abc import Sequence
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
_PAGE = 500
_ORGANIZATIONS = sa.table("organizations", sa.column("id", sa.Integer()))
_ENTRIES = sa.table(
    "audit_entries",
    sa.column("organization_id", sa.Integer()),
    sa.column("id", sa.Uuid()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("action", sa.String()),
    sa.column("subject_id", sa.String()),
    *(sa.column(name, sa.JSON()) for name in ("before", "after")),
)
_MEMBERSHIPS = sa.table(
    "memberships",
    sa.column("organization_id", sa.Integer()),
    sa.column("id", sa.Uuid()),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("starts_at", "ends_at")),
    sa.column("last_day", sa.Date()),
    sa.column("time_zone", sa.String()),
    sa.column("former_periods", sa.JSON()),
)


def upgrade() -> None:
    op.add_column(
        "memberships",
        sa.Column("former_periods", sa.JSON(), server_default="[]", nullable=False),
    )
    op.add_column("memberships", sa.Column("last_change", sa.JSON(), nullable=True))
    _fill(op.get_bind())


def _fill(connection: sa.Connection, page: int = _PAGE) -> None:
    """Give the memberships that were renewed the periods that their history knows.

    One without a history has its present period only. No more than ``page`` memberships and their
    entries are in memory at a time.
    """
    for organization in connection.scalars(sa.select(_ORGANIZATIONS.c.id)).all():
        last: UUID | None = None
        while rows := connection.execute(_memberships_after(organization, last, page)).all():
            _fill_some(connection, organization, rows)
            last = rows[-1].id


def _memberships_after(organization: int, last: UUID | None, page: int) -> sa.Select[Any]:
    """Return the query for the next memberships of an organization."""
    found = sa.select(_MEMBERSHIPS).where(_MEMBERSHIPS.c.organization_id == organization)
    if last is not None:
        found = found.where(_MEMBERSHIPS.c.id > last)
    return found.order_by(_MEMBERSHIPS.c.id).limit(page)


def _entries_of(organization: int, memberships: list[UUID]) -> sa.Select[Any]:
    """Return the query for the renewals of memberships; ``ix_audit_entries_subject`` serves it."""
    entries = _ENTRIES.c
    return (
        sa.select(_ENTRIES)
        .where(
            entries.organization_id == organization,
            entries.subject_id.in_([str(each) for each in memberships]),
            entries.action.in_((_RENEWED, _UNDONE)),
        )
        .order_by(entries.subject_id, entries.at, entries.id)
    )


def _fill_some(connection: sa.Connection, organization: int, rows: Sequence[Any]) -> None:
    """Write the former periods of some memberships."""
    histories: dict[str, list[Any]] = {}
    for entry in connection.execute(_entries_of(organization, [row.id for row in rows])):
        histories.setdefault(entry.subject_id, []).append(entry)
    writing = (
        _MEMBERSHIPS.update()
        .where(
            _MEMBERSHIPS.c.organization_id == organization,
            _MEMBERSHIPS.c.id == sa.bindparam("of_membership"),
        )
        .values(former_periods=sa.bindparam("found", type_=sa.JSON()))
    )
    values = [
        {"of_membership": row.id, "found": periods}
        for row in rows
        if (periods := _periods(histories.get(str(row.id), []), row))
    ]
    if values:
        connection.execute(writing, values)


def _periods(history: list[Any], row: Any) -> list[dict[str, Any]]:
    """Return the periods before the present one, as the column holds them."""
    found: list[dict[str, Any]] = []
    for place, entry in enumerate(history):
        before, after = entry.before or {}, entry.after or {}
        if entry.action == _UNDONE and after.get("ends_at"):
            ended = _instant(after["ends_at"])
            if after.get("last_day"):
                zone = after.get("time_zone") or row.time_zone
                ended = min(ended, _day_after(date.fromisoformat(after["last_day"]), zone))
            found = _before(found, ended)
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
