"""Text fields of requests: trimmed, and without the control characters that no name has."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_BREAKS = re.compile(r"[\t\r\n]")


def _no_control(text: str) -> str:
    """Refuse control characters other than tabs and line breaks."""
    if _CONTROL.search(text):
        raise ValueError("contains control characters")
    return text


def _one_line(text: str) -> str:
    """Refuse line breaks too."""
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
"""One line that says something, of at most 120 characters."""

Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=4000),
    AfterValidator(_no_control),
]
"""Several lines of at most 4,000 characters together."""
