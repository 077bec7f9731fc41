"""The audit: who changed what, when, from what to what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.management import ActorKind
from membership.store.base_model import Base, choice, of_organization


class AuditEntry(Base):
    """One change. ``before`` and ``after`` hold only the fields that differ, as JSON values."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_recent", "organization_id", "at", "id"),
        Index("ix_audit_entries_subject", "organization_id", "subject_id", "at"),
        Index("ix_audit_entries_actor", "organization_id", "actor_id", "at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(choice(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    request_id: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(120))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
