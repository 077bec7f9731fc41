"""Recomputes the faces of cards, stores them, and schedules updates of the wallets.

The refresh of single cards and the rollout of a design both use it, so that a changed face has
the same effect whatever caused it: one new update number, one later time, one update sent.

Faces are computed without the write lock, which is held to store them only. A card that was
invalidated or recomputed in between is computed again, under the lock.
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
from membership.store.apart import work_apart
from membership.store.background import Work
from membership.store.database import AnyRow
from membership.store.models import AppleRegistration, CardWallet, Organization, WalletState
from membership.wallet.state import take_update_numbers
from membership.wallet.updates.card_locks import in_chunks, lock_cards
from membership.wallet.updates.faces import LoadedFace, load_faces

REFRESH = "card-refresher"
"""The job that tries cards again which could not be recomputed."""

Read = TypeVar("Read")
_SECOND = timedelta(seconds=1)
_HERE = (
    CardWallet.organization_id == bindparam("of_organization"),
    CardWallet.card_id == bindparam("of_card"),
)
_UNCHANGED: dict[str, Any] = {
    "design_version": bindparam("version"),
    "refresh_at": bindparam("next"),
}
_CHANGED = {
    **_UNCHANGED,
    "face_digest": bindparam("digest"),
    "changed_at": bindparam("changed"),
    "update_seq": bindparam("seq"),
}


@dataclass(frozen=True, slots=True)
class RecomputedCard:
    """A card as it was read, with its new face and the digest of that face."""

    card: AnyRow
    loaded: LoadedFace
    digest: str


def wallet_cards(organization_id: int) -> Select[*tuple[Any, ...]]:
    """The query for an organization's cards as ``recompute`` needs them, by id."""
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


