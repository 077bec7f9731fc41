"""The public signup: what an organization shows of itself, and how its customers log in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from membership.store.base_model import Base, of_organization, refers


class SignupSettings(Base):
    """Whether and where the public may join. ``allowed_origins`` are those that may frame it.

    ``member_page`` is whether members can log in: on the page of members, and by its routes.
    """

    __tablename__ = "signup_settings"

    organization_id: Mapped[int] = of_organization()
    open: Mapped[bool] = mapped_column(default=False)
    member_page: Mapped[bool] = mapped_column(default=True)
    allowed_origins: Mapped[list[str]] = mapped_column(JSON)
    accent: Mapped[str] = mapped_column(String(7))
    background: Mapped[str] = mapped_column(String(7))
    terms_url: Mapped[str | None] = mapped_column(String(500))
    privacy_url: Mapped[str | None] = mapped_column(String(500))
    changed_at: Mapped[datetime]


class EmbedKey(Base):
    """A public key (JWK) of the site that signs its visitors in. Several are good at once."""

    __tablename__ = "embed_keys"
    __table_args__ = (Index("ix_embed_keys_kid", "organization_id", "kid"),)

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kid: Mapped[str] = mapped_column(String(120))
    algorithm: Mapped[str] = mapped_column(String(10))
    jwk: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class EmbedToken(Base):
    """A token that was used, by the SHA-256 of its id: none is good twice."""

    __tablename__ = "embed_tokens"
    __table_args__ = (Index("ix_embed_tokens_expiry", "expires_at"),)

    organization_id: Mapped[int] = of_organization()
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]


class LoginCode(Base):
    """A code that was mailed, by its digest, and the ticket that it was changed for.

    ``tries`` counts wrong ones; ``own_tries`` those from where it was asked for (``requested_by``,
    a digest) or where the owner is known. A ticket proves the address once: it is changed for a
    session.
    """

    __tablename__ = "login_codes"
    __table_args__ = (
        UniqueConstraint("ticket_digest"),
        Index("ix_login_codes_email", "organization_id", "email_key", "created_at"),
        Index("ix_login_codes_expiry", "expires_at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email_key: Mapped[str] = mapped_column(String(254))
    code_digest: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    own_tries: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    requested_by: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ticket_digest: Mapped[str | None] = mapped_column(String(64))
    ticket_used_at: Mapped[datetime | None]


class CustomerSession(Base):
    """A login of a customer: a family of refresh tokens, and the access token of now (SHA-256)."""

    __tablename__ = "customer_sessions"
    __table_args__ = (
        refers("customers", "customer_id"),
        UniqueConstraint("access_digest"),
        Index("ix_customer_sessions_customer", "organization_id", "customer_id"),
        Index("ix_customer_sessions_expiry", "expires_at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    access_digest: Mapped[str] = mapped_column(String(64))
    access_expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str | None] = mapped_column(String(20))


class CustomerRefreshToken(Base):
    """One refresh token of a session, by its SHA-256. One that is used twice ends the session.

    A repeat of the request within seconds is no second use.
    """

    __tablename__ = "customer_refresh_tokens"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "session_id"],
            ["customer_sessions.organization_id", "customer_sessions.id"],
            ondelete="CASCADE",
        ),
        Index("ix_customer_refresh_tokens_session", "organization_id", "session_id"),
    )

    organization_id: Mapped[int] = of_organization()
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[UUID]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
