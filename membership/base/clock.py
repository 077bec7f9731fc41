"""The clock of the service: the only place that reads the system time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present instant, with its time zone."""


def system_clock() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)
