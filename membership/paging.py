"""Cursors: where the next page begins, as one opaque word."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query

from membership.errors import Invalid

DEFAULT_PAGE = 50
LARGEST_PAGE = 100
_LARGEST = 2**63 - 1

PageLimit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Items per page.")]
PageCursor = Annotated[
    str | None, Query(max_length=2000, description="The `next_cursor` of the page before.")
]


def encode_cursor(*position: str | int) -> str:
    """Pack the position of the last item of a page."""
    packed = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type[str | int]) -> tuple[str | int, ...]:
    """Unpack a position whose parts have the given types.

    Raises Invalid for a cursor that this service cannot have made.
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
    """Whether a database can compare something with ``part``."""
    if isinstance(part, int):
        return 0 <= part <= _LARGEST
    return "\x00" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)


def bad_cursor() -> Invalid:
    """The error for a cursor that this service cannot have made."""
    return Invalid("invalid_cursor", "query.cursor", "This is not a cursor of this list.")


def instant_of(part: str | int) -> datetime:
    """An instant that is part of a position.

    Raises Invalid if it is none, has no zone, or is outside the calendar.
    """
    try:
        at = datetime.fromisoformat(str(part))
        if at.tzinfo is None:
            raise bad_cursor()
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_cursor() from None
