"""Renews what is stored of cards' faces, and lets the wallets be told where they changed.

Both the refreshing of single cards and the rollout of a design end here, so that a change of a
face means the same whatever brought it: one new number, one later time, one telling.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from membership.access import Tenant
from membership.database import AnyRow
from membership.models import AppleRegistration, CardWallet, WalletState
from membership.wallet.faces import LoadedFace, load_faces
from membership.wallet.state import take_update_numbers

IN_ONE_QUERY = 500
"""Ids that are named in one statement."""

_SECOND = timedelta(seconds=1)
_HERE = (
    CardWallet.organization_id == bindparam("of_organization"),
    CardWallet.card_id == bindparam("of_card"),
)
_LOOKED_AT = (
    update(CardWallet)
    .where(*_HERE)
    .values(design_version=bindparam("version"), refresh_at=bindparam("next"))
)
_CHANGED = (
    update(CardWallet)
    .where(*_HERE)
    .values(
        design_version=bindparam("version"),
        refresh_at=bindparam("next"),
        face_digest=bindparam("digest"),
        changed_at=bindparam("changed"),
        update_seq=bindparam("seq"),
    )
)


def locked_cards(organization_id: int) -> Select[*tuple[Any, ...]]:
    """The query for cards that are to be renewed: in the order of their ids, locked.

    The lock is what keeps a change that is committed meanwhile: whoever marks a card for it
    waits until the card was renewed, and marks it after that. Everybody who locks several
    cards of an organization does so in this order.
    """
    return (
        select(
            CardWallet.card_id,
            CardWallet.face_digest,
            CardWallet.design_version,
            CardWallet.changed_at,
            CardWallet.refresh_at,
            CardWallet.google_created_at,
        )
        .where(CardWallet.organization_id == organization_id)
        .order_by(CardWallet.card_id)
        .with_for_update(key_share=True)
    )


def renew_faces(session: Session, tenant: Tenant, cards: Sequence[AnyRow], now: datetime) -> int:
    """Store the faces of cards as they are at ``now``; returns how many of them changed.

    ``cards`` are rows of ``locked_cards``. A face that differs gets the next update number, and
    a time that is later than its last one, also if the clock was set back.
    """
    if not cards:
        return 0
    connection = session.connection()
    faces = load_faces(session, tenant, [card.card_id for card in cards], now)
    looked_at: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    told_google: list[UUID] = []
    for card in cards:
        loaded = faces[card.card_id]
        digest = loaded.face.digest()
        if digest != card.face_digest:
            changed.append(_changed(tenant, card, loaded, digest, now))
            if card.google_created_at is not None:
                told_google.append(card.card_id)
        elif (card.design_version, card.refresh_at) != (
            loaded.design_version,
            loaded.next_change_at,
        ):
            looked_at.append(_looked_at(tenant, card, loaded))
    if looked_at:
        connection.execute(_LOOKED_AT, looked_at)
    if changed:
        numbers = take_update_numbers(session, tenant.id, len(changed))
        for each, seq in zip(changed, numbers, strict=True):
            each["seq"] = seq
        connection.execute(_CHANGED, changed)
        _tell_apple(connection, tenant.id, [each["of_card"] for each in changed], now)
        _tell_google(connection, tenant.id, told_google, now)
    note_clock(connection, tenant.id, now)
    return len(changed)


def _looked_at(tenant: Tenant, card: AnyRow, loaded: LoadedFace) -> dict[str, Any]:
    """What is stored of a card that was looked at."""
    return {
        "of_organization": tenant.id,
        "of_card": card.card_id,
        "version": loaded.design_version,
        "next": loaded.next_change_at,
    }


def _changed(
    tenant: Tenant, card: AnyRow, loaded: LoadedFace, digest: str, now: datetime
) -> dict[str, Any]:
    """What is stored of a card whose face changed, without its number."""
    at = now.replace(microsecond=0)
    if card.changed_at is not None:
        at = max(at, card.changed_at + _SECOND)
    return {**_looked_at(tenant, card, loaded), "digest": digest, "changed": at}


def _tell_apple(
    connection: Connection, organization_id: int, card_ids: Sequence[UUID], now: datetime
) -> None:
    """Let the devices that have cards be pushed."""
    for some in in_pieces(card_ids):
        connection.execute(
            update(AppleRegistration)
            .where(
                AppleRegistration.organization_id == organization_id,
                AppleRegistration.card_id.in_(some),
            )
            .values(push_at=now, push_attempts=0)
        )


def _tell_google(
    connection: Connection, organization_id: int, card_ids: Sequence[UUID], now: datetime
) -> None:
    """Let Google be told of cards that it has."""
    for some in in_pieces(card_ids):
        connection.execute(
            update(CardWallet)
            .where(CardWallet.organization_id == organization_id, CardWallet.card_id.in_(some))
            .values(google_next_attempt_at=now, google_attempts=0)
        )


def note_clock(connection: Connection, organization_id: int, now: datetime) -> None:
    """Note until when an organization's cards were looked at, to notice a clock set back."""
    connection.execute(
        update(WalletState)
        .where(
            WalletState.organization_id == organization_id,
            or_(WalletState.clock_at.is_(None), WalletState.clock_at < now),
        )
        .values(clock_at=now)
    )


def in_pieces(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Ids, so many at a time as one statement takes."""
    for start in range(0, len(ids), IN_ONE_QUERY):
        yield ids[start : start + IN_ONE_QUERY]
