"""What waits in the database, over all organizations: deliveries, mails, imports and cards."""

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
"""Beyond this many nothing is counted: the figure says "at least so many"."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits. ``oldest_seconds`` is 0 if no delivery does."""

    pending: int
    dead: int
    oldest_seconds: float
    mails: int
    imports: int
    cards: int
    rollouts: int
    pushes: int
    certificate_days: float | None = None
    """Days until the first of all certificates for Apple Wallet is over; None without any."""


def read_backlog(connection: Connection, now: datetime) -> Backlog:
    """Count what waits; each count reads an index and is bounded by ``MOST_COUNTED``."""
    pending = _deliveries(DeliveryState.PENDING)
    first = pending.limit(MOST_COUNTED).subquery()
    oldest = connection.scalar(
        select(Event.created_at).where(
            Event.seq == select(func.min(first.c.event_seq)).scalar_subquery()
        )
    )
    dead = _deliveries(DeliveryState.DEAD)
    mails = select(OutgoingMail.id).where(OutgoingMail.next_attempt_at.is_not(None))
    imports = select(Import.id).where(Import.state == ImportState.RUNNING)
    cards = select(CardWallet.card_id).where(CardWallet.refresh_at <= now)
    rollouts = select(CardRollout.id).where(CardRollout.state == RolloutState.RUNNING)
    pushes = select(AppleRegistration.device_id).where(AppleRegistration.push_at.is_not(None))
    return Backlog(
        pending=_counted(connection, pending),
        dead=_counted(connection, dead),
        oldest_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        mails=_counted(connection, mails),
        imports=_counted(connection, imports),
        cards=_counted(connection, cards),
        rollouts=_counted(connection, rollouts),
        pushes=_counted(connection, pushes),
        certificate_days=_certificate_days(connection, now),
    )


def _certificate_days(connection: Connection, now: datetime) -> float | None:
    """Days until a certificate is over, the first of all organizations'; negative once it is."""
    first = connection.scalar(
        select(func.min(WalletIdentity.not_after)).where(WalletIdentity.kind == IdentityKind.APPLE)
    )
    return None if first is None else (first - now) / timedelta(days=1)


def _deliveries(state: DeliveryState) -> Select[int]:
    """Deliveries in a state, which is spelled out: only then are partial indexes used."""
    return select(WebhookDelivery.event_seq).where(text(f"state = '{state.value}'"))


def _counted(connection: Connection, rows: Select[Any]) -> int:
    """How many rows there are, at most ``MOST_COUNTED``."""
    bounded = rows.limit(MOST_COUNTED).subquery()
    return connection.scalar(select(func.count()).select_from(bounded)) or 0
