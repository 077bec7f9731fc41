"""Writes lines of memberships: a plan with its current terms, for a customer or a company."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from api_client.messages.management import IntervalUnit
from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import Row, insert_rows
from membership.data.imports.parse.columns import Values
from membership.data.imports.resolve.references import (
    CompanyReferences,
    CustomerReferences,
    PlanReferences,
)
from membership.data.imports.resolve.sold import Sale, SoldBefore
from membership.data.imports.schemas import LineNote, LineOutcome, OnDuplicate
from membership.data.imports.write.membership_updates import set_again
from membership.events.types import EventType
from membership.members.memberships.past_periods import imported_periods
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
    "former_periods",
)


def write_memberships(batch: Batch) -> None:
    """Write the memberships of a batch, and set the result of each line."""
    sales = _resolve(batch)
    creates = batch.duplicates.action is OnDuplicate.CREATE
    known = None if creates else SoldBefore(batch, list(sales.values()))
    rows: list[tuple[UUID, Row]] = []
    for item in batch.valid_items():
        sale = sales[item.line]
        if known is not None and known.is_of_line_before(sale):
            item.record_result(
                LineOutcome.SKIPPED, None, "plan: is that of a line before", LineNote.MERGED
            )
            continue
        before = None if known is None else known.find(sale)
        if known is not None and before is not None:
            set_again(batch, item, before, known.tried)
            continue
        if sale.period is None:
            item.refuse(sale.problem)
            continue
        membership = uuid4()
        rows.append((membership, _row(batch, membership, sale, sale.period, item.values or {})))
        item.record_result(LineOutcome.CREATED, None if batch.dry_run else membership)
        if known is not None:
            known.sell(sale, item.line)
    if known is not None:
        known.store_keys()
    if batch.dry_run:
        return
    insert_rows(batch.session.connection(), Membership, _COLUMNS, [row for _, row in rows])
    batch.emit(EventType.MEMBERSHIP_CREATED, _created, rows)


def _resolve(batch: Batch) -> dict[int, Sale]:
    """Resolve plan, owner and period of each line; lines that fail are refused."""
    values = [item.values or {} for item in batch.valid_items()]
    customers = CustomerReferences(
        batch, [each["customer"] for each in values if "customer" in each]
    )
    companies = CompanyReferences(batch, [each["company"] for each in values if "company" in each])
    plans = PlanReferences(batch)
    zone = ZoneInfo(batch.tenant.time_zone)
    sales: dict[int, Sale] = {}
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
    plans: PlanReferences,
    zone: ZoneInfo,
) -> Sale:
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
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from None
    period, problem = None, ""
    try:
        period = _period(batch, plan, values, zone)
    except ValueError as error:
        problem = f"{'last_day' if 'last_day' in values else 'starts_on'}: {error}"
    return Sale(
        customer, company, plan, permissions, values.get("starts_on"), values.get("last_day"),
        period, problem,
    )  # fmt: skip


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


def _row(batch: Batch, membership: UUID, sale: Sale, period: Period, values: Values) -> Row:
    """The row of a membership; its end is announced only if it is in the future."""
    plan = sale.plan
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
        imported_periods(values.get("former_periods", ()), period.ends_at, batch.tenant.time_zone),
    )


@lru_cache(maxsize=16384)
def _anchor(starts_at: datetime, zone: str) -> date:
    """The local day from which a membership's periods are counted."""
    return local_day(starts_at, ZoneInfo(zone))


def _created(sold: tuple[UUID, Row]) -> tuple[UUID, dict[str, Any]]:
    """The event of a new membership."""
    membership, row = sold
    return membership, {
        "membership_id": str(membership),
        "customer_id": None if row[2] is None else str(row[2]),
        "company_id": None if row[3] is None else str(row[3]),
        "plan_id": str(row[4]),
    }
