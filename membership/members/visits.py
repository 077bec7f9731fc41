"""Visits: recorded once per visit id, counted, listed and undone."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from api_client.messages.scan import NamedBy, Outcome, ScanRequest, VisitCount, VisitPage, VisitView
from membership.members.customers.aliases import resolve
from membership.members.customers.views import display_name, number_text
from membership.rules.instants import day_start, local_day
from membership.store.database import AnyRow
from membership.store.models import Customer, Visit
from membership.store.prepared import Prepared
from membership.web.access import Call
from membership.web.errors import Conflict, NotFound
from membership.web.fast_path import AnyCall
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, instant_of, total_of
from passes.characters import without_unseen

_KEY = ("organization_id", "id")
_TABLE = Visit.metadata.tables[Visit.__tablename__]
# Gives back the id only of a row that was really added.
_INSERT = {
    "postgresql": Prepared(
        postgresql_insert(_TABLE).on_conflict_do_nothing(index_elements=_KEY).returning(_TABLE.c.id)
    ),
    "sqlite": Prepared(
        sqlite_insert(_TABLE).on_conflict_do_nothing(index_elements=_KEY).returning(_TABLE.c.id)
    ),
}
_organization: ColumnElement[int] = bindparam("organization_id")
_instant = Visit.at.type
_TEXT_OF_VISIT = select(Visit.text_digest, Visit.at).where(
    Visit.organization_id == _organization, Visit.id == bindparam("visit_id")
)
_TODAY = case((Visit.at >= bindparam("day_start", type_=_instant), 1), else_=0)
_BEFORE = case(
    (
        and_(
            Visit.id != bindparam("visit_id"),
            Visit.at <= bindparam("at", type_=_instant),
        ),
        Visit.at,
    ),
    else_=None,
)
_OF_CUSTOMER = (
    Visit.organization_id == _organization,
    Visit.customer_id == bindparam("customer_id"),
    Visit.undone_at.is_(None),
)
_COUNTS = (func.sum(_TODAY), func.count(), func.max(_BEFORE, type_=_instant))
_COUNT = Prepared(select(*_COUNTS).where(*_OF_CUSTOMER))
_ADDED = (
    postgresql_insert(_TABLE)
    .values({column: bindparam(f"new_{column.name}", type_=column.type) for column in _TABLE.c})
    .on_conflict_do_nothing(index_elements=_KEY)
    .returning(_TABLE.c.id)
    .cte("added")
)
# One journey to the server instead of two. The count does not see what the same statement adds.
_RECORD_AND_COUNT = Prepared(
    select(select(_ADDED.c.id).scalar_subquery(), *_COUNTS).where(*_OF_CUSTOMER)
)


_NO_VISIT = UUID(int=0)
"""The id of no visit: of those before it, none is left out."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A visit as it is stored: at which instant, and whether this request recorded it."""

    id: UUID
    at: datetime
    first: bool


def text_digest(text: str) -> bytes:
    """SHA-256 of a scanned text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def refuse_reused_id(call: AnyCall, request: ScanRequest) -> None:
    """Raise Conflict if the visit id was recorded for another text."""
    _repeated(call, request)


def is_recorded(call: AnyCall, request: ScanRequest) -> bool:
    """Return whether this scan was recorded before. Raises Conflict if its id was for another."""
    return _repeated(call, request) is not None


@dataclass(frozen=True, slots=True)
class Visiting:
    """Customer, card and outcome of a scan, and what its text was."""

    customer_id: UUID
    card_id: UUID | None
    outcome: Outcome
    named_by: NamedBy


def record_and_count(
    call: AnyCall, request: ScanRequest, visiting: Visiting, ahead: timedelta
) -> VisitCount:
    """Record a visit as ``record`` does, and count the customer's visits as ``count`` does.

    Raises Conflict if the visit id was recorded for another text.
    """
    if call.connection.dialect.name == "postgresql":
        new = {f"new_{name}": value for name, value in _row(call, request, visiting).items()}
        now = Recorded(request.visit_id, call.now, first=True)
        asked = _asked(call, visiting.customer_id, now, ahead)
        ((added, today, total, previous),) = _RECORD_AND_COUNT.rows(
            call.connection, {**new, **asked}
        )
        if added is not None:
            return VisitCount(today=(today or 0) + 1, total=total + 1, previous_at=previous)
    return count(call, visiting.customer_id, record(call, request, visiting), ahead)


def _row(call: AnyCall, request: ScanRequest, visiting: Visiting) -> dict[str, Any]:
    """Return the values of the columns of a visit."""
    return {
        "organization_id": call.tenant.id,
        "id": request.visit_id,
        "customer_id": visiting.customer_id,
        "card_id": visiting.card_id,
        "text_digest": text_digest(request.text),
        "desk": without_unseen(request.desk),
        "method": request.method,
        "at": call.now,
        "outcome": visiting.outcome,
        "named_by": visiting.named_by,
        "undone_at": None,
    }


def record(call: AnyCall, request: ScanRequest, visiting: Visiting) -> Recorded:
    """Record a visit, unless it already is: a repeat changes nothing.

    Raises Conflict if the visit id was recorded for another text.
    """
    connection = call.connection
    # The database decides which of two repeats at once is first; the other waits for it.
    added = _INSERT[connection.dialect.name].rows(connection, _row(call, request, visiting))
    if added:
        return Recorded(request.visit_id, call.now, first=True)
    repeated = _repeated(call, request)
    if repeated is None:
        raise RuntimeError("a visit was neither recorded nor found")
    return repeated


def _repeated(call: AnyCall, request: ScanRequest) -> Recorded | None:
    """Return the visit with the id, or None. Raises Conflict if it was for another text."""
    found = call.connection.execute(
        _TEXT_OF_VISIT, {"organization_id": call.tenant.id, "visit_id": request.visit_id}
    ).first()
    if found is None:
        return None
    if found.text_digest != text_digest(request.text):
        raise Conflict("visit_id_reused", "This visit id was already used for another code.")
    return Recorded(request.visit_id, found.at, first=False)


def today_began(call: AnyCall) -> datetime:
    """Return the first instant of the organization's present day."""
    zone = ZoneInfo(call.tenant.time_zone)
    return day_start(local_day(call.now, zone), zone)


