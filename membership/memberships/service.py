"""Memberships: sold to a customer or a company, ended early, and shown as they were sold."""

from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.schemas import PermissionView
from membership.access import Call, Tenant
from membership.errors import Conflict, Invalid, NotFound
from membership.memberships.schemas import EarlyEnd, NewMembership, SoldPage, SoldView
from membership.models import Company, Customer, Membership, MembershipSource, Plan
from membership.paging import bad_cursor, decode_cursor, encode_cursor
from membership.plans.schemas import IntervalMessage
from membership.plans.service import get_plan, permissions_of
from membership.rules.instants import TimeError, day_start, local_day
from membership.rules.periods import Interval, Period, first_period, period_until
from membership.rules.status import Term, standing


def get_membership(session: Session, tenant: Tenant, membership_id: UUID) -> Membership:
    """Load a membership. Raises NotFound."""
    membership = session.get(Membership, (tenant.id, membership_id))
    if membership is None:
        raise NotFound("membership_not_found", "There is no such membership.")
    return membership


def assign(
    session: Session,
    tenant: Tenant,
    new: NewMembership,
    now: datetime,
    *,
    source: MembershipSource = MembershipSource.API,
) -> Membership:
    """Sell a plan to a customer or a company: its present terms are copied.

    Raises NotFound for an unknown plan or owner; Conflict for an archived plan; Invalid for
    a period that cannot be.
    """
    plan = get_plan(session, tenant, new.plan_id)
    if plan.archived_at is not None:
        raise Conflict("plan_archived", f"The plan {plan.name} is archived and not sold anymore.")
    _require_owner(session, tenant, new)
    zone = ZoneInfo(tenant.time_zone)
    period = _period(new, plan, zone, now)
    carried = permissions_of(session, tenant.id, [plan.id]).get(plan.id, ())
    membership = Membership(
        organization_id=tenant.id,
        id=uuid4(),
        customer_id=new.customer_id,
        company_id=new.company_id,
        plan_id=plan.id,
        plan_name=plan.name,
        price_minor=plan.price_minor,
        currency=plan.currency,
        billing_unit=plan.billing_unit,
        billing_count=plan.billing_count,
        permissions=[[permission.key, permission.label] for permission in carried],
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        last_day=period.last_day,
        time_zone=tenant.time_zone,
        anchor_day=local_day(period.starts_at, zone),
        period_number=1,
        source=source,
        created_at=now,
    )
    session.add(membership)
    session.flush()
    return membership


def _require_owner(session: Session, tenant: Tenant, new: NewMembership) -> None:
    """Raise NotFound unless the owner exists in this organization."""
    if new.customer_id is not None:
        if session.get(Customer, (tenant.id, new.customer_id)) is None:
            raise NotFound("customer_not_found", "There is no such customer.")
    elif session.get(Company, (tenant.id, new.company_id)) is None:
        raise NotFound("company_not_found", "There is no such company.")


def _period(new: NewMembership, plan: Plan, zone: ZoneInfo, now: datetime) -> Period:
    """When the membership runs. Raises Invalid."""
    field = "body.last_day" if new.last_day is not None else "body.starts_at"
    try:
        starts_at = _start(new, zone, now)
        if new.last_day is not None:
            return period_until(starts_at, new.last_day, zone)
        if plan.length_unit is None or plan.length_count is None:
            return first_period(starts_at, None, zone)
        return first_period(starts_at, Interval(plan.length_unit, plan.length_count), zone)
    except TimeError as error:
        raise Invalid("period_invalid", field, str(error)) from error


def _start(new: NewMembership, zone: ZoneInfo, now: datetime) -> datetime:
    """The first instant that the request asks for."""
    if new.starts_on is not None:
        return day_start(new.starts_on, zone)
    return now if new.starts_at is None else new.starts_at


