"""Recognises memberships that were sold before, to the owners of the lines of a batch."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api_client.messages.scan import Status
from membership.data.imports.batch import Batch
from membership.data.imports.bulk import chunks
from membership.members.memberships.entitlements import term_of
from membership.rules.periods import Period
from membership.rules.status import standing
from membership.store.models import Membership, MembershipSource, Plan

_Owned = tuple[UUID, UUID]
"""An owner and a plan."""


@dataclass(frozen=True, slots=True)
class Sale:
    """The sale of a line: owner, plan and period; ``is_dated`` if the line has its first day."""

    customer: UUID | None
    company: UUID | None
    plan: Plan
    period: Period
    permissions: list[list[str]]
    is_dated: bool

    @property
    def owned(self) -> _Owned:
        """The owner and the plan."""
        return (self.customer or self.company or UUID(int=0), self.plan.id)

    @property
    def place(self) -> tuple[UUID, UUID, datetime | None]:
        """What tells sales of one file apart: owner, plan, and the first instant if given."""
        return (*self.owned, self.period.starts_at if self.is_dated else None)


class SoldBefore:
    """The memberships of the owners of a batch, by what a line says of them.

    A line with a first day means the membership of owner and plan that begins then. One without
    means the one that runs now, or else the last one that an import stored: so that the same file
    again sells nothing twice, whenever it is read.
    """

    def __init__(self, batch: Batch, sales: list[Sale]) -> None:
        self._batch = batch
        self._dated: dict[tuple[UUID, UUID, datetime | None], Membership] = {}
        self._undated: dict[_Owned, Membership] = {}
        customers = {sale.customer for sale in sales if sale.customer is not None}
        companies = {sale.company for sale in sales if sale.company is not None}
        self._load(Membership.customer_id, customers)
        self._load(Membership.company_id, companies)

    def find(self, sale: Sale) -> Membership | None:
        """The membership that a line means; None if it was not sold yet."""
        if sale.is_dated:
            return self._dated.get(sale.place)
        return self._undated.get(sale.owned)

    def _load(self, column: Any, owners: set[UUID]) -> None:
        """Load the memberships of owners, the latest at last."""
        for some in chunks(owners):
            rows = self._batch.session.scalars(
                select(Membership)
                .where(Membership.organization_id == self._batch.tenant.id, column.in_(some))
                .order_by(Membership.starts_at, Membership.id)
            )
            for row in rows:
                self._add(row)

    def _add(self, row: Membership) -> None:
        """Add a membership; one that runs goes before others."""
        owned = (row.customer_id or row.company_id or UUID(int=0), row.plan_id)
        self._dated[*owned, row.starts_at] = row
        if self._runs(row):
            self._undated[owned] = row
        elif row.source is MembershipSource.IMPORT:
            before = self._undated.get(owned)
            if before is None or not self._runs(before):
                self._undated[owned] = row

    def _runs(self, row: Membership) -> bool:
        """Whether a membership is active."""
        return standing(term_of(row), self._batch.now).status is Status.ACTIVE
