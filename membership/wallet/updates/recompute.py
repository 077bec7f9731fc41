"""Renews what is stored of cards' faces, and lets the wallets be told where they changed.

Both the refreshing of single cards and the rollout of a design go this way, so that a change
of a face means the same whatever brought it: one new number, one later time, one telling.

Faces are worked out without the lock of writers, which is held for the storing alone. A card
that was marked or renewed in between is worked out once more, under the lock.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_of
from membership.base.actors import SERVICE
from membership.store.background import Work
from membership.store.database import AnyRow
from membership.store.models import AppleRegistration, CardWallet, Organization, WalletState
from membership.wallet.state import take_update_numbers
from membership.wallet.updates.card_locks import in_pieces, lock_cards
from membership.wallet.updates.faces import LoadedFace, load_faces

Read = TypeVar("Read")
_SECOND = timedelta(seconds=1)
_HERE = (
    CardWallet.organization_id == bindparam("of_organization"),
    CardWallet.card_id == bindparam("of_card"),
)
_LOOKED_AT: dict[str, Any] = {
    "design_version": bindparam("version"),
    "refresh_at": bindparam("next"),
}
_CHANGED = {
    **_LOOKED_AT,
    "face_digest": bindparam("digest"),
    "changed_at": bindparam("changed"),
    "update_seq": bindparam("seq"),
}


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A card as it was read, and its face and the face's digest after that."""

    card: AnyRow
    loaded: LoadedFace
    digest: str


def wallet_cards(organization_id: int) -> Select[*tuple[Any, ...]]:
    """The query for cards that are to be renewed, in the order of their ids."""
    return (
        select(
            CardWallet.card_id,
            CardWallet.face_digest,
            CardWallet.design_version,
            CardWallet.changed_at,
            CardWallet.update_seq,
            CardWallet.refresh_at,
            CardWallet.marks,
        )
        .where(CardWallet.organization_id == organization_id)
        .order_by(CardWallet.card_id)
    )


def work_out(
    session: Session, organization_id: int, cards: Sequence[AnyRow], now: datetime
) -> list[WorkedOut]:
    """Work out the faces of cards as they are at ``now``. ``cards`` are of ``wallet_cards``."""
    # Everything that a face is made of is read after the card's count of marks: what changes
    # later than that raises the count.
    organization = session.get_one(Organization, organization_id, populate_existing=True)
    tenant = tenant_of(organization)
    faces = load_faces(session, tenant, [card.card_id for card in cards], now)
    return [
        WorkedOut(card, faces[card.card_id], faces[card.card_id].face.digest()) for card in cards
    ]


def store(
    session: Session, organization_id: int, worked_out: Sequence[WorkedOut], now: datetime
) -> int:
    """Store faces, and let the wallets be told of those that differ; returns how many do.

    A face that differs gets the next update number, and a time that is later than its last
    one, also if the clock was set back.
    """
    if not worked_out:
        return 0
    connection = session.connection()
    current = _still_current(session, organization_id, worked_out, now)
    looked_at = [
        _looked_at(organization_id, each)
        for each in current
        if each.digest == each.card.face_digest and _is_news(each)
    ]
    if looked_at:
        connection.execute(update(CardWallet).where(*_HERE).values(_LOOKED_AT), looked_at)
    differing = [each for each in current if each.digest != each.card.face_digest]
    if differing:
        numbers = take_update_numbers(session, organization_id, len(differing))
        changed = [
            _changed(organization_id, each, seq, now)
            for each, seq in zip(differing, numbers, strict=True)
        ]
        connection.execute(update(CardWallet).where(*_HERE).values(_CHANGED), changed)
        _tell_apple(connection, organization_id, differing, now)
        _tell_google(connection, organization_id, differing, now)
    _note_clock(connection, organization_id, now)
    return len(differing)


def _still_current(
    session: Session, organization_id: int, worked_out: Sequence[WorkedOut], now: datetime
) -> list[WorkedOut]:
    """Lock cards, and work those out once more that somebody touched in between."""
    connection = session.connection()
    locked = lock_cards(connection, organization_id, [each.card.card_id for each in worked_out])
    before = {each.card.card_id: each for each in worked_out}
    touched = [row.card_id for row in locked if row != _version(before[row.card_id].card)]
    for some in in_pieces(touched):
        wanted = wallet_cards(organization_id).where(CardWallet.card_id.in_(some))
        anew = work_out(session, organization_id, connection.execute(wanted).all(), now)
        before |= {each.card.card_id: each for each in anew}
    return [before[row.card_id] for row in locked]


