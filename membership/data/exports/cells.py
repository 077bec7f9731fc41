"""Cells that no spreadsheet computes.

A cell that begins with a sign by which a formula begins gets an apostrophe before it, which
spreadsheets take as "this is text". Phone numbers in E.164 form (a plus and digits) are left as
they are: they compute to themselves, and other programs read them. The import takes the
apostrophe off again.
"""

import re
from datetime import date, datetime
from enum import Enum
from typing import Any

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_E164 = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)


def safe_cell(text: str) -> str:
    """A text as a cell that stays a text; the import gives back what it was."""
    if text.startswith(_BEGINS_FORMULA) and not _E164.fullmatch(text):
        return "'" + text
    if text.startswith("'") and text[1:].startswith((*_BEGINS_FORMULA, "'")):
        return "'" + text
    return text


def cell(value: Any) -> str:
    """A value of a column as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return safe_cell(str(value.value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return safe_cell(str(value))
