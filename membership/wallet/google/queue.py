"""Which cards Google is told of next, and by whom: cards are put aside, and given back.

Every step is one short transaction. Nothing here speaks to Google.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_of
from membership.base.backoff import Backoff
from membership.store.models import CardWallet, IdentityKind, Organization, WalletIdentity
from membership.web.access import Tenant

BATCH = 50
"""Cards that are put aside at once."""

LEASE = timedelta(minutes=10)
"""For how long cards belong to the process that tells Google of them."""

_HALF_DAY = timedelta(hours=12)
BACKOFF = Backoff.doubling(timedelta(minutes=1), _HALF_DAY, longest_retry_after=_HALF_DAY)
"""Pauses between the attempts at a card, and of an account that fails for all of its cards."""

_CLOCK_MARGIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Claim:
    """Cards that this process has put aside, with the time that each was due at."""

    tenant: Tenant
    until: datetime
    due: dict[UUID, datetime] = field(default_factory=dict)


def _reached(column: Any, now: datetime, furthest: timedelta) -> ColumnElement[bool]:
    """Whether a time has come; one further ahead than any is set is of a clock that was wrong."""
    return or_(column <= now, column > now + furthest + _CLOCK_MARGIN)


def _free(now: datetime) -> ColumnElement[bool]:
    """Whether Google has a card, and nobody is telling it of the card."""
    return and_(
        CardWallet.google_created_at.is_not(None),
        or_(
            CardWallet.google_leased_until.is_(None),
            _reached(CardWallet.google_leased_until, now, LEASE),
        ),
    )


def next_organization(session: Session, after: int, now: datetime) -> int | None:
    """The organization whose turn it is: the next one with cards that are due, in a circle."""
    waiting = (
        select(WalletIdentity.organization_id)
        .where(
            WalletIdentity.kind == IdentityKind.GOOGLE,
            or_(
                WalletIdentity.paused_until.is_(None),
                _reached(WalletIdentity.paused_until, now, BACKOFF.longest),
            ),
            exists().where(
                CardWallet.organization_id == WalletIdentity.organization_id,
                _reached(CardWallet.google_next_attempt_at, now, BACKOFF.longest),
                _free(now),
            ),
        )
        .order_by(WalletIdentity.organization_id <= after, WalletIdentity.organization_id)
        .limit(1)
    )
    return session.connection().scalar(waiting)


def claim(session: Session, organization_id: int, now: datetime) -> Claim:
    """Put the cards aside that are due longest. Those that others hold are left to them."""
    connection = session.connection()
    due = _locked(connection, organization_id, CardWallet.google_next_attempt_at <= now, now)
    if not due:
        ahead = CardWallet.google_next_attempt_at > now + BACKOFF.longest + _CLOCK_MARGIN
        due = _locked(connection, organization_id, ahead, now)
    connection.execute(
        update(CardWallet)
        .where(CardWallet.organization_id == organization_id, CardWallet.card_id.in_(due))
        .values(google_leased_until=now + LEASE)
    )
    tenant = tenant_of(session.get_one(Organization, organization_id))
    return Claim(tenant, now + LEASE, due)


def _locked(
    connection: Connection, organization_id: int, is_due: ColumnElement[bool], now: datetime
) -> dict[UUID, datetime]:
    """Lock the first cards that are due and free, in the order of the index."""
    rows = connection.execute(
        select(CardWallet.card_id, CardWallet.google_next_attempt_at)
        .where(CardWallet.organization_id == organization_id, is_due, _free(now))
        .order_by(CardWallet.google_next_attempt_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return {row.card_id: row.google_next_attempt_at for row in rows}


def lock(connection: Connection, held: Claim) -> None:
    """Lock the cards that are still held, in the order in which everybody locks several."""
    connection.execute(
        select(CardWallet.card_id)
        .where(_of(held))
        .order_by(CardWallet.card_id)
        .with_for_update(key_share=True)
    ).all()


def release(connection: Connection, held: Claim) -> None:
    """Give back all cards that are still held."""
    lock(connection, held)
    connection.execute(update(CardWallet).where(_of(held)).values(google_leased_until=None))


def _of(held: Claim) -> ColumnElement[bool]:
    """The cards that are still held."""
    return and_(
        CardWallet.organization_id == held.tenant.id,
        CardWallet.card_id.in_(held.due),
        CardWallet.google_leased_until == held.until,
    )
