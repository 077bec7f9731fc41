"""Marks: which cards are to be looked at again, because something behind them changed.

A mark asks for nothing but a look, so that too many of them do no harm. Cards of many people
at once are marked in pieces, from a row that says how far that is, so that nobody waits long
for the lock of writers.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, or_, select, update

from membership.store.models import Card, CardWallet, CompanyLink, WalletMark
from membership.wallet.updates.card_locks import in_pieces, lock_cards

PIECE = 1000
"""Ids of cards or customers that are gone through in one transaction."""


def mark_cards(
    connection: Connection, organization_id: int, card_ids: Collection[UUID], now: datetime
) -> None:
    """Let cards be looked at again. Whoever is at one of them is waited for."""
    locked = lock_cards(connection, organization_id, list(card_ids))
    for some in in_pieces([card.card_id for card in locked]):
        here = (CardWallet.organization_id == organization_id, CardWallet.card_id.in_(some))
        connection.execute(update(CardWallet).where(*here).values(marks=CardWallet.marks + 1))
        # One that is due already keeps its place.
        later = or_(CardWallet.refresh_at.is_(None), CardWallet.refresh_at > now)
        connection.execute(update(CardWallet).where(*here, later).values(refresh_at=now))


def mark_customers(
    connection: Connection, organization_id: int, customer_ids: Collection[UUID], now: datetime
) -> None:
    """Let all cards of customers be looked at again."""
    cards: list[UUID] = []
    for some in in_pieces(sorted(customer_ids)):
        cards += connection.scalars(
            select(Card.id).where(
                Card.organization_id == organization_id, Card.customer_id.in_(some)
            )
        )
    mark_cards(connection, organization_id, cards, now)


def mark_all(
    connection: Connection, organization_id: int, now: datetime, *, company_id: UUID | None = None
) -> None:
    """Let all cards of an organization, or those of a company's people, be marked soon."""
    waiting = select(WalletMark.id).where(
        WalletMark.organization_id == organization_id,
        WalletMark.company_id.is_(None)
        if company_id is None
        else WalletMark.company_id == company_id,
        WalletMark.position.is_(None),
    )
    if connection.scalar(waiting.with_for_update().limit(1)) is not None:
        return  # It has not begun, and will find what is there when it does.
    connection.execute(
        insert(WalletMark),
        {
            "organization_id": organization_id,
            "id": uuid4(),
            "company_id": company_id,
            "asked_at": now,
        },
    )


def mark_piece(connection: Connection, now: datetime, count: int = PIECE) -> bool:
    """Mark the next piece of what was asked for first; False if there is nothing.

    ``count`` is how many ids are gone through.
    """
    mark = connection.execute(
        select(
            WalletMark.organization_id, WalletMark.id, WalletMark.company_id, WalletMark.position
        )
        .order_by(WalletMark.asked_at, WalletMark.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if mark is None:
        return False
    organization_id: int = mark.organization_id
    if mark.company_id is None:
        ids = _cards_after(connection, organization_id, mark.position, count)
        mark_cards(connection, organization_id, ids, now)
    else:
        ids = _people_after(connection, organization_id, mark.company_id, mark.position, count)
        mark_customers(connection, organization_id, ids, now)
    here = (WalletMark.organization_id == organization_id, WalletMark.id == mark.id)
    if len(ids) < count:
        connection.execute(delete(WalletMark).where(*here))
    else:
        connection.execute(update(WalletMark).where(*here).values(position=ids[-1]))
    return True


def _cards_after(
    connection: Connection, organization_id: int, position: UUID | None, count: int
) -> Sequence[UUID]:
    """The next cards of an organization that wallets can hold."""
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
    """The next customers who are linked to a company."""
    wanted = select(CompanyLink.customer_id).where(
        CompanyLink.organization_id == organization_id,
        CompanyLink.company_id == company_id,
        CompanyLink.valid_until.is_(None),
    )
    if position is not None:
        wanted = wanted.where(CompanyLink.customer_id > position)
    return connection.scalars(wanted.order_by(CompanyLink.customer_id).limit(count)).all()
