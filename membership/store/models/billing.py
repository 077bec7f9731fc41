"""Payments through a provider on the internet: its keys, orders, invoices, and what it tells."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.billing import (
    DisputeState,
    InvoiceStatus,
    OrderState,
    OrderTrouble,
    RefundAnswer,
    SubscriptionStatus,
)
from api_client.messages.management import ActorKind, IntervalUnit
from membership.store.base_model import Base, choice, of_organization, refers

_PROVIDER_ID = String(255)


class StripeAccount(Base):
    """An organization's account at Stripe. Its secret key and that of its webhook are sealed."""

    __tablename__ = "stripe_accounts"

    organization_id: Mapped[int] = of_organization()
    account: Mapped[str] = mapped_column(String(64))
    livemode: Mapped[bool]
    key_hint: Mapped[str] = mapped_column(String(12))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    grace_days: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime]


class BillingOrder(Base):
    """A membership that somebody set out to pay: its terms, its checkout, and its subscription.

    ``membership_id`` is set once the provider says that it was paid. ``version`` counts what
    was stored, so that nothing newer is overwritten with what was read before it.
    ``continues_on`` is the first local day of what its subscription pays for, if that continues a
    membership that was paid before. ``next_plan_id`` is what it is charged for from ``changes_at``
    on; ``changing_since`` is when a change began whose end is not known yet. ``trouble`` is what
    staff have to look at, until ``settled_at``.
    """

    __tablename__ = "billing_orders"
    __table_args__ = (
        refers("customers", "customer_id"),
        refers("companies", "company_id"),
        refers("plans", "plan_id"),
        refers("memberships", "membership_id"),
        CheckConstraint("(customer_id IS NULL) <> (company_id IS NULL)", name="owner"),
        CheckConstraint("price_minor > 0", name="price"),
        UniqueConstraint("organization_id", "checkout_id"),
        UniqueConstraint("organization_id", "subscription_id"),
        Index("ix_billing_orders_customer", "organization_id", "customer_id"),
        Index("ix_billing_orders_company", "organization_id", "company_id"),
        Index("ix_billing_orders_membership", "organization_id", "membership_id"),
        Index("ix_billing_orders_created", "organization_id", "created_at"),
        Index("ix_billing_orders_check", "next_check_at"),
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
    state: Mapped[OrderState] = mapped_column(choice(OrderState))
    provider_customer_id: Mapped[str | None] = mapped_column(_PROVIDER_ID)
    checkout_id: Mapped[str | None] = mapped_column(_PROVIDER_ID)
    checkout_expires_at: Mapped[datetime]
    subscription_id: Mapped[str | None] = mapped_column(_PROVIDER_ID)
    subscription_status: Mapped[SubscriptionStatus | None] = mapped_column(
        choice(SubscriptionStatus)
    )
    paid_until: Mapped[datetime | None]
    cancels_at: Mapped[datetime | None]
    continues_on: Mapped[date | None]
    next_plan_id: Mapped[UUID | None]
    next_price_minor: Mapped[int | None] = mapped_column(Integer)
    changes_at: Mapped[datetime | None]
    changing_since: Mapped[datetime | None]
    membership_id: Mapped[UUID | None]
    trouble: Mapped[str | None] = mapped_column(String(500))
    trouble_kind: Mapped[OrderTrouble | None] = mapped_column(choice(OrderTrouble))
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=0)
    checked_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    actor_kind: Mapped[ActorKind] = mapped_column(choice(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]


class BillingInvoice(Base):
    """An invoice of the provider, or a single payment, by the provider's id.

    ``plan_name`` is that of the order at that time, if the order changed its plan since.
    ``withheld`` is whether it pays for nothing: its money was back before it was granted.
    """

    __tablename__ = "billing_invoices"
    __table_args__ = (
        refers("billing_orders", "order_id"),
        Index("ix_billing_invoices_order", "organization_id", "order_id"),
        Index("ix_billing_invoices_created", "organization_id", "created_at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[str] = mapped_column(_PROVIDER_ID, primary_key=True)
    order_id: Mapped[UUID]
    number: Mapped[str | None] = mapped_column(String(100))
    status: Mapped[InvoiceStatus] = mapped_column(choice(InvoiceStatus))
    amount_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime]
    period_start: Mapped[datetime | None]
    period_end: Mapped[datetime | None]
    plan_name: Mapped[str | None] = mapped_column(String(120))
    refunded_minor: Mapped[int] = mapped_column(Integer, default=0)
    disputed: Mapped[bool] = mapped_column(default=False)
    dispute: Mapped[DisputeState | None] = mapped_column(choice(DisputeState))
    refund_answer: Mapped[RefundAnswer | None] = mapped_column(choice(RefundAnswer))
    withheld: Mapped[bool] = mapped_column(default=False)


class BillingEvent(Base):
    """An event that the provider sent, by its id: what it is about is read again from the provider.

    One that could not be processed is retried at ``due_at``, and shows its last ``error``.
    """

    __tablename__ = "billing_events"
    __table_args__ = (Index("ix_billing_events_due", "due_at"),)

    organization_id: Mapped[int] = of_organization()
    id: Mapped[str] = mapped_column(_PROVIDER_ID, primary_key=True)
    type: Mapped[str] = mapped_column(String(100))
    object_id: Mapped[str] = mapped_column(_PROVIDER_ID)
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))


class ProviderTaskKind(StrEnum):
    """What the provider is to do, and what ``object_id`` of the task is."""

    CLOSE_PAGE = "close_page"
    """Expire a checkout page."""
    CANCEL_NOW = "cancel_now"
    """End a subscription at once."""
    CANCEL_LATER = "cancel_later"
    """End a subscription at the end of what is paid."""
    UPDATE_PAYER = "update_payer"
    """Store name and address of a payer as they are when the task is carried out."""
    DELETE_PAYER = "delete_payer"
    """Delete a payer."""


class ProviderTask(Base):
    """Something that the provider is to do, asked for in the transaction that made it necessary.

    The row is deleted once it was done. One that fails is tried again at ``due_at``, which is null
    once it was given up, and shows its last ``error``. ``asked_at`` tells one that was asked for
    again while it was carried out.
    """

    __tablename__ = "provider_tasks"
    __table_args__ = (Index("ix_provider_tasks_due", "due_at"),)

    organization_id: Mapped[int] = of_organization()
    kind: Mapped[ProviderTaskKind] = mapped_column(choice(ProviderTaskKind), primary_key=True)
    object_id: Mapped[str] = mapped_column(_PROVIDER_ID, primary_key=True)
    asked_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))
