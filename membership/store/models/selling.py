"""Plans, the permissions they carry, and the memberships sold from them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.management import ActorKind, IntervalUnit, MembershipSource
from membership.store.base_model import Base, choice, of_organization, refers


class Permission(Base):
    """An access indicator, named freely by the organization."""

    __tablename__ = "permissions"

    organization_id: Mapped[int] = of_organization()
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    label: Mapped[str] = mapped_column(String(120))


class Plan(Base):
    """What can be sold. Without ``length_unit`` a membership of it runs on until ended.

    ``tax_millipercent`` is the tax rate within its price, in thousandths of a percent; None for
    the organization's.
    """

    __tablename__ = "plans"
    __table_args__ = (
        Index("ix_plans_name", "organization_id", "name"),
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint(
            "(billing_unit IS NULL) = (billing_count IS NULL) AND coalesce(billing_count, 1) >= 1",
            name="billing",
        ),
        CheckConstraint(
            "(length_unit IS NULL) = (length_count IS NULL) AND coalesce(length_count, 1) >= 1",
            name="length",
        ),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    price_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    billing_unit: Mapped[IntervalUnit | None]
    billing_count: Mapped[int | None] = mapped_column(Integer)
    length_unit: Mapped[IntervalUnit | None]
    length_count: Mapped[int | None] = mapped_column(Integer)
    tax_millipercent: Mapped[int | None] = mapped_column(Integer)
    public: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class PlanPermission(Base):
    """A plan carries a permission; ``position`` keeps the order in which they are shown."""

    __tablename__ = "plan_permissions"
    __table_args__ = (
        refers("plans", "plan_id"),
        ForeignKeyConstraint(
            ["organization_id", "permission_key"],
            ["permissions.organization_id", "permissions.key"],
        ),
    )

    organization_id: Mapped[int] = of_organization()
    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    permission_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)


class Membership(Base):
    """A plan as it was sold to a customer or a company; later edits of the plan do not reach it.

    ``permissions`` is a list of ``[key, label]``. ``last_day`` and ``time_zone`` tell how
    ``ends_at`` came about. The present period is the ``period_number``-th of those counted
    from ``anchor_day``, a local day: a renewal is computed from there, never from an end.
    ``ended_for_good`` marks an early end that took effect when it was noted: it stays so
    whatever the clock says later. ``previous_id`` is the membership that this one replaced.
    ``renews`` tells that a payment provider prolongs it by itself, so that its end deserves no
    notice; ``ends_at`` then has the grace after ``last_day`` in it. ``expiry_due_at`` is the end
    that is still to be announced; it decides nothing. ``former_periods`` holds the periods before
    the present one, oldest first, and ``last_change`` what the last change can be undone by: see
    ``membership.members.memberships.past_periods`` and ``undo``.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        refers("customers", "customer_id"),
        refers("companies", "company_id"),
        refers("plans", "plan_id"),
        CheckConstraint("(customer_id IS NULL) <> (company_id IS NULL)", name="one_owner"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="period"),
        CheckConstraint("(ends_at IS NULL) = (last_day IS NULL)", name="last_day"),
        Index(
            # With all that decides a status, so that a list of members reads no rows for it.
            "ix_memberships_customer",
            "organization_id",
            "customer_id",
            "starts_at",
            "ends_at",
            "ended_early_at",
            "payment_overdue_since",
            "ended_for_good",
        ),
        Index("ix_memberships_company", "organization_id", "company_id"),
        Index(
            "ix_memberships_expiry_due",
            "expiry_due_at",
            sqlite_where=text("expiry_due_at IS NOT NULL"),
            postgresql_where=text("expiry_due_at IS NOT NULL"),
        ),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID | None]
    company_id: Mapped[UUID | None]
    plan_id: Mapped[UUID]
    plan_name: Mapped[str] = mapped_column(String(120))
    price_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    billing_unit: Mapped[IntervalUnit | None]
    billing_count: Mapped[int | None] = mapped_column(Integer)
    length_unit: Mapped[IntervalUnit | None]
    length_count: Mapped[int | None] = mapped_column(Integer)
    permissions: Mapped[list[list[str]]] = mapped_column(JSON)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    last_day: Mapped[date | None]
    time_zone: Mapped[str] = mapped_column(String(64))
    anchor_day: Mapped[date | None]
    period_number: Mapped[int | None] = mapped_column(Integer)
    ended_early_at: Mapped[datetime | None]
    ended_early_why: Mapped[str | None] = mapped_column(String(500))
    payment_overdue_since: Mapped[datetime | None]
    renews: Mapped[bool] = mapped_column(default=False)
    ended_for_good: Mapped[bool] = mapped_column(default=False)
    previous_id: Mapped[UUID | None]
    expiry_due_at: Mapped[datetime | None]
    former_periods: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, default=list, server_default="[]"
    )
    last_change: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    source: Mapped[MembershipSource] = mapped_column(choice(MembershipSource))
    actor_kind: Mapped[ActorKind] = mapped_column(choice(ActorKind), default=ActorKind.SERVICE)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
