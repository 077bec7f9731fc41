"""The one spelling of an instant in answers, files and messages: UTC with ``Z``, as pydantic's.

Events and the audit are stored as JSON, in which instants of earlier versions end with ``+00:00``;
they are spelled anew when they are shown.
"""

import re
from datetime import UTC, datetime
from typing import Any

_STORED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00")


def spelled(at: datetime) -> str:
    """Return an instant such as ``2027-03-31T22:00:00Z``."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def respelled(stored: Any) -> Any:
    """Return a copy of a JSON value in which all instants are spelled like this."""
    if isinstance(stored, dict):
        return {name: respelled(part) for name, part in stored.items()}
    if isinstance(stored, list):
        return [respelled(part) for part in stored]
    if isinstance(stored, str) and _STORED.fullmatch(stored):
        return stored.removesuffix("+00:00") + "Z"
    return stored
