"""Follows the events: what happened is read in its order, and the cards concerned are marked.

How far the events were read is stored with the marks in one transaction, so that none is
missed and none is kept waiting by a crash. Events of more people than a few are left to
``membership.wallet.updates.invalidation``, which goes through them in pieces.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, exists, func, select, update

from membership.base.actors import SERVICE
from membership.events.outbox import watermark
from membership.events.types import EventType
from membership.store.background import Job, Work
from membership.store.database import AnyRow
from membership.store.models import Company, Event, EventFollower, WalletMark, WalletState
from membership.store.upsert import insert_into
from membership.wallet.updates.invalidation import (
    PIECE,
    mark_all,
    mark_cards,
    mark_customers,
    mark_piece,
)

FOLLOWER = "wallet"
"""The name under which it is stored how far the events were read."""

BATCH = 500
"""Events that are read in one transaction."""

_CLOCK_MARGIN = timedelta(minutes=1)
"""How far the clocks of processes may be apart."""

_OF_CUSTOMER = frozenset(
    {EventType.CUSTOMER_UPDATED, EventType.CUSTOMER_MERGED, EventType.CUSTOMER_ERASED}
)
_OF_LINK = frozenset({EventType.LINK_CREATED, EventType.LINK_ENDED})
_SHOWN_OF_COMPANIES = frozenset({"name", "seat_cap"})
_WHERE = EventFollower.name == FOLLOWER


@dataclass
class _Concerned:
    """Whose cards are to be marked in one organization."""

    cards: set[UUID] = field(default_factory=set)
    customers: set[UUID] = field(default_factory=set)
    companies: set[UUID] = field(default_factory=set)
    seats: set[UUID] = field(default_factory=set)
    """Companies whose people may have other seats, if the company limits them."""
    everybody: bool = False

    def add(self, event: EventType, subject_id: str, data: Mapping[str, Any]) -> None:
        """Note whom an event concerns; plans are not among them, for what was sold stays."""
        if event is EventType.CARD_REVOKED:
            self.cards.add(UUID(subject_id))
        elif event in _OF_CUSTOMER:
            self._note(data, "customer_id", self.customers)
        elif event in _OF_LINK:
            self._note(data, "customer_id", self.customers)
            self._note(data, "company_id", self.seats)
        elif event.startswith("membership."):
            self._note(data, "customer_id", self.customers)
            self._note(data, "company_id", self.companies)
        elif event is EventType.COMPANY_UPDATED:
            if not _SHOWN_OF_COMPANIES.isdisjoint(data.get("changed", _SHOWN_OF_COMPANIES)):
                self._note(data, "company_id", self.companies)
        elif event is EventType.IMPORT_FINISHED and not data.get("dry_run", False):
            # Imports change many things without telling each of them.
            self.everybody = True

    @staticmethod
    def _note(data: Mapping[str, Any], name: str, ids: set[UUID]) -> None:
        """Add the id that an event names, if it names one of the kind."""
        if data.get(name) is not None:
            ids.add(UUID(data[name]))


def follow(work: Work, *, count: int = BATCH, piece: int = PIECE) -> bool:
    """Read ``count`` events, and mark a piece of what is left to be marked; False if nothing is.

    Does nothing while another process is at it.
    """
    now = work.clock()
    with work.database.readers.begin() as session:
        # Looked at without the write lock: mostly there is nothing to do.
        if not _has_work(session.connection(), now):
            return False
    with work.database.writing(SERVICE, now) as (session, _):
        connection = session.connection()
        bound = watermark(connection)
        position = connection.scalar(_position().with_for_update(skip_locked=True))
        if position is None:
            return _begin(connection, bound, now)
        _read(connection, _events(position, bound, count), now)
        _notice_clock(connection, now)
    with work.database.writing(SERVICE, now) as (session, _):
        mark_piece(session.connection(), now, piece)
    return True


def _position() -> Select[int]:
    """The query for how far the events were read."""
    return select(EventFollower.seq).where(_WHERE)


def _events(position: int, bound: int | None, count: int) -> Select[*tuple[Any, ...]]:
    """The query for the events after a position that no earlier one can still precede."""
    wanted = (
        select(Event.seq, Event.organization_id, Event.type, Event.subject_id, Event.data)
        .where(Event.seq > position)
        .order_by(Event.seq)
        .limit(count)
    )
    return wanted if bound is None else wanted.where(Event.seq < bound)


def _has_work(connection: Connection, now: datetime) -> bool:
    """Whether there is something to read or to mark."""
    bound = watermark(connection)
    position = connection.scalar(_position())
    if position is None:
        return True
    waiting = (
        exists(_events(position, bound, 1).subquery().select()),
        exists(select(WalletMark.id)),
        exists(_set_back(now)),
    )
    return any(connection.scalar(select(each)) for each in waiting)


def _begin(connection: Connection, bound: int | None, now: datetime) -> bool:
    """Begin at the end of the events, with all cards marked; False if somebody else did.

    What happened before is in what the cards will then be made of.
    """
    end = connection.scalar(select(func.max(Event.seq))) or 0 if bound is None else bound - 1
    begun = connection.scalar(
        insert_into(connection, EventFollower)
        .on_conflict_do_nothing()
        .returning(EventFollower.seq),
        {"name": FOLLOWER, "seq": end},
    )
    if begun is None:
        return False
    for organization_id in connection.scalars(select(WalletState.organization_id)).all():
        mark_all(connection, organization_id, now)
    return True


def _read(connection: Connection, wanted: Select[*tuple[Any, ...]], now: datetime) -> None:
    """Read the next events, mark whom they concern, and store how far that is."""
    events = connection.execute(wanted).all()
    if not events:
        return
    for organization_id, concerned in sorted(_concerned(events).items()):
        _mark(connection, organization_id, concerned, now)
    connection.execute(update(EventFollower).where(_WHERE).values(seq=events[-1].seq))


def _concerned(events: Iterable[AnyRow]) -> dict[int, _Concerned]:
    """Whom events concern, by organization."""
    known = frozenset(EventType)
    found: dict[int, _Concerned] = defaultdict(_Concerned)
    for event in events:
        if event.type in known:  # else it was stored by a newer version of the service
            found[event.organization_id].add(EventType(event.type), event.subject_id, event.data)
    return found


def _mark(
    connection: Connection, organization_id: int, concerned: _Concerned, now: datetime
) -> None:
    """Mark cards, or let them be marked."""
    if concerned.everybody:
        mark_all(connection, organization_id, now)
        return
    limited = _with_seats(connection, organization_id, concerned.seats - concerned.companies)
    for company_id in sorted(concerned.companies | limited):
        mark_all(connection, organization_id, now, company_id=company_id)
    mark_cards(connection, organization_id, concerned.cards, now)
    mark_customers(connection, organization_id, concerned.customers, now)


def _with_seats(
    connection: Connection, organization_id: int, company_ids: Collection[UUID]
) -> set[UUID]:
    """Those of the companies that limit their seats: there, one's link decides on others'."""
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
    """The query for organizations whose cards were looked at later than it is now."""
    late = WalletState.clock_at > now + _CLOCK_MARGIN
    return select(WalletState.organization_id).where(late)


def _notice_clock(connection: Connection, now: datetime) -> None:
    """Look at all cards again if the clock was set back: they may show what is still to come."""
    for organization_id in connection.scalars(_set_back(now)).all():
        mark_all(connection, organization_id, now)
        connection.execute(
            update(WalletState)
            .where(WalletState.organization_id == organization_id)
            .values(clock_at=now)
        )


FOLLOW_JOB = Job("card-follower", follow, pause_seconds=1.0)
"""See ``membership.jobs``."""
