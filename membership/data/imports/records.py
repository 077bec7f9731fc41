"""From bytes to records: CSV read from any position, with a fault that stays in its own line.

A record without quotes, which most are, is simply cut at the delimiter; the others are read by
the ``csv`` module. A quote that is never closed would swallow the rest of the file: the line it
is in is refused, and reading goes on with the next one.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from membership.data.imports.intake import Encoding

MAX_RECORD_BYTES = 256 * 1024
"""Longest record; the longest fields together need far less."""
_MAX_RECORD_LINES = 2000
_CODECS = {Encoding.UTF_8: "utf-8", Encoding.WINDOWS_1252: "cp1252"}
_DELIMITERS = (",", ";", "\t")


@dataclass(slots=True)
class Record:
    """One record: in which line it begins, its fields, or why it cannot be read."""

    line: int
    fields: list[str]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a record begins: byte, and number of the line (1 is the first)."""

    position: int = 0
    line: int = 1


@dataclass(slots=True)
class _Line:
    """One physical line: its bytes with the break, how many bytes it took, or too long."""

    data: bytes
    size: int
    too_long: bool = False


def delimiter_of(header: str) -> str:
    """The delimiter of a header: the one that occurs most often outside of quotes."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)


class RecordReader:
    """Reads records from pieces of a file that begin at ``place``.

    After each record ``place`` tells where the next one begins. Blank lines are passed over.
    """

    def __init__(
        self, pieces: Iterable[bytes], place: Place, *, encoding: Encoding, delimiter: str
    ) -> None:
        self._lines = _physical_lines(pieces)
        self._ahead: deque[_Line] = deque()
        self._codec = _CODECS[encoding]
        self._encoding = encoding
        self._delimiter = delimiter
        self.place = place

    def __iter__(self) -> Iterator[Record]:
        """All records that are left."""
        while (line := self._peek(0)) is not None:
            if not line.data.strip() and not line.too_long:
                self._pass(1)
                continue
            yield self._record(line)

    def next_text(self) -> str:
        """The text of the next line that is not blank, without passing it.

        Raises ValueError if there is none, or it cannot be decoded.
        """
        index = 0
        while (line := self._peek(index)) is not None:
            if line.too_long:
                raise ValueError(_TOO_LONG)
            if line.data.strip():
                return self._decode(line.data)
            index += 1
        raise ValueError("the file is empty")

    def _record(self, first: _Line) -> Record:
        """Read the record that begins with ``first``, and pass it."""
        number = self.place.line
        try:
            if first.too_long:
                raise ValueError(_TOO_LONG)
            if b'"' not in first.data:
                fields = self._decode(first.data.rstrip(b"\r\n")).split(self._delimiter)
                self._pass(1)
                return Record(number, fields)
            fields, taken = self._quoted()
        except ValueError as error:
            self._pass(1)
            return Record(number, [], str(error))
        self._pass(taken)
        return Record(number, fields)

    def _quoted(self) -> tuple[list[str], int]:
        """Read a record with quotes; returns how many lines it took. Raises ValueError."""
        taken = 0
        size = 0

        def lines() -> Iterator[str]:
            nonlocal taken, size
            while (line := self._peek(taken)) is not None:
                size += line.size
                if line.too_long or size > MAX_RECORD_BYTES or taken >= _MAX_RECORD_LINES:
                    raise ValueError(_UNCLOSED)
                try:
                    text = self._decode(line.data)
                except ValueError as error:
                    further = f"a quote is opened, and {taken} lines further: {error}"
                    raise ValueError(further if taken else str(error)) from None
                taken += 1
                yield text

        try:
            fields = next(csv.reader(lines(), delimiter=self._delimiter, strict=True), None)
        except csv.Error as error:
            raise ValueError(
                _UNCLOSED if "end of data" in str(error) else f"{_BAD_QUOTE} ({error})"
            ) from None
        return fields or [], taken

    def _decode(self, data: bytes) -> str:
        """The text of a line. Raises ValueError if it has none."""
        if b"\0" in data:
            raise ValueError("contains a NUL byte; this is no text, or in UTF-16 without a mark")
        try:
            return data.decode(self._codec)
        except UnicodeDecodeError as error:
            where = error.start + 1
            raise ValueError(f"byte {where} of the line is not {self._encoding.value}") from None

    def _peek(self, index: int) -> _Line | None:
        """The line that is ``index`` after the next; None after the last."""
        while len(self._ahead) <= index:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[index]

    def _pass(self, count: int) -> None:
        """Go on after ``count`` lines."""
        size = sum(self._ahead.popleft().size for _ in range(count))
        self.place = Place(self.place.position + size, self.place.line + count)


_TOO_LONG = f"the line is longer than {MAX_RECORD_BYTES} bytes"
_UNCLOSED = "a quote is opened and never closed"
_BAD_QUOTE = "a quote inside a field must be doubled"


def _physical_lines(pieces: Iterable[bytes]) -> Iterator[_Line]:
    """Cut pieces at line breaks; of a line that is too long only the size is kept."""
    rest = b""
    dropped = 0
    for piece in pieces:
        lines = (rest + piece).splitlines(keepends=True)
        # A carriage return at the end may be the first half of a line break.
        rest = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        for data in lines:
            yield _line(data, dropped)
            dropped = 0
        if len(rest) > MAX_RECORD_BYTES + 1 or dropped:
            # The last byte stays, for the same reason.
            dropped += len(rest) - 1
            rest = rest[-1:]
    if rest or dropped:
        yield _line(rest, dropped)


def _line(data: bytes, dropped: int) -> _Line:
    """A line of which ``dropped`` bytes were not kept."""
    if dropped or len(data) > MAX_RECORD_BYTES:
        return _Line(b"", dropped + len(data), too_long=True)
    return _Line(data, len(data))
