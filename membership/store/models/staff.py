"""Staff accounts, their sessions, and what keeps guessing slow."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.management import Role
from membership.store.base_model import Base, choice, of_organization


class StaffAccount(Base):
    """A member of staff. Without ``password_hash`` (argon2) they cannot sign in yet."""

    __tablename__ = "staff_accounts"
    __table_args__ = (UniqueConstraint("organization_id", "email_key"),)

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(choice(Role))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_changed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSession(Base):
    """A sign-in that lasts, by the SHA-256 of its token; the token was shown once."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "staff_id"], ["staff_accounts.organization_id", "staff_accounts.id"]
        ),
        UniqueConstraint("digest"),
        Index("ix_staff_sessions_staff", "organization_id", "staff_id"),
        Index("ix_staff_sessions_expiry", "expires_at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class StaffFactor(Base):
    """A second factor (TOTP): its secret, sealed, and the digests of unused recovery codes.

    ``last_step`` is the step of the last code that was used. Without ``confirmed_at`` it is being
    set up and is not asked for.
    """

    __tablename__ = "staff_factors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "staff_id"], ["staff_accounts.organization_id", "staff_accounts.id"]
        ),
    )

    organization_id: Mapped[int] = of_organization()
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    recovery_digests: Mapped[list[str]] = mapped_column(JSON)
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class PasswordReset(Base):
    """A link with which a member of staff may set a password once, by its SHA-256."""

    __tablename__ = "password_resets"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "staff_id"], ["staff_accounts.organization_id", "staff_accounts.id"]
        ),
        UniqueConstraint("digest"),
        Index("ix_password_resets_staff", "organization_id", "staff_id"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """How often something was tried lately. ``name`` is a digest: it names no person."""

    __tablename__ = "throttles"
    __table_args__ = (Index("ix_throttles_age", "window_began_at"),)

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    window_began_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class KnownOrigin(Base):
    """Where the owner of an account logged in from. ``name`` is a digest: it names no person."""

    __tablename__ = "known_origins"
    __table_args__ = (Index("ix_known_origins_age", "seen_at"),)

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime]
