"""What phones ask of their cards: which devices are told of them, and which have news.

A tag is an update number of the organization, as a text. Numbers are committed in their order,
so in one look at the database whoever sees a number sees all before it: nothing is missed by a
device that asks while cards change, for the tag is the highest number among what it was told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, case, delete, func, select, update
from sqlalchemy.orm import Session

from membership.events.outbox import emit
from membership.events.types import EventType
from membership.store.models import AppleRegistration, CardWallet, Organization, WalletState
from membership.store.upsert import insert_into
from membership.wallet.apple.web_service.access import KnownPass, is_plain
from membership.wallet.state import take_update_numbers

FIRST_PUSH_AFTER = timedelta(seconds=10)
"""When a device is pushed that has just registered, unless it asks by itself before.

The card may have changed since it was downloaded, which for one that came by mail can be weeks.
"""

MOST_DEVICES = 50
"""Devices that are told of one card. Whoever has its token could register any number of them."""

_TAG = re.compile(r"[0-9]{1,18}", re.ASCII)


def register(
    session: Session, known: KnownPass, device_id: str, push_token: str, now: datetime
) -> bool:
    """Let a device be told of a card; returns whether it is new.

    The push token is stored each time. With another one, what was pushed to the former may not
    have arrived and is pushed again.
    """
    connection = session.connection()
    here = _registration(known, device_id)
    # In a device that says the same again nothing changes, and nobody is to be waited for.
    found = connection.scalar(select(AppleRegistration.push_token).where(*here))
    if found == push_token and _renew(connection, known, here, now):
        return False
    (number,) = take_update_numbers(session, known.tenant.id, 1)
    new = _add(connection, known, device_id, push_token, number=number, now=now)
    if new:
        _tell(session, EventType.CARD_INSTALLED, known, now)
        _forget_beyond_most(session, known, now)
    return new


def _renew(connection: Connection, known: KnownPass, here: Sequence[Any], now: datetime) -> bool:
    """Note that a registration was confirmed; False if it is gone meanwhile."""
    values = {"registered_at": now, "pass_type_id": known.pass_type_id}
    return connection.execute(update(AppleRegistration).where(*here).values(values)).rowcount == 1


def _add(
    connection: Connection,
    known: KnownPass,
    device_id: str,
    push_token: str,
    *,
    number: int,
    now: datetime,
) -> bool:
    """Store a registration, or its new push token; returns whether it is new.

    Whoever comes here holds the lock of the organization's numbers: nobody else does the same.
    """
    values = {
        "pass_type_id": known.pass_type_id,
        "push_token": push_token,
        "registered_at": now,
        "registered_seq": number,
        "push_at": now + FIRST_PUSH_AFTER,
        "push_attempts": 0,
        "push_error": None,
    }
    again = update(AppleRegistration).where(*_registration(known, device_id))
    told = {**values, "pushed_seq": AppleRegistration.fetched_seq}
    if connection.execute(again.values(told)).rowcount == 1:
        return False
    key = {
        "organization_id": known.tenant.id,
        "card_id": known.card_id,
        "device_id": device_id,
    }
    connection.execute(
        insert_into(connection, AppleRegistration),
        {**key, **values, "fetched_seq": 0, "pushed_seq": 0},
    )
    return True


def _forget_beyond_most(session: Session, known: KnownPass, now: datetime) -> None:
    """Forget the device that said so longest ago, if there are more than are told."""
    connection = session.connection()
    of_card = (
        AppleRegistration.organization_id == known.tenant.id,
        AppleRegistration.card_id == known.card_id,
    )
    beyond = connection.scalars(
        select(AppleRegistration.device_id)
        .where(*of_card)
        .order_by(AppleRegistration.registered_seq.desc())
        .offset(MOST_DEVICES)
    ).all()
    for device_id in beyond:
        connection.execute(delete(AppleRegistration).where(*_registration(known, device_id)))
        _tell(session, EventType.CARD_REMOVED, known, now)


def unregister(session: Session, known: KnownPass, device_id: str, now: datetime) -> None:
    """Tell a device no more of a card, if it was."""
    here = (
        *_registration(known, device_id),
        AppleRegistration.pass_type_id == known.pass_type_id,
    )
    if session.connection().execute(delete(AppleRegistration).where(*here)).rowcount:
        _tell(session, EventType.CARD_REMOVED, known, now)


def _tell(session: Session, event_type: EventType, known: KnownPass, now: datetime) -> None:
    data = {
        "card_id": str(known.card_id),
        "customer_id": str(known.customer_id),
        "wallet": "apple",
    }
    emit(session, known.tenant.id, event_type, known.card_id, data, now=now)


def _registration(known: KnownPass, device_id: str) -> tuple[Any, ...]:
    return (
        AppleRegistration.organization_id == known.tenant.id,
        AppleRegistration.card_id == known.card_id,
        AppleRegistration.device_id == device_id,
    )


@dataclass(frozen=True, slots=True)
class News:
    """What a device is told: whether it is known, and its cards with news up to ``tag``."""

    known_device: bool
    card_ids: tuple[UUID, ...] = ()
    tag: int = 0


def find_news(
    connection: Connection, organization: str, device_id: str, pass_type_id: str, since: str | None
) -> News:
    """Find which cards of a device changed since a tag; all of them without a good one.

    All is read in one statement, from one state of the database. A tag that was never given is
    no tag: it may be from before the database was restored.
    """
    if not all(map(is_plain, (organization, device_id, pass_type_id))):
        return News(known_device=False)
    number = case(
        (CardWallet.update_seq > AppleRegistration.registered_seq, CardWallet.update_seq),
        else_=AppleRegistration.registered_seq,
    )
    rows = connection.execute(
        select(AppleRegistration.card_id, number.label("number"), WalletState.last_update_seq)
        .join(Organization, Organization.id == AppleRegistration.organization_id)
        .join(WalletState, WalletState.organization_id == Organization.id)
        .join(
            CardWallet,
            and_(
                CardWallet.organization_id == AppleRegistration.organization_id,
                CardWallet.card_id == AppleRegistration.card_id,
            ),
        )
        .where(
            Organization.slug == organization,
            AppleRegistration.device_id == device_id,
            AppleRegistration.pass_type_id == pass_type_id,
        )
        .order_by(number, AppleRegistration.card_id)
    ).all()
    if not rows:
        return News(known_device=False)
    tag = _tag(since, rows[0].last_update_seq)
    news = tuple(row.card_id for row in rows if row.number > tag)
    return News(known_device=True, card_ids=news, tag=rows[-1].number)


def _tag(since: str | None, last: int) -> int:
    """The number in a tag; -1, before all numbers, if it is none of ours."""
    if since is None or _TAG.fullmatch(since) is None:
        return -1
    return int(since) if int(since) <= last else -1


def is_news(connection: Connection, known: KnownPass, seq: int) -> bool:
    """Whether ``note_fetched`` would note anything."""
    query = select(AppleRegistration.device_id).where(*_only_device(known, seq))
    return connection.scalar(query) is not None


def note_fetched(connection: Connection, known: KnownPass, seq: int) -> None:
    """Note that the version ``seq`` of a card was fetched, where it is clear who fetched it.

    The request names no device: with several, it could be any of them.
    """
    fetched = update(AppleRegistration).where(*_only_device(known, seq))
    connection.execute(fetched.values(fetched_seq=seq))


def _only_device(known: KnownPass, seq: int) -> tuple[Any, ...]:
    """What is true of the only device that has a card, if it did not fetch ``seq`` before."""
    others = AppleRegistration.__table__.alias()
    devices = (
        select(func.count())
        .select_from(others)
        .where(
            others.c.organization_id == known.tenant.id,
            others.c.card_id == known.card_id,
        )
        .scalar_subquery()
    )
    return (
        AppleRegistration.organization_id == known.tenant.id,
        AppleRegistration.card_id == known.card_id,
        AppleRegistration.fetched_seq < seq,
        devices == 1,
    )
