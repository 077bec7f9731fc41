"""Payments that were taken, and the numbers of their receipts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.management import ActorKind
from api_client.messages.payments import PaymentMethod, RenewalOfPayment
from membership.store.base_model import Base, choice, of_organization, refers


class BillingState(Base):
    """What an organization's billing counts: ``next_receipt_number`` is the one to come."""

    __tablename__ = "billing_states"

    organization_id: Mapped[int] = of_organization()
    next_receipt_number: Mapped[int] = mapped_column(BigInteger, default=1)


class Payment(Base):
    """Money that was taken for a membership. It is never changed: one in error is voided.

    What was paid for is copied, so that a receipt reads the same for ever: the club, its address
    and tax number, the tax rate (thousandths of a percent) and the period paid for. These are null
    for payments of before they were recorded, the rate and the last day also where there is none.
    ``granted`` is what it changed of the membership
    (``membership.members.memberships.renewal_undo.Granted``), for the time that it is voided;
    ``renewal`` is what became of that. Both are null for payments of before they were recorded.
    """

    __tablename__ = "payments"
    __table_args__ = (
        refers("memberships", "membership_id"),
        UniqueConstraint("organization_id", "receipt_number"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index("ix_payments_membership", "organization_id", "membership_id"),
        Index("ix_payments_paid_at", "organization_id", "paid_at"),
        Index("ix_payments_created_at", "organization_id", "created_at"),
        Index("ix_payments_voided_at", "organization_id", "voided_at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID]
    receipt_number: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[PaymentMethod] = mapped_column(choice(PaymentMethod))
    amount_minor: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    plan_name: Mapped[str] = mapped_column(String(120))
    paid_by: Mapped[str] = mapped_column(String(250))
    seller_name: Mapped[str | None] = mapped_column(String(120))
    seller_address: Mapped[str | None] = mapped_column(String(500))
    seller_tax_number: Mapped[str | None] = mapped_column(String(60))
    tax_millipercent: Mapped[int | None] = mapped_column(Integer)
    period_from: Mapped[date | None]
    period_until: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    paid_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    voided_why: Mapped[str | None] = mapped_column(String(500))
    voided_by_kind: Mapped[ActorKind | None] = mapped_column(choice(ActorKind))
    voided_by_id: Mapped[UUID | None]
    voided_by_name: Mapped[str | None] = mapped_column(String(120))
    granted: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    renewal: Mapped[RenewalOfPayment | None] = mapped_column(choice(RenewalOfPayment))
    renewal_stays_because: Mapped[str | None] = mapped_column(String(60))
    actor_kind: Mapped[ActorKind] = mapped_column(choice(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
