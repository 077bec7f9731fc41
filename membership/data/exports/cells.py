"""Escapes cells against formula injection: no spreadsheet computes them.

A cell that begins like a formula gets an apostrophe, by which spreadsheets take it as text. Phone
numbers in E.164 form (a plus and digits) stay as they are: they compute to themselves, and other
programs read them. The import removes the apostrophe.
"""

import re
from datetime import date, datetime
from enum import Enum
from typing import Any

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_E164 = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)


def safe_cell(text: str) -> str:
    """A text, escaped so that spreadsheets take it as text; the import reverses it."""
    if text.startswith(_BEGINS_FORMULA) and not _E164.fullmatch(text):
        return "'" + text
    if text.startswith("'") and text[1:].startswith((*_BEGINS_FORMULA, "'")):
        return "'" + text
    return text


def cell(value: Any) -> str:
    """The cell of a column's value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return safe_cell(str(value.value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return safe_cell(str(value))
