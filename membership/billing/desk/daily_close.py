"""The figures of a daily close: what was taken and voided on a day, by method and by person."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from api_client.messages.management import ActorView
from api_client.messages.payments import DailyClose, PaymentMethod, TillFigure, TillSum
from membership.rules.instants import TimeError, day_after, day_start, local_day
from membership.store.models import Payment
from membership.web.access import Call
from membership.web.errors import Invalid

MOST_FIGURES = 500
"""Figures by person that are listed at most, of each kind; the sums count all."""

_TAKEN_BY = (Payment.actor_kind, Payment.actor_id, Payment.actor_name)
_VOIDED_BY = (Payment.voided_by_kind, Payment.voided_by_id, Payment.voided_by_name)
_COUNT = func.count()
_AMOUNT = func.sum(Payment.amount_minor).label("amount_minor")


def close_of_day(call: Call, day: date | None, *, most: int = MOST_FIGURES) -> DailyClose:
    """Return the figures of a local day, by default of today; at most ``most`` of each kind.

    Raises Invalid for a day beyond the calendar.
    """
    zone = ZoneInfo(call.tenant.time_zone)
    day = day or local_day(call.now, zone)
    try:
        begins, ends = day_start(day, zone), day_start(day_after(day), zone)
    except TimeError as error:
        raise Invalid("day_invalid", "query.day", str(error)) from error
    on_day = _within(call, Payment.created_at, begins, ends)
    voided_on_day = _within(call, Payment.voided_at, begins, ends)
    taken = _figures(call, on_day, _TAKEN_BY, most + 1)
    voided = _figures(call, voided_on_day, _VOIDED_BY, most + 1)
    return DailyClose(
        day=day,
        time_zone=zone.key,
        begins_at=begins,
        ends_at=ends,
        sums=_sums(_totals(call, on_day), _totals(call, voided_on_day)),
        taken=tuple(taken[:most]),
        voided=tuple(voided[:most]),
        complete=len(taken) <= most and len(voided) <= most,
    )


def _within(call: Call, column: Any, begins: datetime, ends: datetime) -> ColumnElement[bool]:
    """SQL condition: a payment of the organization, and an instant of it within a day."""
    here = Payment.organization_id == call.tenant.id
    condition: ColumnElement[bool] = here & (column >= begins) & (column < ends)
    return condition


def _figures(
    call: Call, which: ColumnElement[bool], by: tuple[Any, Any, Any], most: int
) -> list[TillFigure]:
    """Return payments counted by person, method and currency; people by their latest name."""
    kind, actor_id, name = by
    rows = call.session.connection().execute(
        select(
            kind.label("kind"),
            actor_id.label("actor_id"),
            func.max(name).label("name"),
            Payment.method,
            Payment.currency,
            func.count().label("payments"),
            _AMOUNT,
        )
        .where(which)
        .group_by(kind, actor_id, Payment.method, Payment.currency)
        .order_by(func.max(name), kind, actor_id, Payment.currency, Payment.method)
        .limit(most)
    )
    return [
        TillFigure(
            actor=None
            if row.kind is None
            else ActorView(kind=row.kind, id=row.actor_id, name=row.name or ""),
            method=row.method,
            currency=row.currency,
            count=row.payments,
            amount_minor=row.amount_minor,
        )
        for row in rows
    ]


_Totals = dict[tuple[str, PaymentMethod], tuple[int, int]]


def _totals(call: Call, which: ColumnElement[bool]) -> _Totals:
    """Return count and amount of payments, by currency and method."""
    rows = call.session.connection().execute(
        select(Payment.currency, Payment.method, _COUNT, _AMOUNT)
        .where(which)
        .group_by(Payment.currency, Payment.method)
    )
    return {(currency, method): (count, amount) for currency, method, count, amount in rows}


def _sums(taken: _Totals, voided: _Totals) -> tuple[TillSum, ...]:
    """Return the figures of each method in each currency."""
    sums = []
    for currency, method in sorted({*taken, *voided}):
        taken_count, taken_minor = taken.get((currency, method), (0, 0))
        voided_count, voided_minor = voided.get((currency, method), (0, 0))
        sums.append(
            TillSum(
                method=method,
                currency=currency,
                taken_count=taken_count,
                taken_minor=taken_minor,
                voided_count=voided_count,
                voided_minor=voided_minor,
                net_minor=taken_minor - voided_minor,
            )
        )
    return tuple(sums)
