"""Invalidation of cards: which are to be recomputed because something behind them changed.

To invalidate too many does no harm: a card that is recomputed without a change stays as it is.
Many cards at once are invalidated in chunks, from a row (``WalletMark``) that holds the position,
so that the write lock is held briefly.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Select, delete, insert, or_, select, update

from membership.store.database import AnyRow
from membership.store.models import Card, CardWallet, CompanyLink, WalletMark
from membership.wallet.updates.card_locks import in_chunks, lock_cards

CHUNK = 1000
"""Cards or customers that are gone through in one transaction."""


def invalidate_cards(
    connection: Connection, organization_id: int, card_ids: Collection[UUID], now: datetime
) -> None:
    """Invalidate cards; waits for transactions that have locked one of them."""
    locked = lock_cards(connection, organization_id, list(card_ids))
    for some in in_chunks([card.card_id for card in locked]):
        here = (CardWallet.organization_id == organization_id, CardWallet.card_id.in_(some))
        connection.execute(update(CardWallet).where(*here).values(marks=CardWallet.marks + 1))
        # A card that is due already keeps its place in the queue.
        later = or_(CardWallet.refresh_at.is_(None), CardWallet.refresh_at > now)
        connection.execute(update(CardWallet).where(*here, later).values(refresh_at=now))


def invalidate_customers(
    connection: Connection, organization_id: int, customer_ids: Collection[UUID], now: datetime
) -> None:
    """Invalidate all cards of customers."""
    cards: list[UUID] = []
    for some in in_chunks(sorted(customer_ids)):
        cards += connection.scalars(
            select(Card.id).where(
                Card.organization_id == organization_id, Card.customer_id.in_(some)
            )
        )
    invalidate_cards(connection, organization_id, cards, now)


def invalidate_all(
    connection: Connection, organization_id: int, now: datetime, *, company_id: UUID | None = None
) -> None:
    """Let all cards of an organization, or of a company's customers, be invalidated soon."""
    waiting = select(WalletMark.id).where(
        WalletMark.organization_id == organization_id,
        WalletMark.company_id.is_(None)
        if company_id is None
        else WalletMark.company_id == company_id,
        WalletMark.position.is_(None),
    )
    if connection.scalar(waiting.with_for_update().limit(1)) is not None:
        return  # One that has not begun yet will cover this change as well.
    connection.execute(
        insert(WalletMark),
        {
            "organization_id": organization_id,
            "id": uuid4(),
            "company_id": company_id,
            "asked_at": now,
        },
    )


def waiting_requests(sick: Collection[object]) -> Select[*tuple[Any, ...]]:
    """The query for requests, the oldest first, without those of the organizations ``sick``."""
    return (
        select(
            WalletMark.organization_id, WalletMark.id, WalletMark.company_id, WalletMark.position
        )
        .where(WalletMark.organization_id.not_in([each for each in sick if isinstance(each, int)]))
        .order_by(WalletMark.asked_at, WalletMark.id)
    )


def invalidate_chunk(
    connection: Connection, request: AnyRow, now: datetime, count: int = CHUNK
) -> None:
    """Invalidate the next chunk of a request, a locked row of ``waiting_requests``.

    ``count`` is how many cards or customers are gone through.
    """
    organization_id: int = request.organization_id
    if request.company_id is None:
        ids = _cards_after(connection, organization_id, request.position, count)
        invalidate_cards(connection, organization_id, ids, now)
    else:
        ids = _people_after(
            connection, organization_id, request.company_id, request.position, count
        )
        invalidate_customers(connection, organization_id, ids, now)
    here = (WalletMark.organization_id == organization_id, WalletMark.id == request.id)
    if len(ids) < count:
        connection.execute(delete(WalletMark).where(*here))
    else:
        connection.execute(update(WalletMark).where(*here).values(position=ids[-1]))


def _cards_after(
    connection: Connection, organization_id: int, position: UUID | None, count: int
) -> Sequence[UUID]:
    """The next cards of an organization that wallets can hold, by id."""
    wanted = select(CardWallet.card_id).where(CardWallet.organization_id == organization_id)
    if position is not None:
        wanted = wanted.where(CardWallet.card_id > position)
    return connection.scalars(wanted.order_by(CardWallet.card_id).limit(count)).all()


def _people_after(
    connection: Connection,
    organization_id: int,
    company_id: UUID,
    position: UUID | None,
    count: int,
) -> Sequence[UUID]:
    """The next customers who are linked to a company, by id."""
    wanted = select(CompanyLink.customer_id).where(
        CompanyLink.organization_id == organization_id,
        CompanyLink.company_id == company_id,
        CompanyLink.valid_until.is_(None),
    )
    if position is not None:
        wanted = wanted.where(CompanyLink.customer_id > position)
    return connection.scalars(wanted.order_by(CompanyLink.customer_id).limit(count)).all()
