"""Locks on the cards of an organization, taken in one order by everything that changes several."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from membership.store.database import AnyRow
from membership.store.models import CardWallet

MAX_IDS = 500
"""Ids that are named in one statement."""

_VERSION = (
    CardWallet.card_id,
    CardWallet.marks,
    CardWallet.update_seq,
    CardWallet.design_version,
)


def lock_cards(
    connection: Connection, organization_id: int, card_ids: Sequence[UUID]
) -> list[AnyRow]:
    """Lock cards until the transaction ends, and return ids, marks and versions.

    Everything that changes several cards of an organization locks them first, in this order.
    """
    rows: list[AnyRow] = []
    wanted = (
        select(*_VERSION)
        .where(CardWallet.organization_id == organization_id)
        .order_by(CardWallet.card_id)
        .with_for_update(key_share=True)
    )
    for some in in_chunks(sorted(card_ids)):
        rows += connection.execute(wanted.where(CardWallet.card_id.in_(some))).all()
    return rows


def in_chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Split ids into as many as one statement takes."""
    for start in range(0, len(ids), MAX_IDS):
        yield ids[start : start + MAX_IDS]