def recompute(
    session: Session, organization_id: int, cards: Sequence[AnyRow], now: datetime
) -> list[RecomputedCard]:
    """Compute the faces of cards as they are at ``now``. ``cards`` are rows of ``wallet_cards``."""
    # Everything that a face depends on is read after the card's count of invalidations: later
    # changes raise that count.
    organization = session.get_one(Organization, organization_id, populate_existing=True)
    tenant = tenant_of(organization)
    faces = load_faces(session, tenant, [card.card_id for card in cards], now)
    return [
        RecomputedCard(card, faces[card.card_id], faces[card.card_id].face.digest())
        for card in cards
    ]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Cards that were recomputed, and those that could not be, with the reasons."""

    cards: list[RecomputedCard]
    failed: list[tuple[AnyRow, Exception]]


def recompute_apart(
    session: Session, organization_id: int, cards: Sequence[AnyRow], now: datetime
) -> Recomputed:
    """Compute the faces of cards; one that cannot be computed keeps no other from it."""
    computed, failed = work_apart(
        session, cards, lambda some: recompute(session, organization_id, some, now)
    )
    return Recomputed([each for some in computed for each in some], failed)


def put_off_failed(
    work: Work, session: Session, organization_id: int, found: Recomputed, now: datetime
) -> None:
    """Let the cards that failed be refreshed after a pause; forget former failures of others."""
    work.failing.all_succeeded(
        REFRESH, ((organization_id, each.card.card_id) for each in found.cards)
    )
    put_off = [
        {
            "of_organization": organization_id,
            "of_card": card.card_id,
            "again": work.failing.failed(
                REFRESH, (organization_id, card.card_id), error, now
            ).retry_at,
        }
        for card, error in found.failed
    ]
    if put_off:
        session.connection().execute(
            update(CardWallet).where(*_HERE).values(refresh_at=bindparam("again")), put_off
        )


def store_apart(
    session: Session, organization_id: int, found: Recomputed, now: datetime
) -> Recomputed:
    """Store faces; one that cannot be stored keeps no other from it, and is among the failed."""

    def store(some: Sequence[RecomputedCard]) -> Sequence[RecomputedCard]:
        store_recomputed(session, organization_id, some, now)
        return some

    done, failed = work_apart(session, found.cards, store)
    unstored = [(each.card, error) for each, error in failed]
    return Recomputed([each for some in done for each in some], [*found.failed, *unstored])


def store_recomputed(
    session: Session, organization_id: int, recomputed: Sequence[RecomputedCard], now: datetime
) -> int:
    """Store faces, and schedule wallet updates of those that changed; returns how many did.

    A changed face gets the next update number, and a time that is later than its last one, also
    if the clock was set back.
    """
    if not recomputed:
        return 0
    connection = session.connection()
    current = _still_current(session, organization_id, recomputed, now)
    unchanged = [
        _unchanged_values(organization_id, each)
        for each in current
        if each.digest == each.card.face_digest and _differs(each)
    ]
    if unchanged:
        connection.execute(update(CardWallet).where(*_HERE).values(_UNCHANGED), unchanged)
    differing = [each for each in current if each.digest != each.card.face_digest]
    if differing:
        numbers = take_update_numbers(session, organization_id, len(differing))
        changed = [
            _changed_values(organization_id, each, seq, now)
            for each, seq in zip(differing, numbers, strict=True)
        ]
        connection.execute(update(CardWallet).where(*_HERE).values(_CHANGED), changed)
        _schedule_pushes(connection, organization_id, differing, now)
        _schedule_google(connection, organization_id, differing, now)
    _store_clock(connection, organization_id, now)
    return len(differing)


def _still_current(
    session: Session, organization_id: int, recomputed: Sequence[RecomputedCard], now: datetime
) -> list[RecomputedCard]:
    """Lock cards, and recompute those that changed since they were read."""
    connection = session.connection()
    locked = lock_cards(connection, organization_id, [each.card.card_id for each in recomputed])
    before = {each.card.card_id: each for each in recomputed}
    changed = [row.card_id for row in locked if row != _version(before[row.card_id].card)]
    for some in in_chunks(changed):
        wanted = wallet_cards(organization_id).where(CardWallet.card_id.in_(some))
        again = recompute(session, organization_id, connection.execute(wanted).all(), now)
        before |= {each.card.card_id: each for each in again}
    return [before[row.card_id] for row in locked]


def _version(card: AnyRow) -> tuple[UUID, int, int, int | None]:
    """The row of ``lock_cards`` for a card that did not change since it was read."""
    return card.card_id, card.marks, card.update_seq, card.design_version


def _differs(each: RecomputedCard) -> bool:
    """Whether other columns are to be stored although the face is the same."""
    card, loaded = each.card, each.loaded
    return (card.design_version, card.refresh_at) != (loaded.design_version, loaded.next_change_at)


def _unchanged_values(organization_id: int, each: RecomputedCard) -> dict[str, Any]:
    """Statement parameters for a card with the same face."""
    return {
        "of_organization": organization_id,
        "of_card": each.card.card_id,
        "version": each.loaded.design_version,
        "next": each.loaded.next_change_at,
    }


def _changed_values(
    organization_id: int, each: RecomputedCard, seq: int, now: datetime
) -> dict[str, Any]:
    """Statement parameters for a card with another face."""
    at, last = now.replace(microsecond=0), each.card.changed_at
    return {
        **_unchanged_values(organization_id, each),
        "digest": each.digest,
        "changed": at if last is None else max(at, last + _SECOND),
        "seq": seq,
    }


def _schedule_pushes(
    connection: Connection, organization_id: int, changed: Sequence[RecomputedCard], now: datetime
) -> None:
    """Make pushes to the devices that have the cards due."""
    for some in in_chunks([each.card.card_id for each in changed]):
        here = (
            AppleRegistration.organization_id == organization_id,
            AppleRegistration.card_id.in_(some),
        )
        # In the order in which results of pushes are stored, so that the two cannot deadlock.
        ordered = select(AppleRegistration.card_id).where(*here)
        ordered = ordered.order_by(AppleRegistration.card_id, AppleRegistration.device_id)
        connection.execute(ordered.with_for_update(key_share=True)).all()
        connection.execute(
            update(AppleRegistration).where(*here).values(push_at=now, push_attempts=0)
        )


def _schedule_google(
    connection: Connection, organization_id: int, changed: Sequence[RecomputedCard], now: datetime
) -> None:
    """Make the cards that Google has due there."""
    for some in in_chunks([each.card.card_id for each in changed]):
        connection.execute(
            update(CardWallet)
            .where(
                CardWallet.organization_id == organization_id,
                CardWallet.card_id.in_(some),
                # Checked here: Google may have got a card since they were read.
                CardWallet.google_created_at.is_not(None),
            )
            .values(google_next_attempt_at=now, google_attempts=0)
        )


def _store_clock(connection: Connection, organization_id: int, now: datetime) -> None:
    """Store the latest time at which cards were recomputed, to detect a clock set back."""
    connection.execute(
        update(WalletState)
        .where(
            WalletState.organization_id == organization_id,
            or_(WalletState.clock_at.is_(None), WalletState.clock_at < now),
        )
        .values(clock_at=now)
    )


def read_then_write(
    work: Work,
    read: Callable[[Session], Read | None],
    write: Callable[[Session, Read], object],
) -> bool:
    """Read something, and write what is computed of it; False if ``read`` returns None.

    Then pauses for a twentieth of the time that it took, so that request threads get the
    interpreter.

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
