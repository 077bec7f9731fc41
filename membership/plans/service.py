"""Plans: created, changed, archived, listed. What was sold keeps the terms it was sold with."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, select, tuple_
from sqlalchemy.orm import Session

from api_client.schemas import PermissionView
from membership.access import Tenant
from membership.errors import Invalid, NotFound
from membership.inserts import insert_into
from membership.models import Permission, Plan, PlanPermission
from membership.paging import bad_cursor, decode_cursor, encode_cursor
from membership.plans.schemas import (
    IntervalMessage,
    NewPermission,
    NewPlan,
    PlanChange,
    PlanPage,
    PlanView,
)
from membership.rules.periods import IntervalUnit


def get_plan(session: Session, tenant: Tenant, plan_id: UUID) -> Plan:
    """Load a plan. Raises NotFound."""
    plan = session.get(Plan, (tenant.id, plan_id))
    if plan is None:
        raise NotFound("plan_not_found", "There is no such plan.")
    return plan


def create_plan(session: Session, tenant: Tenant, new: NewPlan, now: datetime) -> Plan:
    """Create a plan, and the permissions that it is the first to name."""
    plan = Plan(
        organization_id=tenant.id,
        id=uuid4(),
        currency=new.currency or tenant.currency,
        archived_at=now if new.archived else None,
        created_at=now,
        name=new.name,
        description=new.description,
        price_minor=new.price_minor,
        public=new.public,
    )
    _set_interval(plan, "billing", new.billing)
    _set_interval(plan, "length", new.length)
    session.add(plan)
    session.flush()
    _set_permissions(session, plan, new.permissions)
    return plan


def change_plan(
    session: Session, tenant: Tenant, plan_id: UUID, change: PlanChange, now: datetime
) -> Plan:
    """Set the fields that ``change`` names. Raises NotFound; Invalid for an empty name."""
    plan = get_plan(session, tenant, plan_id)
    named = change.model_fields_set
    if "name" in named and not change.name:
        raise Invalid("name_missing", "body.name", "A plan needs a name.")
    for field in ("name", "description", "price_minor", "public"):
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
    session.flush()
    if "permissions" in named:
        _set_permissions(session, plan, change.permissions)
    return plan


def _set_interval(plan: Plan, name: str, interval: IntervalMessage | None) -> None:
    """Set ``billing`` or ``length`` of a plan."""
    setattr(plan, f"{name}_unit", None if interval is None else interval.unit)
    setattr(plan, f"{name}_count", None if interval is None else interval.count)


def _set_permissions(session: Session, plan: Plan, wanted: tuple[NewPermission, ...]) -> None:
    """Let the plan carry exactly these permissions, in this order; labels are updated."""
    session.execute(
        delete(PlanPermission).where(
            PlanPermission.organization_id == plan.organization_id,
            PlanPermission.plan_id == plan.id,
        )
    )
    _make_known(session, plan.organization_id, wanted)
    for position, permission in enumerate(wanted):
        session.add(
            PlanPermission(
                organization_id=plan.organization_id,
                plan_id=plan.id,
                permission_key=permission.key,
                position=position,
            )
        )
    session.flush()


def _make_known(session: Session, organization_id: int, wanted: tuple[NewPermission, ...]) -> None:
    """Let the organization know these permissions, by these labels."""
    connection = session.connection()
    added = insert_into(connection, Permission)
    upsert = added.on_conflict_do_update(
        index_elements=("organization_id", "key"), set_={"label": added.excluded.label}
    )
    # In one order for all, so that two plans with the same permissions do not block each other.
    for permission in sorted(wanted, key=lambda each: each.key):
        connection.execute(
            upsert,
            {
                "organization_id": organization_id,
                "key": permission.key,
                "label": permission.label,
            },
        )


def permissions_of(
    session: Session, organization_id: int, plan_ids: Iterable[UUID]
) -> dict[UUID, tuple[PermissionView, ...]]:
    """The permissions that each plan carries, in the plan's order."""
    rows = session.execute(
        select(PlanPermission.plan_id, Permission.key, Permission.label)
        .join(
            Permission,
            and_(
                Permission.organization_id == PlanPermission.organization_id,
                Permission.key == PlanPermission.permission_key,
            ),
        )
        .where(
            PlanPermission.organization_id == organization_id,
            PlanPermission.plan_id.in_(list(plan_ids)),
        )
        .order_by(PlanPermission.plan_id, PlanPermission.position)
    )
    carried: dict[UUID, list[PermissionView]] = defaultdict(list)
    for plan_id, key, label in rows:
        carried[plan_id].append(PermissionView(key=key, label=label))
    return {plan_id: tuple(views) for plan_id, views in carried.items()}


def plan_view(plan: Plan, permissions: tuple[PermissionView, ...]) -> PlanView:
    """Show a plan."""
    return PlanView(
        id=plan.id,
        name=plan.name,
        description=plan.description,
        price_minor=plan.price_minor,
        currency=plan.currency,
        billing=_interval(plan.billing_unit, plan.billing_count),
        length=_interval(plan.length_unit, plan.length_count),
        public=plan.public,
        archived_at=plan.archived_at,
        permissions=permissions,
    )


def _interval(unit: IntervalUnit | None, count: int | None) -> IntervalMessage | None:
    """An interval of two columns."""
    return None if unit is None or count is None else IntervalMessage(unit=unit, count=count)


def show_plan(session: Session, tenant: Tenant, plan: Plan) -> PlanView:
    """Show a plan with its permissions."""
    return plan_view(plan, permissions_of(session, tenant.id, [plan.id]).get(plan.id, ()))


def list_plans(session: Session, tenant: Tenant, limit: int, cursor: str | None) -> PlanPage:
    """List plans by name, archived ones too. Raises Invalid for a bad cursor."""
    wanted = select(Plan).where(Plan.organization_id == tenant.id)
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
    )


def list_permissions(session: Session, tenant: Tenant) -> tuple[PermissionView, ...]:
    """All permissions that the organization has named, by key."""
    rows = session.execute(
        select(Permission.key, Permission.label)
        .where(Permission.organization_id == tenant.id)
        .order_by(Permission.key)
    )
    return tuple(PermissionView(key=key, label=label) for key, label in rows)
