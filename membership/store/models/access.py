"""Who may call the API, and what was asked under which key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.management import ActorKind
from membership.store.base_model import Base, choice, of_organization


class ApiKey(Base):
    """A key of the API, by its SHA-256; the key itself was shown once and is not kept.

    ``maker_kind`` is None for keys that were made before it was stored. ``last_used_at`` is stored
    about once a minute.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("ix_api_keys_organization", "organization_id"),
        Index("ix_api_keys_maker", "organization_id", "maker_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(500))
    maker_kind: Mapped[ActorKind | None] = mapped_column(choice(ActorKind))
    maker_id: Mapped[UUID | None]
    maker_name: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """A key under which a caller sent a creating request, and the answer it got (JSON).

    ``caller_id`` is that of an API key or of a staff account.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_age", "organization_id", "created_at"),)

    organization_id: Mapped[int] = of_organization()
    caller_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
