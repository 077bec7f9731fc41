"""Likely duplicates among customers, found by index in pages of bounded cost.

Customers are alike if they share an email address, a phone number, or a birth date and name.
They form a group, and each of it is paired with the one of the lowest number. A page reads whole
groups in the order of the index, and at most ``_WINDOW`` rows beyond the last group, so its cost
does not grow with the club. A page may therefore be empty and still have a next one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, select

from membership.base.folding import words_of
from membership.members.customers.merge_schemas import Duplicate, DuplicatePage, DuplicateReason
from membership.members.customers.views import VIEW_COLUMNS, customer_view
from membership.store.database import AnyRow
from membership.store.models import Customer
from membership.web.access import Call
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor

_WINDOW = 1000
_PAST = 2**63 - 1
"""Stands for the number after every other."""


@dataclass(frozen=True)
class _Likeness:
    """A criterion of likeness: an indexed column, and what distinguishes rows of the same value."""

    reason: DuplicateReason
    column: ColumnElement[Any]
    parse: Callable[[str], Any]
    apart: Callable[[AnyRow], object]


def _folded_name(row: AnyRow) -> tuple[str, ...]:
    """Return the folded words of a name, sorted, so that their order does not matter."""
    return tuple(sorted(words_of(f"{row.given_name} {row.family_name}")))


_LIKENESSES = (
    _Likeness(DuplicateReason.EMAIL, Customer.email_key.expression, str, lambda _: ""),
    _Likeness(DuplicateReason.PHONE, Customer.phone.expression, str, lambda _: ""),
    _Likeness(
        DuplicateReason.NAME_AND_BIRTH_DATE,
        Customer.birth_date.expression,
        date.fromisoformat,
        _folded_name,
    ),
)


@dataclass(frozen=True)
class _Place:
    """Start of a page: the customers with ``value`` after the one with ``number``."""

    likeness: int = 0
    value: str | None = None
    number: int = 0


def list_duplicates(call: Call, limit: int, cursor: str | None) -> DuplicatePage:
    """Return a page of likely duplicates, and the cursor of the next one if there may be more.

    Raises Invalid for a bad cursor.
    """
    place: _Place | None = _Place() if cursor is None else _decode(cursor)
    found: list[Duplicate] = []
    read = 0
    while place is not None and len(found) < limit and read < _WINDOW:
        likeness = _LIKENESSES[place.likeness]
        rows, following = _whole_groups(call, likeness, place)
        read += len(rows)
        for first, other in _pairs(rows, likeness):
            here = _Place(place.likeness, str(other.alike), other.number)
            if here.value == place.value and here.number <= place.number:
                continue
            found.append(_duplicate(likeness.reason, first, other))
            if len(found) == limit:
                following = here
                break
        place = following
    return DuplicatePage(items=tuple(found), next_cursor=None if place is None else _encode(place))


def _whole_groups(
    call: Call, likeness: _Likeness, place: _Place
) -> tuple[Sequence[AnyRow], _Place | None]:
    """Return the next rows in the order of the likeness's column, and where the next page starts.

    Groups are not split.
    """
    query = (
        select(likeness.column.label("alike"), *VIEW_COLUMNS)
        .where(Customer.organization_id == call.tenant.id, likeness.column.is_not(None))
        .order_by(likeness.column, Customer.number)
    )
    connection = call.session.connection()
    ahead = query
    if place.value is not None:
        value = likeness.parse(place.value)
        past = place.number == _PAST
        ahead = query.where(likeness.column > value if past else likeness.column >= value)
    rows = connection.execute(ahead.limit(_WINDOW + 1)).all()
    if len(rows) <= _WINDOW:
        after = place.likeness + 1
        return rows, _Place(after) if after < len(_LIKENESSES) else None
    cut = rows[-1].alike
    whole = [row for row in rows if row.alike != cut]
    if whole:
        return whole, _Place(place.likeness, str(cut))
    # This group alone exceeds the window, so it is read to its end.
    group = connection.execute(query.where(likeness.column == cut)).all()
    return group, _Place(place.likeness, str(cut), _PAST)


def _pairs(rows: Sequence[AnyRow], likeness: _Likeness) -> Iterator[tuple[AnyRow, AnyRow]]:
    """Yield the first customer of a group with each later one, in the order of value and number."""
    for _, group in groupby(rows, key=lambda row: row.alike):
        firsts: dict[object, AnyRow] = {}
        for row in group:
            first = firsts.setdefault(likeness.apart(row), row)
            if first is not row:
                yield first, row


def _duplicate(reason: DuplicateReason, first: AnyRow, other: AnyRow) -> Duplicate:
    """Return a pair as a message."""
    return Duplicate(reason=reason, customer=customer_view(first), other=customer_view(other))


def _encode(place: _Place) -> str:
    """Return a place as a cursor."""
    return encode_cursor(place.likeness, place.value or "", place.number)


def _decode(cursor: str) -> _Place:
    """Return the place in a cursor. Raises Invalid for a bad one."""
    likeness, value, number = decode_cursor(cursor, int, str, int)
    if not isinstance(likeness, int) or not isinstance(number, int):
        raise bad_cursor()
    if not 0 <= likeness < len(_LIKENESSES):
        raise bad_cursor()
    try:
        if value:
            _LIKENESSES[likeness].parse(str(value))
    except ValueError:
        raise bad_cursor() from None
    return _Place(likeness, str(value) or None, number)
