"""Permissions: those that plans carry, and all that the organization has defined."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from api_client.messages.scan import PermissionView
from membership.events.audit.recorder import record
from membership.members.plans.schemas import NewPermission, PermissionPage
from membership.store.models import Permission, Plan, PlanPermission
from membership.store.upsert import insert_into
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound
from membership.web.paging import decode_cursor, encode_cursor


def carry(session: Session, plan: Plan, wanted: tuple[NewPermission, ...]) -> bool:
    """Let a plan carry exactly these permissions, in this order; labels are updated.

    Returns whether it carried others, or in another order. The plan is new, or locked.
    """
    _make_known(session, plan.organization_id, wanted)
    carried = permissions_of(session, plan.organization_id, [plan.id]).get(plan.id, ())
    before, after = [each.key for each in carried], [each.key for each in wanted]
    if before == after:
        return False
    session.execute(
        delete(PlanPermission).where(
            PlanPermission.organization_id == plan.organization_id,
            PlanPermission.plan_id == plan.id,
        )
    )
    for position, key in enumerate(after):
        session.add(
            PlanPermission(
                organization_id=plan.organization_id,
                plan_id=plan.id,
                permission_key=key,
                position=position,
            )
        )
    session.flush()
    record(
        session,
        plan.organization_id,
        "plan.permissions_changed",
        plan.id,
        before={"permissions": before},
        after={"permissions": after},
    )
    return True


def _make_known(session: Session, organization_id: int, wanted: tuple[NewPermission, ...]) -> None:
    """Let the organization know these permissions, by these labels."""
    connection = session.connection()
    added = insert_into(connection, Permission)
    upsert = added.on_conflict_do_update(
        index_elements=("organization_id", "key"), set_={"label": added.excluded.label}
    )
    labels = _labels(session, organization_id, [each.key for each in wanted])
    # In one order for all, so that two plans with the same permissions do not block each other.
    for permission in sorted(wanted, key=lambda each: each.key):
        # Also where nothing changes: it holds the row, so that nobody deletes it meanwhile.
        connection.execute(
            upsert,
            {
                "organization_id": organization_id,
                "key": permission.key,
                "label": permission.label,
            },
        )
        _record_label(session, organization_id, permission, labels.get(permission.key))


def _labels(session: Session, organization_id: int, keys: list[str]) -> dict[str, str]:
    """The labels of those permissions that are known."""
    rows = session.connection().execute(
        select(Permission.key, Permission.label).where(
            Permission.organization_id == organization_id, Permission.key.in_(keys)
        )
    )
    return {row.key: row.label for row in rows}


def _record_label(
    session: Session, organization_id: int, permission: NewPermission, former: str | None
) -> None:
    """Record that a permission became known, or is called otherwise, if it does."""
    if former == permission.label:
        return
    record(
        session,
        organization_id,
        "permission.created" if former is None else "permission.changed",
        permission.key,
        before=None if former is None else {"label": former},
        after={"label": permission.label},
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


def list_permissions(
    session: Session, tenant: Tenant, limit: int, cursor: str | None
) -> PermissionPage:
    """List what the organization has named, by key. Raises Invalid for a bad cursor."""
    wanted = select(Permission.key, Permission.label).where(Permission.organization_id == tenant.id)
    if cursor is not None:
        (after,) = decode_cursor(cursor, str)
        wanted = wanted.where(Permission.key > after)
    rows = session.execute(wanted.order_by(Permission.key).limit(limit + 1)).all()
    page = rows[:limit]
    return PermissionPage(
        items=tuple(PermissionView(key=key, label=label) for key, label in page),
        next_cursor=encode_cursor(page[-1].key) if len(rows) > limit else None,
    )


def relabel(session: Session, tenant: Tenant, key: str, label: str) -> PermissionView:
    """Change the label of a permission; what was sold keeps its label. Raises NotFound."""
    permission = _locked(session, tenant, key)
    former, permission.label = permission.label, label
    session.flush()
    _record_label(session, tenant.id, NewPermission(key=key, label=label), former)
    return PermissionView(key=key, label=label)


def forget(session: Session, tenant: Tenant, key: str) -> None:
    """Delete a permission that no plan carries; memberships sold with it keep it.

    Raises NotFound; Conflict if a plan carries it, archived ones included.
    """
    permission = _locked(session, tenant, key)
    plans = session.scalar(
        select(func.count()).where(
            PlanPermission.organization_id == tenant.id, PlanPermission.permission_key == key
        )
    )
    if plans:
        raise Conflict("permission_in_use", f"{plans} plans carry {key}; take it from them first.")
    record(session, tenant.id, "permission.deleted", key, before={"label": permission.label})
    session.delete(permission)
    session.flush()


def _locked(session: Session, tenant: Tenant, key: str) -> Permission:
    """Load a permission and lock its row. Raises NotFound."""
    permission = session.scalars(
        select(Permission)
        .where(Permission.organization_id == tenant.id, Permission.key == key)
        .with_for_update()
    ).first()
    if permission is None:
        raise NotFound("permission_not_found", "There is no such permission.")
    return permission
