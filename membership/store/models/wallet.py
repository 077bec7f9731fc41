"""Designs of wallet cards, what the wallets know of each card, and who signs them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from membership.store.base_model import Base, choice, of_organization, refers


class IdentityKind(StrEnum):
    """Whose account signs cards."""

    APPLE = "apple"
    GOOGLE = "google"


class RolloutState(StrEnum):
    """How far the reworking of all cards of a design has come."""

    RUNNING = "running"
    FINISHED = "finished"


class CardDesign(Base):
    """A design. ``version`` is the one that its cards show; ``key`` stands in install links.

    ``google_class_digest`` names the class that was last sent to Google (SHA-256 of its JSON).
    """

    __tablename__ = "card_designs"
    __table_args__ = (UniqueConstraint("organization_id", "key"),)

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    google_class_digest: Mapped[str | None] = mapped_column(String(64))


class CardDesignVersion(Base):
    """What a design was in one version: ``passes.design.Design`` as JSON. Never changed."""

    __tablename__ = "card_design_versions"
    __table_args__ = (refers("card_designs", "design_id"),)

    organization_id: Mapped[int] = of_organization()
    design_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class WalletImage(Base):
    """A picture of designs, checked and fitted (PNG). ``tag`` is the SHA-256 of ``data``."""

    __tablename__ = "wallet_images"

    organization_id: Mapped[int] = of_organization()
    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class CardWallet(Base):
    """What the wallets know of a card: secrets (sealed), the face last published, and where.

    ``replaces`` is the card in whose place this one was issued. ``link_number`` is that of the
    card's install link; a new link raises it. ``old_link_of`` is the customer named by links of
    before, which did not name the card; null where none opens this card.

    ``update_seq`` counts changes of faces within the organization, in the order in which they
    are committed; ``changed_at`` is when this card's last was, in whole seconds. ``refresh_at``
    is when the face must be looked at again: at once after a change, or at an instant at which
    it changes by itself. ``marks`` counts how often a change asked for that. ``rotating_step``
    is the last step of a rotating code that was taken. ``alias`` names the card in those codes;
    ``alias_since`` is when a card got it whose changing codes named its static one before, those
    are taken for some time after it (a setting). It is null for cards that had an alias at once.

    ``google_created_at`` is since when Google has the card, ``google_saved`` whether somebody has
    it in their wallet, as Google reported last. ``google_seq`` is the update number that Google was
    last sent, ``google_digest`` names the object that was sent (SHA-256 of its JSON, shortened,
    and of what its holder should know);
    ``google_leased_until`` is until when the card belongs to the process that is sending it.
    """

    __tablename__ = "card_wallets"
    __table_args__ = (
        refers("cards", "card_id"),
        refers("card_designs", "design_id"),
        refers("cards", "replaces", name="fk_card_wallets_cards_replaces"),
        Index("ix_card_wallets_old_link", "organization_id", "old_link_of"),
        Index("ix_card_wallets_alias", "organization_id", "alias", unique=True),
        Index("ix_card_wallets_design", "organization_id", "design_id", "card_id"),
        Index("ix_card_wallets_refresh", "refresh_at"),
        Index("ix_card_wallets_google", "organization_id", "google_next_attempt_at"),
        Index("ix_card_wallets_updates", "organization_id", "update_seq"),
    )

    organization_id: Mapped[int] = of_organization()
    card_id: Mapped[UUID] = mapped_column(primary_key=True)
    design_id: Mapped[UUID]
    replaces: Mapped[UUID | None]
    link_number: Mapped[int] = mapped_column(Integer, default=0)
    old_link_of: Mapped[UUID | None]
    apple_token: Mapped[bytes] = mapped_column(LargeBinary)
    code_signature: Mapped[bytes] = mapped_column(LargeBinary)
    rotating_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    rotating_step: Mapped[int | None] = mapped_column(BigInteger)
    alias: Mapped[str | None] = mapped_column(String(29))
    alias_since: Mapped[datetime | None]
    face_digest: Mapped[str | None] = mapped_column(String(64))
    design_version: Mapped[int | None] = mapped_column(Integer)
    changed_at: Mapped[datetime | None]
    update_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    refresh_at: Mapped[datetime | None]
    marks: Mapped[int] = mapped_column(BigInteger, default=0)
    google_created_at: Mapped[datetime | None]
    google_saved: Mapped[bool] = mapped_column(default=False)
    google_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    google_digest: Mapped[str | None] = mapped_column(String(64))
    google_leased_until: Mapped[datetime | None]
    google_next_attempt_at: Mapped[datetime | None]
    google_attempts: Mapped[int] = mapped_column(Integer, default=0)
    google_error: Mapped[str | None] = mapped_column(String(300))


class AppleRegistration(Base):
    """A device that has a card, and the last change it was notified of.

    ``fetched_seq`` and ``pushed_seq`` are update numbers of the card: the last that the device
    fetched, and the last that it was pushed. ``registered_seq`` is a number of the registration
    itself: what the device asks with an older tag lists the card, whatever version it has of it.
    """

    __tablename__ = "apple_registrations"
    __table_args__ = (
        refers("cards", "card_id"),
        Index("ix_apple_registrations_device", "organization_id", "device_id"),
        Index("ix_apple_registrations_push", "push_at"),
    )

    organization_id: Mapped[int] = of_organization()
    card_id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    pass_type_id: Mapped[str] = mapped_column(String(155))
    push_token: Mapped[str] = mapped_column(String(255))
    registered_at: Mapped[datetime]
    registered_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    fetched_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    pushed_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    push_at: Mapped[datetime | None]
    push_attempts: Mapped[int] = mapped_column(Integer, default=0)
    push_error: Mapped[str | None] = mapped_column(String(300))


class CardRollout(Base):
    """The reworking of all cards of a design after an edit; ``position`` is the last one done."""

    __tablename__ = "card_rollouts"
    __table_args__ = (
        refers("card_designs", "design_id"),
        Index("ix_card_rollouts_state", "state"),
        Index("ix_card_rollouts_design", "organization_id", "design_id", "version"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    design_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[RolloutState] = mapped_column(choice(RolloutState))
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    position: Mapped[UUID | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class WalletIdentity(Base):
    """The account that signs an organization's cards. ``facts`` are its public part.

    ``sealed`` holds the private key with its certificates, or the service account, encrypted.
    After faults that concern all cards (Google's limit, no network, a refused account),
    nothing is sent before ``paused_until``; ``failures`` counts them in a row.
    """

    __tablename__ = "wallet_identities"

    organization_id: Mapped[int] = of_organization()
    kind: Mapped[IdentityKind] = mapped_column(choice(IdentityKind), primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    not_after: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    paused_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)


class WalletState(Base):
    """Per organization: the number of the last change of a face, and keys of its own (sealed).

    The row is locked while numbers are given, so that they are committed in their order.
    ``link_key`` signs install links; ``code_key`` (Ed25519) signs codes. ``clock_at`` is the
    latest time at which faces were looked at: a clock that is before it was set back.
    """

    __tablename__ = "wallet_states"

    organization_id: Mapped[int] = of_organization()
    last_update_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    link_key: Mapped[bytes] = mapped_column(LargeBinary)
    code_key: Mapped[bytes] = mapped_column(LargeBinary)
    clock_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class EventFollower(Base):
    """How far a part of the service has read the events; what it has not read is kept."""

    __tablename__ = "event_followers"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class WalletMark(Base):
    """Many cards that are to be looked at again, and are still to be marked.

    They are those of the whole organization in the order of their ids, or those of the people
    of a company in the order of the customers' ids; ``position`` is the last id done.
    """

    __tablename__ = "wallet_marks"
    __table_args__ = (refers("companies", "company_id"),)

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID | None]
    position: Mapped[UUID | None]
    asked_at: Mapped[datetime]
