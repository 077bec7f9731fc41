"""Wallet cards and the visits made with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.scan import NamedBy, Outcome, ScanMethod
from membership.store.base_model import Base, of_organization, refers


class Card(Base):
    """A wallet card. ``code`` is what its barcode says; it is good until it is revoked.

    A card without a ``CardWallet`` beside it was imported, or is printed only. ``static_since``
    is when its static code was first handed out (printed, shown on its page, given to a wallet);
    null while only changing codes were: the static code then names the customer and proves nothing.
    """

    __tablename__ = "cards"
    __table_args__ = (
        refers("customers", "customer_id"),
        UniqueConstraint("organization_id", "code"),
        Index("ix_cards_customer", "organization_id", "customer_id", "issued_at"),
        Index("ix_cards_issued", "organization_id", "issued_at", "id"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(120))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    static_since: Mapped[datetime | None]


class Visit(Base):
    """A scan that led to a customer. ``id`` is the kiosk's, so a repeat is the same visit.

    ``text_digest`` is a SHA-256 of the scanned text, to tell a repeat from a mix-up.
    ``named_by`` is null for visits of before it was recorded.
    """

    __tablename__ = "visits"
    __table_args__ = (
        refers("customers", "customer_id"),
        refers("cards", "card_id"),
        Index("ix_visits_recent", "organization_id", "at", "id"),
        Index("ix_visits_customer", "organization_id", "customer_id", "at"),
    )

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    card_id: Mapped[UUID | None]
    text_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    desk: Mapped[str] = mapped_column(String(80), default="")
    method: Mapped[ScanMethod]
    at: Mapped[datetime]
    outcome: Mapped[Outcome]
    named_by: Mapped[NamedBy | None]
    undone_at: Mapped[datetime | None]
