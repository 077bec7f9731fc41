"""Memberships listed as they were sold, by owner, plan, source and status; and their history."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_, select, tuple_

from api_client.messages.management import ActorView
from membership.base.instants import respelled
from membership.members.memberships.records import sold_view
from membership.members.memberships.schemas import HistoryEntry, HistoryPage, SoldPage, StatusFilter
from membership.members.memberships.service import get_membership
from membership.store.models import AuditEntry, Membership, MembershipSource
from membership.web.access import Call
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, instant_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which memberships to list; what is None does not matter."""

    customer_id: UUID | None = None
    company_id: UUID | None = None
    plan_id: UUID | None = None
    source: MembershipSource | None = None
    status: StatusFilter | None = None


def list_sold(call: Call, wanted: Wanted, limit: int, cursor: str | None) -> SoldPage:
    """List memberships as sold, by id. Raises Invalid for a bad cursor."""
    found = select(Membership).where(
        Membership.organization_id == call.tenant.id, *_conditions(wanted, call.now)
    )
    if cursor is not None:
        (after,) = decode_cursor(cursor, str)
        try:
            found = found.where(Membership.id > UUID(str(after)))
        except ValueError:
            raise bad_cursor() from None
    rows = call.session.scalars(found.order_by(Membership.id).limit(limit + 1)).all()
    page = rows[:limit]
    return SoldPage(
        items=tuple(sold_view(row, call.now) for row in page),
        next_cursor=encode_cursor(str(page[-1].id)) if len(rows) > limit else None,
    )


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    """What the memberships wanted have in common."""
    equal = {
        Membership.customer_id: wanted.customer_id,
        Membership.company_id: wanted.company_id,
        Membership.plan_id: wanted.plan_id,
        Membership.source: wanted.source,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.status is not None:
        conditions.append(stands(wanted.status, now))
    return conditions


def stands(
    status: StatusFilter, now: datetime, sold: type[Membership] = Membership
) -> ColumnElement[bool]:
    """Whether a membership has a status at ``now``: ``rules.status.standing`` as a condition.

    No part of it is ever NULL, so that it can be negated. ``sold`` is an alias of the table.
    """
    early, end = sold.ended_early_at, sold.ends_at
    ends_early = or_(end.is_(None), early < end)
    lasting = and_(early > now, early > sold.starts_at, not_(and_(sold.ended_for_good, ends_early)))
    unended = and_(or_(end.is_(None), end > now), or_(early.is_(None), lasting))
    match status:
        case StatusFilter.EXPIRED:
            return not_(unended)
        case StatusFilter.ACTIVE:
            return and_(unended, sold.starts_at <= now)
        case StatusFilter.SCHEDULED:
            return and_(sold.starts_at > now, unended)  # in this order: few are about to start


def history(call: Call, membership_id: UUID, limit: int, cursor: str | None) -> HistoryPage:
    """Tell what happened to a membership, oldest first, from the audit.

    Raises NotFound; Invalid for a bad cursor.
    """
    get_membership(call.session, call.tenant, membership_id)
    entries = select(AuditEntry).where(
        AuditEntry.organization_id == call.tenant.id,
        AuditEntry.subject_id == str(membership_id),
        AuditEntry.subject_kind == "membership",
    )
    if cursor is not None:
        at, entry_id = decode_cursor(cursor, str, str)
        try:
            after = tuple_(instant_of(at), UUID(str(entry_id)))
        except ValueError:
            raise bad_cursor() from None
        entries = entries.where(tuple_(AuditEntry.at, AuditEntry.id) > after)
    rows = call.session.scalars(
        entries.order_by(AuditEntry.at, AuditEntry.id).limit(limit + 1)
    ).all()
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = encode_cursor(page[-1].at.isoformat(), str(page[-1].id))
    return HistoryPage(items=tuple(_entry(row) for row in page), next_cursor=following)


def _entry(row: AuditEntry) -> HistoryEntry:
    """Show one entry of the audit."""
    actor = ActorView(kind=row.actor_kind, id=row.actor_id, name=row.actor_name)
    return HistoryEntry(
        id=row.id,
        at=row.at,
        action=row.action,
        actor=actor,
        before=respelled(row.before),
        after=respelled(row.after),
    )
