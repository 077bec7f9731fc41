"""Types of request fields: text without control characters, and instants in UTC."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, StringConstraints

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_BREAKS = re.compile(r"[\t\r\n]")


def _no_control(text: str) -> str:
    """Return the text. Raises ValueError for control characters but tabs and line breaks."""
    if _CONTROL.search(text):
        raise ValueError("contains control characters")
    return text


def _one_line(text: str) -> str:
    """Return the text. Raises ValueError for any control character."""
    if _LINE_BREAKS.search(text):
        raise ValueError("must be one line")
    return _no_control(text)


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=120),
    AfterValidator(_one_line),
]
"""One line, possibly empty, of at most 120 characters."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_one_line),
]
"""One line that is not empty, of at most 120 characters."""

Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=4000),
    AfterValidator(_no_control),
]
"""Several lines of at most 4,000 characters together."""

_EDGE = timedelta(days=2)
_FIRST = datetime.min.replace(tzinfo=UTC) + _EDGE
_LAST = datetime.max.replace(tzinfo=UTC) - _EDGE


def _in_utc(at: datetime) -> datetime:
    """Convert to UTC. Raises ValueError if the date is outside the calendar in some time zone."""
    try:
        converted = at.astimezone(UTC)
    except OverflowError:
        converted = None
    if converted is None or not _FIRST <= converted <= _LAST:
        raise ValueError(f"must be between {_FIRST.date()} and {_LAST.date()}")
    return converted


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A point in time with a time zone, converted to UTC, two days or more within the calendar."""
