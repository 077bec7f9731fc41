"""Creates, changes, archives and lists plans. Memberships already sold keep their terms."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from api_client.messages.management import IntervalMessage, IntervalUnit, PlanPage, PlanView
from api_client.messages.scan import PermissionView
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.plans.permissions import carry, permissions_of
from membership.members.plans.schemas import NewPlan, PlanChange
from membership.store.models import Plan
from membership.web.access import Tenant
from membership.web.errors import Invalid, NotFound
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, total_of


def get_plan(session: Session, tenant: Tenant, plan_id: UUID) -> Plan:
    """Return a plan by id. Raises NotFound."""
    plan = session.get(Plan, (tenant.id, plan_id))
    if plan is None:
        raise _no_such_plan()
    return plan


def _no_such_plan() -> NotFound:
    """Return the error for a plan that this organization does not have."""
    return NotFound("plan_not_found", "There is no such plan.")


def lock_plan(session: Session, tenant: Tenant, plan_id: UUID) -> Plan:
    """Return a plan with its row locked. Raises NotFound."""
    plan = session.scalars(
        select(Plan)
        .where(Plan.organization_id == tenant.id, Plan.id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if plan is None:
        raise _no_such_plan()
    return plan


def create_plan(session: Session, tenant: Tenant, new: NewPlan, now: datetime) -> Plan:
    """Create and return a plan, and the permissions that are new with it."""
    plan = Plan(
        organization_id=tenant.id,
        id=uuid4(),
        currency=new.currency or tenant.currency,
        archived_at=now if new.archived else None,
        created_at=now,
        name=new.name,
        description=new.description,
        price_minor=new.price_minor,
        tax_millipercent=new.tax_millipercent,
        public=new.public,
    )
    _set_interval(plan, "billing", new.billing)
    _set_interval(plan, "length", new.length)
    session.add(plan)
    session.flush()
    carry(session, plan, new.permissions)
    _tell(session, plan, EventType.PLAN_CREATED, now)
    return plan


def change_plan(
    session: Session, tenant: Tenant, plan_id: UUID, change: PlanChange, now: datetime
) -> Plan:
    """Set the fields that ``change`` names and return the plan.

    Raises NotFound; Invalid for an empty name.
    """
    plan = lock_plan(session, tenant, plan_id)
    named = change.model_fields_set
    if "name" in named and not change.name:
        raise Invalid("name_missing", "body.name", "A plan needs a name.")
    for field in ("name", "description", "price_minor", "tax_millipercent", "public"):
        if field in named:
            setattr(plan, field, getattr(change, field))
    if change.currency is not None:
        plan.currency = change.currency
    if "billing" in named:
        _set_interval(plan, "billing", change.billing)
    if "length" in named:
        _set_interval(plan, "length", change.length)
    if "archived" in named:
        plan.archived_at = (plan.archived_at or now) if change.archived else None
    changed = session.is_modified(plan)
    session.flush()
    if "permissions" in named:
        changed |= carry(session, plan, change.permissions)
    if changed:
        _tell(session, plan, EventType.PLAN_UPDATED, now)
    return plan


def _tell(session: Session, plan: Plan, event: EventType, now: datetime) -> None:
    """Emit the event of a new or changed plan."""
    data = {
        "plan_id": str(plan.id),
        "public": plan.public,
        "archived_at": None if plan.archived_at is None else plan.archived_at.isoformat(),
    }
    emit(session, plan.organization_id, event, plan.id, data, now=now)


def _set_interval(plan: Plan, name: str, interval: IntervalMessage | None) -> None:
    """Set ``billing`` or ``length`` of a plan."""
    setattr(plan, f"{name}_unit", None if interval is None else interval.unit)
    setattr(plan, f"{name}_count", None if interval is None else interval.count)


def plan_view(plan: Plan, permissions: tuple[PermissionView, ...]) -> PlanView:
    """Return a plan as a message."""
    return PlanView(
        id=plan.id,
        name=plan.name,
        description=plan.description,
        price_minor=plan.price_minor,
        currency=plan.currency,
        billing=_interval(plan.billing_unit, plan.billing_count),
        length=_interval(plan.length_unit, plan.length_count),
        tax_millipercent=plan.tax_millipercent,
        public=plan.public,
        archived_at=plan.archived_at,
        permissions=permissions,
    )


def _interval(unit: IntervalUnit | None, count: int | None) -> IntervalMessage | None:
    """Return the interval of two columns; None if they are empty."""
    return None if unit is None or count is None else IntervalMessage(unit=unit, count=count)


def show_plan(session: Session, tenant: Tenant, plan: Plan) -> PlanView:
    """Return a plan with its permissions as a message."""
    return plan_view(plan, permissions_of(session, tenant.id, [plan.id]).get(plan.id, ()))


def list_plans(
    session: Session,
    tenant: Tenant,
    limit: int,
    cursor: str | None,
    *,
    archived: bool | None = None,
    public: bool | None = None,
) -> PlanPage:
    """Return a page of plans by name, filtered if wanted. Raises Invalid for a bad cursor."""
    wanted = select(Plan).where(Plan.organization_id == tenant.id)
    if archived is not None:
        wanted = wanted.where(
            Plan.archived_at.is_not(None) if archived else Plan.archived_at.is_(None)
        )
    if public is not None:
        wanted = wanted.where(Plan.public.is_(public))
    all_plans = wanted
    if cursor is not None:
        name, plan_id = decode_cursor(cursor, str, str)
        try:
            wanted = wanted.where(tuple_(Plan.name, Plan.id) > tuple_(name, UUID(str(plan_id))))
        except ValueError:
            raise bad_cursor() from None
    plans = session.scalars(wanted.order_by(Plan.name, Plan.id).limit(limit + 1)).all()
    page = plans[:limit]
    carried = permissions_of(session, tenant.id, [plan.id for plan in page])
    return PlanPage(
        items=tuple(plan_view(plan, carried.get(plan.id, ())) for plan in page),
        next_cursor=encode_cursor(page[-1].name, str(page[-1].id)) if len(plans) > limit else None,
        total=total_of(session, all_plans, len(plans), limit, cursor),
    )