def count(call: AnyCall, customer_id: UUID, visit: Recorded, ahead: timedelta) -> VisitCount:
    """Return how many visits a customer has, and when the one before ``visit`` was.

    A visit up to ``ahead`` later than a new one is an earlier one too, recorded before the clock
    was set back. For a repeated request only the times decide.
    """
    asked = _asked(call, customer_id, visit, ahead)
    ((today, total, previous),) = _COUNT.rows(call.connection, asked)
    return VisitCount(today=today or 0, total=total, previous_at=previous)


def count_before(call: AnyCall, customer_id: UUID, ahead: timedelta) -> VisitCount:
    """Return how many visits a customer has, and when the last was, without recording one."""
    return count(call, customer_id, Recorded(_NO_VISIT, call.now, first=True), ahead)


def _asked(call: AnyCall, customer_id: UUID, visit: Recorded, ahead: timedelta) -> dict[str, Any]:
    """Return the parameters of a count."""
    return {
        "organization_id": call.tenant.id,
        "customer_id": customer_id,
        "day_start": today_began(call),
        "visit_id": visit.id,
        "at": visit.at + ahead if visit.first else visit.at,
    }


def visits_today(call: Call) -> int:
    """Count the organization's visits of its present local day, without undone ones."""
    counted = call.connection.execute(
        select(func.count()).where(
            Visit.organization_id == call.tenant.id,
            Visit.at >= today_began(call),
            Visit.undone_at.is_(None),
        )
    )
    return counted.scalar_one()


_LISTED = select(
    Visit.id.label("visit_id"),
    Visit.at,
    Visit.customer_id,
    Visit.outcome,
    Visit.desk,
    Visit.undone_at,
    Visit.named_by,
    Customer.given_name,
    Customer.family_name,
    Customer.number,
).join(
    Customer,
    and_(Customer.organization_id == Visit.organization_id, Customer.id == Visit.customer_id),
)


def list_visits(
    call: Call, limit: int, cursor: str | None, customer_id: UUID | None = None
) -> VisitPage:
    """List visits, newest first, of one customer or of all; those of one are counted.

    Raises Invalid for a bad cursor.
    """
    wanted = _LISTED.where(Visit.organization_id == call.tenant.id)
    if customer_id is not None:
        wanted = wanted.where(Visit.customer_id == customer_id)
    all_visits = wanted
    if cursor is not None:
        wanted = wanted.where(tuple_(Visit.at, Visit.id) < tuple_(*_position(cursor)))
    wanted = wanted.order_by(Visit.at.desc(), Visit.id.desc()).limit(limit + 1)
    rows = call.connection.execute(wanted).all()
    page, more = rows[:limit], len(rows) > limit
    following = encode_cursor(page[-1].at.isoformat(), str(page[-1].visit_id)) if more else None
    # All visits of an organization are too many to be counted for every page.
    counted = customer_id is not None
    return VisitPage(
        items=tuple(_visit_view(row) for row in page),
        next_cursor=following,
        total=total_of(call.session, all_visits, len(rows), limit, cursor) if counted else None,
    )


def list_visits_of(call: Call, customer_id: UUID, limit: int, cursor: str | None) -> VisitPage:
    """List the visits of a customer, who may be named by the id of one merged into them.

    Raises NotFound; Invalid for a bad cursor.
    """
    known = select(Customer.id).where(
        Customer.organization_id == call.tenant.id, Customer.id == customer_id
    )
    found = call.connection.scalar(known) or resolve(call.connection, call.tenant.id, customer_id)
    if found is None:
        raise NotFound("customer_not_found", "There is no such customer.")
    return list_visits(call, limit, cursor, found)


def _position(cursor: str) -> tuple[datetime, UUID]:
    """Return the position at which a page begins. Raises Invalid."""
    at, visit_id = decode_cursor(cursor, str, str)
    try:
        return instant_of(at), UUID(str(visit_id))
    except ValueError:
        raise bad_cursor() from None


def undo(call: Call, visit_id: UUID) -> VisitView:
    """Undo a visit: it is still listed, but not counted. Idempotent. Raises NotFound."""
    here = and_(Visit.organization_id == call.tenant.id, Visit.id == visit_id)
    call.connection.execute(
        update(Visit).where(here, Visit.undone_at.is_(None)).values(undone_at=call.now)
    )
    row = call.connection.execute(_LISTED.where(here)).first()
    if row is None:
        raise NotFound("visit_not_found", "There is no such visit.")
    return _visit_view(row)


def _visit_view(row: AnyRow) -> VisitView:
    """Return a visit as answers show it."""
    return VisitView(
        id=row.visit_id,
        at=row.at,
        customer_id=row.customer_id,
        name=display_name(row),
        number=number_text(row.number),
        outcome=row.outcome,
        desk=row.desk,
        undone_at=row.undone_at,
        named_by=row.named_by,
    )
