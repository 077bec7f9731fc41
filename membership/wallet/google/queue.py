"""The queue of Google Wallet: which cards are synchronized next, leased to one process.

Every function is part of one short transaction; none calls Google.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_of
from membership.base.backoff import Backoff
from membership.store import lease
from membership.store.models import CardWallet, IdentityKind, Organization, WalletIdentity
from membership.web.access import Tenant

BATCH = 50
"""Cards that are leased at once."""

LEASE = timedelta(minutes=10)
"""How long cards belong to the process that synchronizes them."""

_HALF_DAY = timedelta(hours=12)
BACKOFF = Backoff.doubling(timedelta(minutes=1), _HALF_DAY, longest_retry_after=_HALF_DAY)
"""Pauses between the attempts at a card, and of an account that fails for all of its cards."""


@dataclass(frozen=True)
class LeasedCards:
    """Cards that this process synchronizes, with the time at which each was due."""

    tenant: Tenant
    until: datetime
    due: dict[UUID, datetime] = field(default_factory=dict)


def _is_free(now: datetime) -> ColumnElement[bool]:
    """SQL condition: Google has the card, and nobody synchronizes it."""
    return and_(
        CardWallet.google_created_at.is_not(None),
        lease.is_free(CardWallet.google_leased_until, now, LEASE),
    )


def next_organization(session: Session, after: int, now: datetime) -> int | None:
    """The next organization with due cards, in the order of their ids and from the start again."""
    waiting = (
        select(WalletIdentity.organization_id)
        .where(
            WalletIdentity.kind == IdentityKind.GOOGLE,
            or_(
                WalletIdentity.paused_until.is_(None),
                lease.has_come(WalletIdentity.paused_until, now, BACKOFF.longest),
            ),
            exists().where(
                CardWallet.organization_id == WalletIdentity.organization_id,
                lease.has_come(CardWallet.google_next_attempt_at, now, BACKOFF.longest),
                _is_free(now),
            ),
        )
        .order_by(WalletIdentity.organization_id <= after, WalletIdentity.organization_id)
        .limit(1)
    )
    return session.connection().scalar(waiting)


def lease_cards(session: Session, organization_id: int, now: datetime) -> LeasedCards:
    """Lease a batch of an organization's cards, those first that are due longest."""
    connection = session.connection()
    due = _lock_due(connection, organization_id, CardWallet.google_next_attempt_at <= now, now)
    if not due:
        # By itself, so that the usual query reads the first rows of the index only.
        come = lease.has_come(CardWallet.google_next_attempt_at, now, BACKOFF.longest)
        due = _lock_due(connection, organization_id, come, now)
    connection.execute(
        update(CardWallet)
        .where(CardWallet.organization_id == organization_id, CardWallet.card_id.in_(due))
        .values(google_leased_until=now + LEASE)
    )
    tenant = tenant_of(session.get_one(Organization, organization_id))
    return LeasedCards(tenant, now + LEASE, due)


def _lock_due(
    connection: Connection, organization_id: int, is_due: ColumnElement[bool], now: datetime
) -> dict[UUID, datetime]:
    """Lock the first cards that are due and free, in the order of the index."""
    due = (
        select(CardWallet.card_id, CardWallet.google_next_attempt_at)
        .where(CardWallet.organization_id == organization_id, is_due, _is_free(now))
        .order_by(CardWallet.google_next_attempt_at)
        .limit(BATCH)
    )
    rows = connection.execute(lease.skip_locked(due))
    return {row.card_id: row.google_next_attempt_at for row in rows}


def lock(connection: Connection, leased: LeasedCards) -> None:
    """Lock the cards whose lease is still this one, in the order in which all code locks cards."""
    connection.execute(
        select(CardWallet.card_id)
        .where(_is_held(leased))
        .order_by(CardWallet.card_id)
        .with_for_update(key_share=True)
    ).all()


def release(connection: Connection, leased: LeasedCards) -> None:
    """End the lease of all cards that still have it."""
    lock(connection, leased)
    connection.execute(update(CardWallet).where(_is_held(leased)).values(google_leased_until=None))


def _is_held(leased: LeasedCards) -> ColumnElement[bool]:
    """SQL condition: a card is one of the leased, and its lease is still this one."""
    return and_(
        CardWallet.organization_id == leased.tenant.id,
        CardWallet.card_id.in_(leased.due),
        CardWallet.google_leased_until == leased.until,
    )
