"""Types of request fields: text that is shown as it is, and instants in UTC.

All text that people read is of one of these types in every request; ``passes.characters`` defines
what it may consist of. What is stored already stays readable: see ``STORED``.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    EmailStr,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from passes.characters import STORED, valid_line, valid_paragraph

__all__ = ["STORED", "Email", "Instant", "Line", "Name", "Paragraph", "SafeText", "name_of"]

SafeText = AfterValidator(valid_line)
"""Annotation of other types of text: one line that is shown as it is."""

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=120),
    SafeText,
]
"""One line, possibly empty, of at most 120 characters."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    SafeText,
]
"""One line that is not empty, of at most 120 characters."""

Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=4000),
    AfterValidator(valid_paragraph),
]
"""Several lines of at most 4,000 characters together."""

Email = Annotated[EmailStr, Field(max_length=254)]
"""An email address, with its domain in lower case and readable (RFC 5321 allows 254 characters)."""

_NAME = TypeAdapter[str](Name)


def name_of(what: str, text: str) -> str:
    """Return the name of something, such as one given to a command. Raises ValueError."""
    try:
        return _NAME.validate_python(text)
    except ValidationError as error:
        raise ValueError(f"{what}: {error.errors(include_url=False)[0]['msg']}") from None


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
