"""Permissions of plans, and all permissions that the organization has defined."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from api_client.messages.management import PermissionPage
from api_client.messages.scan import PermissionView
from membership.events.audit.recorder import record
from membership.members.plans.schemas import NewPermission
from membership.store.models import Permission, Plan, PlanPermission
from membership.store.upsert import insert_into
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound
from membership.web.paging import decode_cursor, encode_cursor


def carry(session: Session, plan: Plan, wanted: tuple[NewPermission, ...]) -> bool:
    """Replace the permissions of a plan, in this order; return whether keys or order changed.

    Updates labels, and creates new permissions. The plan is new, or its row is locked.
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
    """Create or relabel the permissions of the organization."""
    connection = session.connection()
    added = insert_into(connection, Permission)
    upsert = added.on_conflict_do_update(
        index_elements=("organization_id", "key"), set_={"label": added.excluded.label}
    )
    labels = _labels(session, organization_id, [each.key for each in wanted])
    # Sorted, so that two plans with the same permissions do not deadlock.
    for permission in sorted(wanted, key=lambda each: each.key):
        # Also if nothing changes: it locks the row against a concurrent delete.
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
    """Return the labels of existing permissions by key."""
    rows = session.connection().execute(
        select(Permission.key, Permission.label).where(
            Permission.organization_id == organization_id, Permission.key.in_(keys)
        )
    )
    return {row.key: row.label for row in rows}


def _record_label(
    session: Session, organization_id: int, permission: NewPermission, former: str | None
) -> None:
    """Record in the audit that a permission was created or relabelled; nothing if neither."""
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
    """Return the permissions of each plan by its id, in the plan's order."""
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
    """Return a page of the organization's permissions by key. Raises Invalid for a bad cursor."""
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


def show_permission(session: Session, tenant: Tenant, key: str) -> PermissionView:
    """Return a permission. Raises NotFound."""
    row = session.get(Permission, (tenant.id, key))
    if row is None:
        raise no_such_permission()
    return PermissionView(key=row.key, label=row.label)


def relabel(session: Session, tenant: Tenant, key: str, label: str) -> PermissionView:
    """Change the label of a permission and return it; memberships sold before keep theirs.

    Raises NotFound.
    """
    permission = lock_permission(session, tenant, key)
    former, permission.label = permission.label, label
    session.flush()
    _record_label(session, tenant.id, NewPermission(key=key, label=label), former)
    return PermissionView(key=key, label=label)


def forget(session: Session, tenant: Tenant, key: str) -> None:
    """Delete a permission that no plan has; memberships sold with it keep it.

    Raises NotFound; Conflict if a plan has it, archived ones included.
    """
    permission = lock_permission(session, tenant, key)
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


def lock_permission(session: Session, tenant: Tenant, key: str) -> Permission:
    """Return a permission with its row locked. Raises NotFound."""
    permission = session.scalars(
        select(Permission)
        .where(Permission.organization_id == tenant.id, Permission.key == key)
        .with_for_update()
    ).first()
    if permission is None:
        raise no_such_permission()
    return permission


def no_such_permission() -> NotFound:
    """Return the error for a permission that this organization does not have."""
    return NotFound("permission_not_found", "There is no such permission.")