def end_early(
    session: Session, tenant: Tenant, membership_id: UUID, end: EarlyEnd, now: datetime
) -> Membership:
    """End a membership before its time.

    Raises NotFound; Conflict if it has ended already; Invalid for an instant that is past, or
    outside the membership's period.
    """
    membership = get_membership(session, tenant, membership_id)
    ends = (membership.ends_at, membership.ended_early_at)
    if any(at is not None and at <= now for at in ends):
        raise Conflict("membership_ended", "This membership has already ended.")
    if end.at is not None:
        _require_within(membership, end.at, now)
    membership.ended_early_at = now if end.at is None else end.at
    membership.ended_early_why = end.why or None
    session.flush()
    return membership


def _require_within(membership: Membership, at: datetime, now: datetime) -> None:
    """Raise Invalid unless a membership can be ended early at ``at``."""
    if at < now:
        message = "is past; leave it out to end the membership now"
    elif at < membership.starts_at:
        message = "is before the membership starts; leave it out to withdraw it now"
    elif membership.ends_at is not None and at >= membership.ends_at:
        message = "is not before the end that was sold"
    else:
        return
    raise Invalid("end_invalid", "body.at", message)


def set_payment_overdue(
    session: Session, tenant: Tenant, membership_id: UUID, since: datetime | None
) -> Membership:
    """Note since when a payment is overdue; None notes that it was paid. Raises NotFound."""
    membership = get_membership(session, tenant, membership_id)
    membership.payment_overdue_since = since
    session.flush()
    return membership


def sold_view(membership: Membership, now: datetime) -> SoldView:
    """Show a membership as it was sold, and how it stands now."""
    term = Term(
        membership.starts_at,
        membership.ends_at,
        membership.ended_early_at,
        membership.payment_overdue_since,
    )
    found = standing(term, now)
    unit, count = membership.billing_unit, membership.billing_count
    billing = None
    if unit is not None and count is not None:
        billing = IntervalMessage(unit=unit, count=count)
    return SoldView(
        id=membership.id,
        customer_id=membership.customer_id,
        company_id=membership.company_id,
        plan_id=membership.plan_id,
        plan=membership.plan_name,
        price_minor=membership.price_minor,
        currency=membership.currency,
        billing=billing,
        status=found.status,
        reason=found.reason,
        starts_at=membership.starts_at,
        ends_at=membership.ends_at,
        last_day=membership.last_day,
        time_zone=membership.time_zone,
        ended_early_at=membership.ended_early_at,
        ended_early_why=membership.ended_early_why,
        payment_overdue_since=membership.payment_overdue_since,
        source=membership.source,
        permissions=tuple(
            PermissionView(key=key, label=label) for key, label in membership.permissions
        ),
    )


def sold_to_company(
    session: Session, tenant: Tenant, company_id: UUID, now: datetime
) -> tuple[SoldView, ...]:
    """All memberships of a company, latest start first, expired ones included."""
    rows = session.scalars(
        select(Membership)
        .where(Membership.organization_id == tenant.id, Membership.company_id == company_id)
        .order_by(Membership.starts_at.desc(), Membership.id)
    )
    return tuple(sold_view(row, now) for row in rows)


def list_sold(
    call: Call,
    limit: int,
    cursor: str | None,
    *,
    customer_id: UUID | None = None,
    company_id: UUID | None = None,
) -> SoldPage:
    """List memberships as sold, of one owner or of all, by id. Raises Invalid."""
    wanted = select(Membership).where(Membership.organization_id == call.tenant.id)
    if customer_id is not None:
        wanted = wanted.where(Membership.customer_id == customer_id)
    if company_id is not None:
        wanted = wanted.where(Membership.company_id == company_id)
    if cursor is not None:
        (after,) = decode_cursor(cursor, str)
        try:
            wanted = wanted.where(Membership.id > UUID(str(after)))
        except ValueError:
            raise bad_cursor() from None
    rows = call.session.scalars(wanted.order_by(Membership.id).limit(limit + 1)).all()
    page = rows[:limit]
    return SoldPage(
        items=tuple(sold_view(row, call.now) for row in page),
        next_cursor=encode_cursor(str(page[-1].id)) if len(rows) > limit else None,
    )
