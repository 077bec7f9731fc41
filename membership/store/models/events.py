"""The outbox: what happened, and who has still to receive it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from membership.store.base_model import Base, choice, of_organization


class DeliveryState(StrEnum):
    """How far the telling of an event has come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Event(Base):
    """Something that happened. ``seq`` orders what is causally ordered, across processes.

    ``occurred_at`` is when it happened, which for an expiry that is recorded late is before
    ``created_at``. ``data`` is what receivers are sent; it names nobody.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        Index("ix_events_age", "created_at"),
        Index("ix_events_list", "organization_id", "seq"),
        Index("ix_events_subject", "organization_id", "subject_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    id: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[str] = mapped_column(String(120))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime]


class WebhookEndpoint(Base):
    """Where events are sent. Secrets are stored encrypted; both sign until the old one ends.

    ``next_attempt_at`` holds back everything behind a delivery that failed. Whoever is
    delivering to it holds ``lease_id`` until ``leased_until``; without a lease, that is when
    it was last let go, so that endpoints take turns. ``failing_since`` is the first failure
    since the last success. One that was deleted is disabled, hidden and pruned later.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_due", "next_attempt_at"),)

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str] = mapped_column(String(120), default="")
    event_types: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    former_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_secret_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_why: Mapped[str | None] = mapped_column(String(200))
    next_attempt_at: Mapped[datetime | None]
    lease_id: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class WebhookDelivery(Base):
    """One event on its way to one endpoint.

    A pending one with ``set_aside_at`` is out of line: refused, and tried again at ``retry_at``;
    or about the same subject as the one of event ``behind_seq``, which is, and sent after it.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "endpoint_id"],
            ["webhook_endpoints.organization_id", "webhook_endpoints.id"],
        ),
        ForeignKeyConstraint(["event_seq"], ["events.seq"]),
        Index(
            "ix_webhook_deliveries_pending",
            "organization_id",
            "endpoint_id",
            "event_seq",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_webhook_deliveries_dead",
            "organization_id",
            "endpoint_id",
            "event_seq",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index(
            "ix_webhook_deliveries_aside",
            "organization_id",
            "endpoint_id",
            "retry_at",
            "event_seq",
            sqlite_where=text("state = 'pending' AND set_aside_at IS NOT NULL"),
            postgresql_where=text("state = 'pending' AND set_aside_at IS NOT NULL"),
        ),
        Index(
            "ix_webhook_deliveries_in_line",
            "organization_id",
            "endpoint_id",
            "event_seq",
            sqlite_where=text("state = 'pending' AND set_aside_at IS NULL"),
            postgresql_where=text("state = 'pending' AND set_aside_at IS NULL"),
        ),
        Index(
            "ix_webhook_deliveries_behind",
            "organization_id",
            "endpoint_id",
            "behind_seq",
            sqlite_where=text("behind_seq IS NOT NULL"),
            postgresql_where=text("behind_seq IS NOT NULL"),
        ),
        Index("ix_webhook_deliveries_event", "event_seq"),
    )

    organization_id: Mapped[int] = of_organization()
    endpoint_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    state: Mapped[DeliveryState] = mapped_column(
        choice(DeliveryState), default=DeliveryState.PENDING
    )
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_attempt_at: Mapped[datetime | None]
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None] = mapped_column(String(300))
    delivered_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    behind_seq: Mapped[int | None] = mapped_column(BigInteger)


class OutgoingMail(Base):
    """A mail to send, kept until it was. The text is dropped once it is sent or withdrawn.

    It is not sent after ``expires_at``, and not after a newer mail with the same ``topic``, a
    digest, was queued.
    """

    __tablename__ = "outgoing_mails"
    __table_args__ = (
        Index(
            "ix_outgoing_mails_due",
            "next_attempt_at",
            sqlite_where=text("next_attempt_at IS NOT NULL"),
            postgresql_where=text("next_attempt_at IS NOT NULL"),
        ),
        Index(
            "ix_outgoing_mails_turn",
            "urgent",
            "organization_id",
            "next_attempt_at",
            sqlite_where=text("next_attempt_at IS NOT NULL"),
            postgresql_where=text("next_attempt_at IS NOT NULL"),
        ),
        Index(
            "ix_outgoing_mails_topic",
            "organization_id",
            "topic",
            sqlite_where=text("next_attempt_at IS NOT NULL"),
            postgresql_where=text("next_attempt_at IS NOT NULL"),
        ),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    urgent: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime | None]
    topic: Mapped[str | None] = mapped_column(String(64))
