"""Recognises memberships that were sold before, to the owners of the lines of a batch."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api_client.messages.scan import Status
from membership.data.imports.batch import Batch
from membership.data.imports.bulk import chunks
from membership.data.imports.resolve.tried import Tried
from membership.events.types import EventType
from membership.members.memberships.entitlements import last_day_of, term_of
from membership.rules.instants import local_day
from membership.rules.periods import Period
from membership.rules.status import Term, standing
from membership.store.models import AuditEntry, Membership, MembershipSource, Plan

_Owned = tuple[UUID, UUID]
"""An owner and a plan."""
_Place = tuple[UUID, UUID, date | None]
"""Owner, plan, and first day; None for the membership of a line without one."""
_MOVED = (EventType.MEMBERSHIP_RENEWED.value, EventType.MEMBERSHIP_RENEWAL_UNDONE.value)
"""Changes that may move the first day: a late payment begins a new period."""


@dataclass(frozen=True, slots=True)
class Sale:
    """The sale of a line: owner, plan, first and last day if they are given, and the period.

    ``problem`` tells why it has no period; nothing can be sold then.
    """

    customer: UUID | None
    company: UUID | None
    plan: Plan
    permissions: list[list[str]]
    starts_on: date | None
    last_day: date | None
    period: Period | None
    problem: str = ""

    @property
    def owned(self) -> _Owned:
        """The owner and the plan."""
        return (self.customer or self.company or UUID(int=0), self.plan.id)

    @property
    def place(self) -> _Place:
        """What tells sales of one file apart: owner, plan, and the first day if given."""
        return (*self.owned, self.starts_on)


class SoldBefore:
    """The memberships of the owners of a batch, by what a line says of them.

    A line with a first day means the membership of owner and plan that begins on it, or began on
    it before a late renewal moved it. One without means the one that runs now, or else the last
    one that an import stored: so that the same file again sells nothing twice, whenever it is
    read. What earlier lines of the same file sold is known by keys, so that it makes no difference
    where batches end. ``tried`` is what a dry run would have set of them.
    """

    def __init__(self, batch: Batch, sales: list[Sale]) -> None:
        self._batch = batch
        self._dated: dict[_Place, list[Membership]] = defaultdict(list)
        self._moved: dict[_Place, Membership] = {}
        self._undated: dict[_Owned, Membership] = {}
        customers = {sale.customer for sale in sales if sale.customer is not None}
        companies = {sale.company for sale in sales if sale.company is not None}
        rows = [
            *self._load(Membership.customer_id, customers),
            *self._load(Membership.company_id, companies),
        ]
        places = {sale.place for sale in sales} | {(*sale.owned, None) for sale in sales}
        keys = {_text(each): each for each in (*places, *map(_place_of, rows))}
        self._here: set[_Place] = {keys[key] for key in batch.earlier_keys(keys)}
        self._kept: dict[str, int] = {}
        for row in rows:
            self._add(row)
        self._add_moved({row.id: row for row in rows})
        self.tried = Tried(batch)
        self.tried.load({row.id for row in rows})

    def is_of_line_before(self, sale: Sale) -> bool:
        """Whether an earlier line of this file sold the same."""
        return sale.place in self._here

    def find(self, sale: Sale) -> Membership | None:
        """The membership that a line means; None if it was not sold yet."""
        if sale.starts_on is None:
            return self._undated.get(sale.owned)
        same = self._dated.get(sale.place)
        if not same:
            return self._moved.get(sale.place)
        return next((row for row in same if last_day_of(row) == sale.last_day), same[-1])

    def sell(self, sale: Sale, line: int) -> None:
        """Add what a line sells, for the lines after it: one without a day means what runs."""
        places = [sale.place]
        if sale.period is not None and self._runs(Term(sale.period.starts_at, sale.period.ends_at)):
            places.append((*sale.owned, None))
        for place in set(places) - self._here:
            self._here.add(place)
            self._kept[_text(place)] = line

    def store_keys(self) -> None:
        """Store what lines sold, for the batches after this one."""
        self._batch.store_keys(self._kept)
        self.tried.store()

    def _load(self, column: Any, owners: set[UUID]) -> Iterable[Membership]:
        """The memberships of owners, the latest at last."""
        for some in chunks(owners):
            yield from self._batch.session.scalars(
                select(Membership)
                .where(Membership.organization_id == self._batch.tenant.id, column.in_(some))
                .order_by(Membership.starts_at, Membership.id)
            )

    def _add(self, row: Membership) -> None:
        """Add a membership; one that runs goes before others."""
        place = _place_of(row)
        owned = place[:2]
        self._dated[place].append(row)
        if self._runs(term_of(row)):
            self._undated[owned] = row
        elif row.source is MembershipSource.IMPORT and place not in self._here:
            before = self._undated.get(owned)
            if before is None or not self._runs(term_of(before)):
                self._undated[owned] = row

    def _add_moved(self, rows: dict[UUID, Membership]) -> None:
        """Add former first days, as the audit has them."""
        for some in chunks(map(str, rows)):
            entries = self._batch.session.execute(
                select(AuditEntry.subject_id, AuditEntry.before)
                .where(
                    AuditEntry.organization_id == self._batch.tenant.id,
                    AuditEntry.subject_id.in_(some),
                    AuditEntry.action.in_(_MOVED),
                )
                .order_by(AuditEntry.at, AuditEntry.id)
            )
            for subject_id, before in entries:
                if "starts_at" in (before or {}):
                    row = rows[UUID(subject_id)]
                    zone = ZoneInfo(before.get("time_zone", row.time_zone))
                    began = local_day(datetime.fromisoformat(before["starts_at"]), zone)
                    self._moved[*_place_of(row)[:2], began] = row

    def _runs(self, term: Term) -> bool:
        """Whether a membership is active."""
        return standing(term, self._batch.now).status is Status.ACTIVE


def _place_of(row: Membership) -> _Place:
    """Owner, plan and first day of a membership."""
    first = local_day(row.starts_at, ZoneInfo(row.time_zone))
    return (row.customer_id or row.company_id or UUID(int=0), row.plan_id, first)


def _text(place: _Place) -> str:
    """A place as text, as it is stored."""
    return "membership\n" + "\n".join(map(str, place))
