"""Writes lines of memberships: a plan with its current terms, for a customer or a company."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api_client.messages.management import IntervalUnit
from api_client.messages.scan import PermissionView
from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import Row, chunks, insert_rows
from membership.data.imports.parse.columns import Values
from membership.data.imports.resolve.references import CompanyReferences, CustomerReferences
from membership.data.imports.schemas import LineOutcome, OnDuplicate
from membership.events.types import EventType
from membership.members.plans.permissions import permissions_of
from membership.rules.instants import TimeError, day_start, local_day
from membership.rules.periods import Interval, Period, first_period, period_until
from membership.store.models import Membership, MembershipSource, Plan

_COLUMNS = (
    "organization_id",
    "id",
    "customer_id",
    "company_id",
    "plan_id",
    "plan_name",
    "price_minor",
    "currency",
    "billing_unit",
    "billing_count",
    "length_unit",
    "length_count",
    "permissions",
    "starts_at",
    "ends_at",
    "last_day",
    "time_zone",
    "anchor_day",
    "period_number",
    "payment_overdue_since",
    "ended_for_good",
    "expiry_due_at",
    "source",
    "actor_kind",
    "actor_id",
    "actor_name",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class _Sale:
    """The sale of a line: owner, plan and period."""

    customer: UUID | None
    company: UUID | None
    plan: Plan
    period: Period
    permissions: list[list[str]]

    @property
    def key(self) -> tuple[UUID, UUID, datetime]:
        """The key by which equal sales are recognised: owner, plan and first instant."""
        return (self.customer or self.company or UUID(int=0), self.plan.id, self.period.starts_at)


def write_memberships(batch: Batch) -> None:
    """Write the memberships of a batch, and set the result of each line."""
    sales = _resolve(batch)
    known = _sold_before(batch, list(sales.values()))
    keys = {_text(sale): sale.key for sale in sales.values()}
    known |= {keys[key] for key in batch.earlier_keys(keys)}
    rows: list[tuple[UUID, Row]] = []
    kept: dict[str, int] = {}
    skips = batch.duplicates.action is OnDuplicate.SKIP
    for item in batch.valid_items():
        sale = sales[item.line]
        if skips and sale.key in known:
            item.record_result(
                LineOutcome.SKIPPED, None, "starts_on: this plan was sold to them then"
            )
            continue
        known.add(sale.key)
        kept.setdefault(_text(sale), item.line)
        membership = uuid4()
        rows.append((membership, _row(batch, membership, sale, item.values or {})))
        item.record_result(LineOutcome.CREATED, None if batch.dry_run else membership)
    if batch.dry_run:
        batch.store_keys(kept)
        return
    insert_rows(batch.session.connection(), Membership, _COLUMNS, [row for _, row in rows])
    batch.emit(EventType.MEMBERSHIP_CREATED, _created, rows)


def _resolve(batch: Batch) -> dict[int, _Sale]:
    """Resolve plan, owner and period of each line; lines that fail are refused."""
    values = [item.values or {} for item in batch.valid_items()]
    customers = CustomerReferences(
        batch, [each["customer"] for each in values if "customer" in each]
    )
    companies = CompanyReferences(batch, [each["company"] for each in values if "company" in each])
    plans = _Plans(batch)
    zone = ZoneInfo(batch.tenant.time_zone)
    sales: dict[int, _Sale] = {}
    for item in batch.valid_items():
        try:
            sales[item.line] = _sale(batch, item, customers, companies, plans=plans, zone=zone)
        except ValueError as error:
            item.refuse(str(error))
    return sales


def _sale(
    batch: Batch,
    item: Item,
    customers: CustomerReferences,
    companies: CompanyReferences,
    *,
    plans: "_Plans",
    zone: ZoneInfo,
) -> _Sale:
    """The sale of a line. Raises ValueError with a text that names the column."""
    values = item.values or {}
    if "customer" in values and "company" in values:
        raise ValueError("company: a membership belongs to a customer or to a company, not both")
    column = "plan"
    try:
        plan, permissions = plans.find(values["plan"])
        column = "customer" if "customer" in values else "company"
        customer = customers.find(values["customer"]) if "customer" in values else None
        company = companies.find(values["company"]) if "company" in values else None
        column = "last_day" if "last_day" in values else "starts_on"
        period = _period(batch, plan, values, zone)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from None
    return _Sale(customer, company, plan, period, permissions)


def _period(batch: Batch, plan: Plan, values: Values, zone: ZoneInfo) -> Period:
    """The period of the membership. Raises ValueError."""
    starts_on, last_day = values.get("starts_on"), values.get("last_day")
    if starts_on is not None:
        return _period_from(starts_on, last_day, plan.length_unit, plan.length_count, zone=zone)
    return _period_at(batch.now, last_day, plan.length_unit, plan.length_count, zone=zone)


@lru_cache(maxsize=16384)
def _period_from(
    starts_on: date,
    last_day: date | None,
    unit: IntervalUnit | None,
    count: int | None,
    *,
    zone: ZoneInfo,
) -> Period:
    """The period that starts on a local day. Raises ValueError."""
    try:
        return _period_at(day_start(starts_on, zone), last_day, unit, count, zone=zone)
    except TimeError as error:
        raise ValueError(str(error)) from None


def _period_at(
    starts_at: datetime,
    last_day: date | None,
    unit: IntervalUnit | None,
    count: int | None,
    *,
    zone: ZoneInfo,
) -> Period:
    """The period that starts at an instant, to ``last_day`` or as long as the plan.

    Raises ValueError.
    """
    try:
        if last_day is not None:
            return period_until(starts_at, last_day, zone)
        interval = None if unit is None or count is None else Interval(unit, count)
        return first_period(starts_at, interval, zone)
    except TimeError as error:
        raise ValueError(str(error)) from None


class _Plans:
    """The organization's plans, by id and by name."""

    def __init__(self, batch: Batch) -> None:
        rows = batch.session.scalars(
            select(Plan).where(Plan.organization_id == batch.tenant.id).order_by(Plan.created_at)
        ).all()
        self._by_id = {plan.id: plan for plan in rows}
        self._by_name: dict[str, list[Plan]] = {}
        for plan in rows:
            self._by_name.setdefault(plan.name, []).append(plan)
        carried: dict[UUID, tuple[PermissionView, ...]] = dict(
            permissions_of(batch.session, batch.tenant.id, list(self._by_id))
        )
        self._permissions = {
            plan: [[each.key, each.label] for each in labels] for plan, labels in carried.items()
        }

    def find(self, named: UUID | str) -> tuple[Plan, list[list[str]]]:
        """A plan that is not archived, with its permissions. Raises ValueError."""
        plan = self._by_id.get(named) if isinstance(named, UUID) else self._named(named)
        if plan is None:
            raise ValueError("there is no such plan")
        if plan.archived_at is not None:
            raise ValueError(f"the plan {plan.name} is archived and not sold anymore")
        return plan, self._permissions.get(plan.id, [])

    def _named(self, name: str) -> Plan | None:
        """The only plan of a name that is not archived. Raises ValueError for several."""
        plans = self._by_name.get(name, [])
        sold = [plan for plan in plans if plan.archived_at is None]
        if len(sold) > 1:
            raise ValueError(f"{len(sold)} plans are called {name}; use the id")
        return sold[0] if sold else (plans[0] if plans else None)


