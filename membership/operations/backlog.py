"""The backlog in the database, of all organizations: deliveries, mails, imports and cards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from membership.store.models import (
    AppleRegistration,
    CardRollout,
    CardWallet,
    DeliveryState,
    Event,
    IdentityKind,
    Import,
    ImportState,
    OutgoingMail,
    RolloutState,
    WalletIdentity,
    WebhookDelivery,
)

MOST_COUNTED = 100_000
"""Counts stop here: the figure then means "at least"."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Numbers of rows that wait. ``oldest_seconds`` is the age of the oldest delivery, or 0."""

    pending: int
    dead: int
    set_aside: int
    oldest_seconds: float
    mails: int
    imports: int
    cards: int
    rollouts: int
    pushes: int
    certificate_days: float | None = None
    """Days until the first Apple Wallet certificate expires; None without any."""


def read_backlog(connection: Connection, now: datetime) -> Backlog:
    """Return the backlog; each count reads an index and stops at ``MOST_COUNTED``."""
    pending = _deliveries(DeliveryState.PENDING)
    first = pending.limit(MOST_COUNTED).subquery()
    oldest = connection.scalar(
        select(Event.created_at).where(
            Event.seq == select(func.min(first.c.event_seq)).scalar_subquery()
        )
    )
    dead = _deliveries(DeliveryState.DEAD)
    set_aside = pending.where(WebhookDelivery.set_aside_at.is_not(None))
    mails = select(OutgoingMail.id).where(OutgoingMail.next_attempt_at.is_not(None))
    imports = select(Import.id).where(Import.state == ImportState.RUNNING)
    cards = select(CardWallet.card_id).where(CardWallet.refresh_at <= now)
    rollouts = select(CardRollout.id).where(CardRollout.state == RolloutState.RUNNING)
    pushes = select(AppleRegistration.device_id).where(AppleRegistration.push_at.is_not(None))
    return Backlog(
        pending=_counted(connection, pending),
        dead=_counted(connection, dead),
        set_aside=_counted(connection, set_aside),
        oldest_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        mails=_counted(connection, mails),
        imports=_counted(connection, imports),
        cards=_counted(connection, cards),
        rollouts=_counted(connection, rollouts),
        pushes=_counted(connection, pushes),
        certificate_days=_certificate_days(connection, now),
    )


def _certificate_days(connection: Connection, now: datetime) -> float | None:
    """Return the days until the first certificate expires, negative after; None without any."""
    first = connection.scalar(
        select(func.min(WalletIdentity.not_after)).where(WalletIdentity.kind == IdentityKind.APPLE)
    )
    return None if first is None else (first - now) / timedelta(days=1)


def _deliveries(state: DeliveryState) -> Select[int]:
    """Select deliveries in a state; a literal, so that the partial indexes are used."""
    return select(WebhookDelivery.event_seq).where(text(f"state = '{state.value}'"))


def _counted(connection: Connection, rows: Select[Any]) -> int:
    """Return the number of rows, at most ``MOST_COUNTED``."""
    bounded = rows.limit(MOST_COUNTED).subquery()
    return connection.scalar(select(func.count()).select_from(bounded)) or 0
