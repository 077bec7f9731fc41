"""Keyset pagination with opaque cursors."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from membership.web.errors import Invalid

DEFAULT_PAGE = 50
LARGEST_PAGE = 100
_LARGEST = 2**63 - 1

Order = tuple[InstrumentedAttribute[datetime], InstrumentedAttribute[Any]]
"""The columns of an order: a time, and a key as tie-breaker."""

PageLimit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Items per page.")]
PageCursor = Annotated[
    str | None, Query(max_length=2000, description="The `next_cursor` of the page before.")
]


def encode_cursor(*position: str | int) -> str:
    """Return the cursor of a position: that of the last item of a page."""
    packed = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type[str | int]) -> tuple[str | int, ...]:
    """Return the position of a cursor; its parts have the given types.

    Raises Invalid for a cursor that this service cannot have created.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise bad_cursor() from None
    if not isinstance(position, list) or [type(part) for part in position] != list(types):
        raise bad_cursor()
    if not all(_can_be_stored(part) for part in position):
        raise bad_cursor()
    return tuple(position)


def _can_be_stored(part: str | int) -> bool:
    """Whether ``part`` is valid as a parameter of a query."""
    if isinstance(part, int):
        return 0 <= part <= _LARGEST
    return "\x00" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)


def bad_cursor() -> Invalid:
    """Return the error for an invalid cursor."""
    return Invalid("invalid_cursor", "query.cursor", "This is not a cursor of this list.")


def instant_of(part: str | int) -> datetime:
    """Return the instant in a part of a position.

    Raises Invalid if it is no instant with a zone within the calendar.
    """
    try:
        at = datetime.fromisoformat(str(part))
        if at.tzinfo is None:
            raise bad_cursor()
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_cursor() from None


def total_of(
    session: Session, wanted: Select[*tuple[Any, ...]], found: int, limit: int, cursor: str | None
) -> int | None:
    """Return how many rows ``wanted`` selects, without a cursor; None for later pages.

    ``found`` is how many rows there are up to one after the page: a list that ends with its first
    page is not counted again.
    """
    if cursor is not None:
        return None
    if found <= limit:
        return found
    counted = select(func.count()).select_from(wanted.order_by(None).subquery())
    return session.execute(counted).scalar_one()


def newest_first(
    session: Session, wanted: Select[*tuple[Any, ...]], order: Order, limit: int, cursor: str | None
) -> tuple[list[Any], str | None]:
    """Return a page of the selected rows, latest first, and the cursor of the next page or None.

    Raises Invalid for an invalid cursor.
    """
    at, key = order
    if cursor is not None:
        before, last = decode_cursor(cursor, str, str)
        wanted = wanted.where(tuple_(at, key) < tuple_(instant_of(before), _key_of(last, key)))
    rows = session.execute(
        wanted.add_columns(at, key).order_by(at.desc(), key.desc()).limit(limit + 1)
    ).all()
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        *_, last_at, last_key = page[-1]
        following = encode_cursor(last_at.isoformat(), str(last_key))
    return [row[:-2] for row in page], following


def _key_of(part: str | int, key: InstrumentedAttribute[Any]) -> UUID | str:
    """Return the key in a part of a position. Raises Invalid."""
    if key.type.python_type is not UUID:
        return str(part)
    try:
        return UUID(str(part))
    except ValueError:
        raise bad_cursor() from None