def _sold_before(batch: Batch, sales: list[_Sale]) -> set[tuple[UUID, UUID, datetime]]:
    """Keys of the memberships that the owners have already."""
    found: set[tuple[UUID, UUID, datetime]] = set()
    owners: tuple[tuple[Any, set[UUID]], ...] = (
        (Membership.customer_id, {sale.customer for sale in sales if sale.customer is not None}),
        (Membership.company_id, {sale.company for sale in sales if sale.company is not None}),
    )
    for column, wanted in owners:
        for some in chunks(wanted):
            rows = batch.session.execute(
                select(column, Membership.plan_id, Membership.starts_at).where(
                    Membership.organization_id == batch.tenant.id, column.in_(some)
                )
            )
            found.update((owner, plan, starts_at) for owner, plan, starts_at in rows)
    return found


def _row(batch: Batch, membership: UUID, sale: _Sale, values: Values) -> Row:
    """The row of a membership; its end is announced only if it is in the future."""
    plan, period = sale.plan, sale.period
    still_to_end = period.ends_at is not None and period.ends_at > batch.now
    return (
        batch.tenant.id,
        membership,
        sale.customer,
        sale.company,
        plan.id,
        plan.name,
        plan.price_minor,
        plan.currency,
        plan.billing_unit,
        plan.billing_count,
        plan.length_unit,
        plan.length_count,
        sale.permissions,
        period.starts_at,
        period.ends_at,
        period.last_day,
        batch.tenant.time_zone,
        _anchor(period.starts_at, batch.tenant.time_zone),
        1,
        batch.now if values.get("payment_overdue") else None,
        False,
        period.ends_at if still_to_end else None,
        MembershipSource.IMPORT,
        batch.actor.kind,
        batch.actor.id,
        batch.actor.name,
        batch.now,
    )


@lru_cache(maxsize=16384)
def _anchor(starts_at: datetime, zone: str) -> date:
    """The local day from which a membership's periods are counted."""
    return local_day(starts_at, ZoneInfo(zone))


def _text(sale: _Sale) -> str:
    """The key of a sale as text, as a dry run stores it."""
    return "membership\n" + "\n".join(map(str, sale.key))


def _created(sold: tuple[UUID, Row]) -> tuple[UUID, dict[str, Any]]:
    """The event of a new membership."""
    membership, row = sold
    return membership, {
        "membership_id": str(membership),
        "customer_id": None if row[2] is None else str(row[2]),
        "company_id": None if row[3] is None else str(row[3]),
        "plan_id": str(row[4]),
    }
