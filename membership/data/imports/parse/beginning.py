"""Finds the header of a file: below titles, empty lines and a line that names the delimiter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from membership.data.imports.arrive.decoding import Encoding
from membership.data.imports.parse.columns import (
    UNNAMED,
    HeaderError,
    header_of,
    known_headings,
)
from membership.data.imports.parse.records import (
    FilePosition,
    Record,
    RecordReader,
    delimiter_of,
)
from membership.store.models import ImportKind

_LINES = 10
"""Lines among which the header is looked for, blank ones not counted."""
_NAMES_DELIMITER = re.compile(r"\"?sep=([,;\t|])\"?", re.IGNORECASE)


@dataclass(slots=True)
class Beginning:
    """A header, where the first line below it begins, and what was guessed."""

    header: list[str]
    delimiter: str
    place: FilePosition
    guesses: list[str] = field(default_factory=list)


_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How .xlsx and .ods (ZIP, APPNOTE 4.3.7), and .xls (MS-CFB, 2.2) begin."""


@dataclass(slots=True)
class _Failure:
    """Why a line is no header; the one with the most known headings is reported."""

    line: int
    why: str
    known: int


def find_beginning(
    kind: ImportKind,
    head: bytes,
    encoding: Encoding,
    *,
    columns: Mapping[str, str | None],
    delimiter: str | None,
) -> Beginning:
    """Find the header in the first bytes of a file. Raises ValueError naming line and column."""
    if head.startswith(_WORKBOOKS):
        raise ValueError(
            "Line 1: this is a workbook of a spreadsheet; save it as CSV and send that."
        )
    place = FilePosition()
    failures: list[_Failure] = []
    for _ in range(_LINES):
        rest = [head[place.position :]]
        try:
            text = RecordReader(rest, place, encoding=encoding, delimiter=",").next_text()
        except ValueError as error:
            failures.append(_Failure(place.line, str(error), 0))
            break
        named = _NAMES_DELIMITER.fullmatch(text.strip("\r\n "))
        used = delimiter or delimiter_of(text)
        reader = RecordReader(rest, place, encoding=encoding, delimiter=used)
        if named is not None:
            delimiter = delimiter or named[1]
            _skip_line(reader)
            place = reader.place
            continue
        first = next(iter(reader), None)
        if first is None:
            failures.append(_Failure(place.line, "the file is empty", 0))
            break
        found = _header(kind, first, columns, failures)
        if found is not None:
            begun = Beginning(found[0], used, reader.place, found[1])
            if first.line > 1 and failures:
                begun.guesses.insert(0, f"the header is line {first.line}")
            _require_named(begun, reader, first.line)
            return begun
        place = reader.place
    worst = max(failures, key=lambda each: each.known)
    raise ValueError(f"Line {worst.line}: {worst.why}.")


def _skip_line(reader: RecordReader) -> None:
    """Read the line that names the delimiter, and no further."""
    next(iter(reader), None)


def _header(
    kind: ImportKind,
    record: Record,
    columns: Mapping[str, str | None],
    failures: list[_Failure],
) -> tuple[list[str], list[str]] | None:
    """The header that a record is, with what was guessed; None, and a failure, if it is none."""
    guesses: list[str] = []
    try:
        if record.error is not None:
            raise HeaderError(record.error)
        return header_of(kind, record.fields, columns, guesses), guesses
    except HeaderError as error:
        known = known_headings(kind, record.fields)
        failures.append(_Failure(record.line, str(error), known))
        return None


def _require_named(begun: Beginning, reader: RecordReader, line: int) -> None:
    """Raise ValueError if a column without a name holds something in the first lines."""
    begun.place = reader.place
    unnamed = [place for place, column in enumerate(begun.header) if column == UNNAMED]
    if not unnamed:
        return
    for record in reader:
        for place in unnamed:
            if place < len(record.fields) and record.fields[place].strip():
                raise ValueError(f"Line {line}: column {place + 1} has no name.")
