"""Escapes cells against formula injection: no spreadsheet computes them.

A cell that begins like a formula gets an apostrophe, by which spreadsheets take it as text. Full-
width and other forms of the signs count too, since some spreadsheets read them as the plain ones,
and so do signs after white space. Phone numbers in E.164 form (a plus and digits) stay as they
are: they compute to themselves, and other programs read them. The import removes the apostrophe.
A line with a semicolon or a tab in a cell is quoted, so that a spreadsheet that parts cells by
these does not make a formula of the rest of a cell.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from membership.base.instants import spelled

_SIGNS = "=+-@"
_LEADS = "".join(
    chr(point)
    for point in range(0x10000)
    if chr(point) in _SIGNS or unicodedata.normalize("NFKC", chr(point))[:1] in tuple(_SIGNS)
)
"""The signs that begin a formula, and all characters that stand for one of them."""

_MINUS = "\N{MINUS SIGN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
_BEGINS_FORMULA = re.compile(
    rf"[\t\r\n\0]|[\s\0-\x20\u200b-\u200f\ufeff]*[{re.escape(_LEADS + _MINUS)}]"
)
_E164 = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)
_REWRITTEN = re.compile(
    r"[0-9]+[.,]0+|[0-9]+(?:[.,][0-9]+)?E\+[0-9]+|[0-9]+[.,][0-9]+E[0-9]+", re.IGNORECASE | re.ASCII
)
_PARTS_CELLS = re.compile(r"[;\t|]")


def begins_formula(text: str) -> bool:
    """Return whether a spreadsheet may compute a cell with this text."""
    return _BEGINS_FORMULA.match(text) is not None


def safe_cell(text: str) -> str:
    """A text, escaped so that spreadsheets take it as text; the import reverses it."""
    if begins_formula(text) and not _E164.fullmatch(text):
        return "'" + text
    return "'" + text if is_escaped(text) else text


class Escaped(str):
    """A text that is escaped already."""

    __slots__ = ()


def code_cells(codes: str | None) -> Escaped | None:
    """The cell of codes of cards, one a line: each an escaped text where it begins like a
    formula, or a spreadsheet or the import would take it for another code.
    """
    return None if codes is None else Escaped("\n".join(map(_code_cell, codes.split("\n"))))


def _code_cell(code: str) -> str:
    """One code, escaped where it must be."""
    is_text = code.startswith("'") or begins_formula(code) or is_rewritten(code)
    return f"'{code}" if is_text else code


def is_rewritten(text: str) -> bool:
    """Return whether a code looks like a number that a spreadsheet rewrote, such as 126.0."""
    return _REWRITTEN.fullmatch(text) is not None


def is_escaped(text: str) -> bool:
    """Return whether a cell begins with an apostrophe that the import removes."""
    return text.startswith("'") and (text.startswith("'", 1) or begins_formula(text[1:]))


def needs_quotes(cells: Sequence[str]) -> bool:
    """Return whether all cells of a line are to be quoted."""
    return any(_PARTS_CELLS.search(each) for each in cells)


def cell(value: Any) -> str:
    """The cell of a column's value."""
    if value is None:
        return ""
    if isinstance(value, Escaped):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return safe_cell(str(value.value))
    if isinstance(value, datetime):
        return spelled(value)
    if isinstance(value, date):
        return value.isoformat()
    return safe_cell(str(value))