def _version(card: AnyRow) -> tuple[UUID, int, int, int | None]:
    """What ``lock_cards`` gives for a card that nobody marked or renewed since it was read."""
    return card.card_id, card.marks, card.update_seq, card.design_version


def _is_news(each: WorkedOut) -> bool:
    """Whether something is to be stored although the face is the same."""
    card, loaded = each.card, each.loaded
    return (card.design_version, card.refresh_at) != (loaded.design_version, loaded.next_change_at)


def _looked_at(organization_id: int, each: WorkedOut) -> dict[str, Any]:
    """What is stored of a card that was looked at."""
    return {
        "of_organization": organization_id,
        "of_card": each.card.card_id,
        "version": each.loaded.design_version,
        "next": each.loaded.next_change_at,
    }


def _changed(organization_id: int, each: WorkedOut, seq: int, now: datetime) -> dict[str, Any]:
    """What is stored of a card whose face changed."""
    at, last = now.replace(microsecond=0), each.card.changed_at
    return {
        **_looked_at(organization_id, each),
        "digest": each.digest,
        "changed": at if last is None else max(at, last + _SECOND),
        "seq": seq,
    }


def _tell_apple(
    connection: Connection, organization_id: int, changed: Sequence[WorkedOut], now: datetime
) -> None:
    """Let the devices that have cards be pushed."""
    for some in in_pieces([each.card.card_id for each in changed]):
        here = (
            AppleRegistration.organization_id == organization_id,
            AppleRegistration.card_id.in_(some),
        )
        # In the order in which the results of pushes are stored: neither waits for the other.
        ordered = select(AppleRegistration.card_id).where(*here)
        ordered = ordered.order_by(AppleRegistration.card_id, AppleRegistration.device_id)
        connection.execute(ordered.with_for_update(key_share=True)).all()
        connection.execute(
            update(AppleRegistration).where(*here).values(push_at=now, push_attempts=0)
        )


def _tell_google(
    connection: Connection, organization_id: int, changed: Sequence[WorkedOut], now: datetime
) -> None:
    """Let Google be told of the cards that it has."""
    for some in in_pieces([each.card.card_id for each in changed]):
        connection.execute(
            update(CardWallet)
            .where(
                CardWallet.organization_id == organization_id,
                CardWallet.card_id.in_(some),
                # Asked now: Google may have got one since the cards were read.
                CardWallet.google_created_at.is_not(None),
            )
            .values(google_next_attempt_at=now, google_attempts=0)
        )


def _note_clock(connection: Connection, organization_id: int, now: datetime) -> None:
    """Note until when an organization's cards were looked at, to notice a clock set back."""
    connection.execute(
        update(WalletState)
        .where(
            WalletState.organization_id == organization_id,
            or_(WalletState.clock_at.is_(None), WalletState.clock_at < now),
        )
        .values(clock_at=now)
    )


def in_two_steps(
    work: Work,
    read: Callable[[Session], Read | None],
    write: Callable[[Session, Read], object],
) -> bool:
    """Read something and store what comes of it; False if there was nothing to read.

    Then pauses for a twentieth of the time that it took: the service's own threads are to get
    their turn of the interpreter.

    On SQLite, reading is done without the write lock. On PostgreSQL, where readers block nobody,
    both are one transaction, which keeps the advisory lock that ``read`` took. There is never
    more than one connection in use.
    """
    database, began = work.database, time.perf_counter()
    if database.engine.dialect.name == "postgresql":
        with database.writing(SERVICE, work.clock) as (session, _):
            found = read(session)
            if found is not None:
                write(session, found)
    else:
        with database.readers.begin() as session:
            found = read(session)
        if found is not None:
            with database.writing(SERVICE, work.clock) as (session, _):
                write(session, found)
    if found is not None:
        work.stopping.wait((time.perf_counter() - began) / 20)
    return found is not None
