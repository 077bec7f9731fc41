"""Cells as spreadsheets write them: texts marked as such, empty ones, errors, rewritten numbers.

A spreadsheet keeps a code such as 00123 only as a text, which it marks by an apostrophe or by
``="00123"``. Without a mark it drops zeros, adds ``.0`` or rounds to ``1.23457E+12``: what such
a cell was before is not known, so that it is refused.
"""

import re
from enum import Enum, auto

from membership.data.exports.cells import is_escaped

_FORMULA_TEXT = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
_NOT_THERE = frozenset({"#n/a", "#nv", "n/a", "#n/v", "#na"})
_NOTHING = _NOT_THERE | frozenset(
    {"-", "--", "\u2013", "null", "none", "nan", "nil", "k.a.", "k. a."}
)
_ERROR = re.compile(
    r"#(?:REF!|BEZUG!|VALUE!|WERT!|NAME\?|DIV/0!|NUM!|ZAHL!|NULL!|SPILL!|#+)", re.IGNORECASE
)


class Form(Enum):
    """What a column holds: any text, names, or values that have a form."""

    TEXT = auto()
    NAME = auto()
    VALUE = auto()


def cell_text(field: str, form: Form) -> str:
    """Return what a cell says; empty if nothing. Raises ValueError for an error of a spreadsheet.

    Texts keep an apostrophe at their beginning, unless exports put it there.
    """
    if field.startswith("'"):
        marked = is_escaped(field) or form is Form.VALUE
        text = field[1:].strip() if marked else field.strip()
    elif found := _FORMULA_TEXT.fullmatch(field):
        text = found[1].replace('""', '"').strip()
    else:
        text = field.strip()
    if form is Form.TEXT:
        return text
    if text.casefold() in (_NOTHING if form is Form.VALUE else _NOT_THERE):
        return ""
    if _ERROR.fullmatch(text):
        raise ValueError(f"{text} is an error of a spreadsheet")
    return text


def is_marked(field: str) -> bool:
    """Return whether a cell is marked as a text, so that no spreadsheet rewrote it."""
    return field.startswith("'") or _FORMULA_TEXT.fullmatch(field) is not None
