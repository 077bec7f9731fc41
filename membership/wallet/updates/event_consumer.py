"""The job that consumes events in their order and invalidates the cards that they affect.

The position up to which events were consumed is stored in the transaction that invalidates the
cards, so that a crash neither misses nor delays any. Events that affect many cards are left to
``membership.wallet.updates.invalidation``, which goes through the cards in chunks.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, Text, exists, func, select, type_coerce, update
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.base.logs import logger
from membership.events.outbox import watermark
from membership.events.types import EventType
from membership.store.apart import work_apart
from membership.store.background import Job, Work
from membership.store.database import AnyRow
from membership.store.models import Company, CompanyLink, Event, EventFollower, WalletState
from membership.store.upsert import insert_into
from membership.wallet.updates.invalidation import (
    CHUNK,
    invalidate_all,
    invalidate_cards,
    invalidate_chunk,
    invalidate_customers,
    waiting_requests,
)

NAME = "card-follower"
CONSUMER = "wallet"
"""The name under which the position is stored."""

BATCH = 500
"""Events that are consumed in one transaction."""

_CLOCK_MARGIN = timedelta(minutes=1)
"""How far the clocks of processes may be apart."""

_OF_CUSTOMER = frozenset(
    {EventType.CUSTOMER_UPDATED, EventType.CUSTOMER_MERGED, EventType.CUSTOMER_ERASED}
)
_OF_LINK = frozenset({EventType.LINK_CREATED, EventType.LINK_ENDED})
_SHOWN_OF_COMPANIES = frozenset({"name", "seat_cap"})
_WHERE = EventFollower.name == CONSUMER


@dataclass
class _Affected:
    """What events affect in one organization."""

    cards: set[UUID] = field(default_factory=set)
    customers: set[UUID] = field(default_factory=set)
    companies: set[UUID] = field(default_factory=set)
    seats: set[UUID] = field(default_factory=set)
    """Companies whose customers may get or lose a seat, if the company limits them."""
    seatings: set[UUID] = field(default_factory=set)
    """Customers who may take a seat now that they did not take, or free one."""
    everybody: bool = False

    def add(self, event: EventType, subject_id: str, data: Mapping[str, Any]) -> None:
        """Add what an event affects. Changes of plans do not: what was sold stays."""
        if event is EventType.CARD_REVOKED:
            self.cards.add(UUID(subject_id))
        elif event in _OF_CUSTOMER:
            self._add_id(data, "customer_id", self.customers)
            if event is not EventType.CUSTOMER_UPDATED or "state" in data.get(
                "changed", ("state",)
            ):
                self._add_id(data, "customer_id", self.seatings)
        elif event in _OF_LINK:
            self._add_id(data, "customer_id", self.customers)
            self._add_id(data, "company_id", self.seats)
        elif event.startswith("membership."):
            self._add_id(data, "customer_id", self.customers)
            self._add_id(data, "company_id", self.companies)
        elif event is EventType.COMPANY_UPDATED and not _SHOWN_OF_COMPANIES.isdisjoint(
            data.get("changed", _SHOWN_OF_COMPANIES)
        ):
            self._add_id(data, "company_id", self.companies)

    @staticmethod
    def _add_id(data: Mapping[str, Any], name: str, ids: set[UUID]) -> None:
        """Add the id that an event has under a name, if it has one."""
        if data.get(name) is not None:
            ids.add(UUID(data[name]))


def consume_events(work: Work, *, count: int = BATCH, chunk: int = CHUNK) -> bool:
    """Consume ``count`` events, and invalidate a chunk of cards; False if there is nothing to do.

    Does nothing while another process does it.
    """
    now = work.clock()
    sick = work.failing.waiting(NAME, now)
    with work.database.readers.begin() as session:
        # Without the write lock: usually there is nothing to do.
        if not _has_work(session.connection(), now, sick):
            return False
    with work.database.writing(SERVICE, now) as (session, _):
        connection = session.connection()
        bound = watermark(connection)
        position = connection.scalar(_position().with_for_update(skip_locked=True))
        if position is None:
            return _begin(connection, bound, now)
        _read(session, _events(position, bound, count), now)
        _check_clock(connection, now)
    with work.database.writing(SERVICE, now) as (session, _):
        _invalidate_next(work, session, now, chunk, sick)
    return True


def _invalidate_next(
    work: Work, session: Session, now: datetime, chunk: int, sick: Collection[object]
) -> None:
    """Invalidate a chunk of the oldest request; one that fails puts its organization off."""
    connection = session.connection()
    oldest = waiting_requests(sick).limit(1).with_for_update(skip_locked=True)
    request = connection.execute(oldest).first()
    if request is None:
        return
    done, failed = work_apart(
        session, [request], lambda some: invalidate_chunk(connection, some[0], now, chunk)
    )
    for _, error in failed:
        work.failing.failed(NAME, request.organization_id, error, now)
    if done:
        work.failing.succeeded(NAME, request.organization_id)


def _position() -> Select[int]:
    """The query for the position."""
    return select(EventFollower.seq).where(_WHERE)


def _events(position: int, bound: int | None, count: int) -> Select[*tuple[Any, ...]]:
    """The query for the events after a position and before the watermark, ``bound``."""
    wanted = (
        select(
            Event.seq,
            Event.organization_id,
            Event.type,
            Event.subject_id,
            # Read for each event by itself: what is no JSON keeps no other from being read.
            type_coerce(Event.data, Text).label("data"),
        )
        .where(Event.seq > position)
        .order_by(Event.seq)
        .limit(count)
    )
    return wanted if bound is None else wanted.where(Event.seq < bound)


def _has_work(connection: Connection, now: datetime, sick: Collection[object]) -> bool:
    """Whether there are events to consume or cards to invalidate."""
    bound = watermark(connection)
    position = connection.scalar(_position())
    if position is None:
        return True
    waiting = (
        exists(_events(position, bound, 1).subquery().select()),
        exists(waiting_requests(sick).subquery().select()),
        exists(_set_back(now)),
    )
    return any(connection.scalar(select(each)) for each in waiting)


def _begin(connection: Connection, bound: int | None, now: datetime) -> bool:
    """Start at the end of the events, with all cards invalidated; False if another process did.

    What happened before is in the rows from which the cards are recomputed.
    """
    end = connection.scalar(select(func.max(Event.seq))) or 0 if bound is None else bound - 1
    begun = connection.scalar(
        insert_into(connection, EventFollower)
        .on_conflict_do_nothing()
        .returning(EventFollower.seq),
        {"name": CONSUMER, "seq": end},
    )
    if begun is None:
        return False
    for organization_id in connection.scalars(select(WalletState.organization_id)).all():
        invalidate_all(connection, organization_id, now)
    return True


def _read(session: Session, wanted: Select[*tuple[Any, ...]], now: datetime) -> None:
    """Consume the next events: invalidate what they affect, and store the position.

    Where that fails, for instance of a company that is not there, all cards of the organization
    are invalidated: an event that stays would stop all others.
    """
    connection = session.connection()
    events = connection.execute(wanted).all()
    if not events:
        return
    for of_organization in sorted(_affected_by(events).items()):
        organization_id, _ = of_organization
        _, failed = work_apart(
            session, [of_organization], lambda some: _invalidate(connection, *some[0], now)
        )
        for _, error in failed:
            logger().error("events_broken", organization=organization_id, exc_info=error)
            invalidate_all(connection, organization_id, now)
    connection.execute(update(EventFollower).where(_WHERE).values(seq=events[-1].seq))


def _affected_by(events: Iterable[AnyRow]) -> dict[int, _Affected]:
    """What events affect, by organization."""
    known = frozenset(EventType)
    found: dict[int, _Affected] = defaultdict(_Affected)
    for event in events:
        if event.type in known:  # others were stored by a newer version of the service
            affected = found[event.organization_id]
            try:
                data = json.loads(event.data) if isinstance(event.data, str) else event.data
                affected.add(EventType(event.type), event.subject_id, data)
            except (ValueError, TypeError, AttributeError):
                # Whatever it is about: all cards of its organization, and no other's.
                logger().exception("event_unreadable", seq=event.seq, type=event.type)
                affected.everybody = True
    return found


def _invalidate(
    connection: Connection, organization_id: int, affected: _Affected, now: datetime
) -> None:
    """Invalidate the affected cards, those of companies and organizations in chunks later."""
    if affected.everybody:
        invalidate_all(connection, organization_id, now)
        return
    seats = affected.seats | _companies_of(connection, organization_id, affected.seatings)
    limited = _with_seats(connection, organization_id, seats - affected.companies)
    for company_id in sorted(affected.companies | limited):
        invalidate_all(connection, organization_id, now, company_id=company_id)
    invalidate_cards(connection, organization_id, affected.cards, now)
    invalidate_customers(connection, organization_id, affected.customers, now)


def _companies_of(
    connection: Connection, organization_id: int, customer_ids: Collection[UUID]
) -> set[UUID]:
    """The companies that customers are linked to now."""
    if not customer_ids:
        return set()
    linked = select(CompanyLink.company_id).where(
        CompanyLink.organization_id == organization_id,
        CompanyLink.customer_id.in_(customer_ids),
        CompanyLink.valid_until.is_(None),
    )
    return set(connection.scalars(linked))


def _with_seats(
    connection: Connection, organization_id: int, company_ids: Collection[UUID]
) -> set[UUID]:
    """The companies with limited seats: there, one customer's link affects the others."""
    if not company_ids:
        return set()
    return set(
        connection.scalars(
            select(Company.id).where(
                Company.organization_id == organization_id,
                Company.id.in_(company_ids),
                Company.seat_cap.is_not(None),
            )
        )
    )


def _set_back(now: datetime) -> Select[int]:
    """The query for organizations whose cards were recomputed later than it is now."""
    late = WalletState.clock_at > now + _CLOCK_MARGIN
    return select(WalletState.organization_id).where(late)


def _check_clock(connection: Connection, now: datetime) -> None:
    """Invalidate all cards if the clock was set back: they may show a future state."""
    for organization_id in connection.scalars(_set_back(now)).all():
        invalidate_all(connection, organization_id, now)
        connection.execute(
            update(WalletState)
            .where(WalletState.organization_id == organization_id)
            .values(clock_at=now)
        )


EVENT_CONSUMER_JOB = Job(NAME, consume_events, pause_seconds=1.0)
"""See ``membership.jobs``."""
