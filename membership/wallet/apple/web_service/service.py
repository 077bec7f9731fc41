"""Registrations of devices for cards, and which cards of a device changed since a tag.

A tag is an update number of the organization, as text. Numbers are committed in their order, so
one statement that sees a number sees all lower ones: a device that asks while cards change misses
nothing, because its tag is the highest number among the cards that it got.
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
from membership.wallet.apple.web_service.access import AuthenticatedPass, is_plain
from membership.wallet.state import take_update_numbers

FIRST_PUSH_AFTER = timedelta(seconds=10)
"""When a newly registered device is pushed, unless it fetches its card before.

The card may have changed since it was downloaded: one that came by mail can be weeks old.
"""

MOST_DEVICES = 50
"""Most devices of one card. A holder of its token could register any number."""

_TAG = re.compile(r"[0-9]{1,18}", re.ASCII)


def register(
    session: Session, known: AuthenticatedPass, device_id: str, push_token: str, now: datetime
) -> bool:
    """Register a device for a card; returns whether it is new.

    The push token is stored each time. If it changed, pushes to the former one may be lost, so
    the card is pushed again.
    """
    connection = session.connection()
    here = _registration(known, device_id)
    # A repeated registration changes nothing, and takes no lock of the organization.
    found = connection.scalar(select(AppleRegistration.push_token).where(*here))
    if found == push_token and _renew(connection, known, here, now):
        return False
    (number,) = take_update_numbers(session, known.tenant.id, 1)
    new = _add(connection, known, device_id, push_token, number=number, now=now)
    if new:
        _emit(session, EventType.CARD_INSTALLED, known, now)
        _remove_excess_devices(session, known, now)
    return new


def _renew(
    connection: Connection, known: AuthenticatedPass, here: Sequence[Any], now: datetime
) -> bool:
    """Update a registration that was repeated; False if it was deleted meanwhile."""
    values = {"registered_at": now, "pass_type_id": known.pass_type_id}
    return connection.execute(update(AppleRegistration).where(*here).values(values)).rowcount == 1


def _add(
    connection: Connection,
    known: AuthenticatedPass,
    device_id: str,
    push_token: str,
    *,
    number: int,
    now: datetime,
) -> bool:
    """Store a registration, or its new push token; returns whether it is new.

    The caller holds the lock of the organization's numbers, so that no other does the same.
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
    changed = {**values, "pushed_seq": AppleRegistration.fetched_seq}
    if connection.execute(again.values(changed)).rowcount == 1:
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


def _remove_excess_devices(session: Session, known: AuthenticatedPass, now: datetime) -> None:
    """Delete the oldest registrations beyond ``MOST_DEVICES``."""
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
        _emit(session, EventType.CARD_REMOVED, known, now)


def unregister(session: Session, known: AuthenticatedPass, device_id: str, now: datetime) -> None:
    """Unregister a device from a card, if it is registered."""
    here = (
        *_registration(known, device_id),
        AppleRegistration.pass_type_id == known.pass_type_id,
    )
    if session.connection().execute(delete(AppleRegistration).where(*here)).rowcount:
        _emit(session, EventType.CARD_REMOVED, known, now)


def _emit(session: Session, event_type: EventType, known: AuthenticatedPass, now: datetime) -> None:
    data = {
        "card_id": str(known.card_id),
        "customer_id": str(known.customer_id),
        "wallet": "apple",
    }
    emit(session, known.tenant.id, event_type, known.card_id, data, now=now)


def _registration(known: AuthenticatedPass, device_id: str) -> tuple[Any, ...]:
    return (
        AppleRegistration.organization_id == known.tenant.id,
        AppleRegistration.card_id == known.card_id,
        AppleRegistration.device_id == device_id,
    )


@dataclass(frozen=True, slots=True)
class UpdatedPasses:
    """Whether a device is registered, and which of its cards changed, up to ``tag``."""

    known_device: bool
    card_ids: tuple[UUID, ...] = ()
    tag: int = 0


def find_updated(
    connection: Connection, organization: str, device_id: str, pass_type_id: str, since: str | None
) -> UpdatedPasses:
    """Find which cards of a device changed since a tag; all of them without a valid tag.

    All is read in one statement, from one snapshot of the database. A tag that is higher than any
    number was issued before the database was restored, and is not valid.
    """
    if not all(map(is_plain, (organization, device_id, pass_type_id))):
        return UpdatedPasses(known_device=False)
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
        return UpdatedPasses(known_device=False)
    tag = _tag(since, rows[0].last_update_seq)
    news = tuple(row.card_id for row in rows if row.number > tag)
    return UpdatedPasses(known_device=True, card_ids=news, tag=rows[-1].number)


def _tag(since: str | None, last: int) -> int:
    """The number of a tag; -1, before all numbers, for an invalid one."""
    if since is None or _TAG.fullmatch(since) is None:
        return -1
    return int(since) if int(since) <= last else -1


def is_fetch_new(connection: Connection, known: AuthenticatedPass, seq: int) -> bool:
    """Whether ``record_fetched`` would change anything."""
    query = select(AppleRegistration.device_id).where(*_only_device(known, seq))
    return connection.scalar(query) is not None


def record_fetched(connection: Connection, known: AuthenticatedPass, seq: int) -> None:
    """Store that the version ``seq`` of a card was fetched, if the card has one device.

    The request names no device: of several, it could be any.
    """
    fetched = update(AppleRegistration).where(*_only_device(known, seq))
    connection.execute(fetched.values(fetched_seq=seq))


def _only_device(known: AuthenticatedPass, seq: int) -> tuple[Any, ...]:
    """SQL conditions: the only device that has the card, if it did not fetch ``seq`` yet."""
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
