"""Reads CSV records from any position of a file; an error affects its own line only.

A record without quotes, as most are, is split at the delimiter; others are parsed by the ``csv``
module. A quote that is never closed would consume the rest of the file: its line is refused, and
reading continues with the next one.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from membership.data.imports.arrive.decoding import Encoding

MAX_RECORD_BYTES = 256 * 1024
"""Largest record; the longest fields together need far less."""
_MAX_RECORD_LINES = 2000
_CODECS = {Encoding.UTF_8: "utf-8", Encoding.WINDOWS_1252: "cp1252"}
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(slots=True)
class Record:
    """One record: the number of its first line, its fields, or why it cannot be read."""

    line: int
    fields: list[str]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class FilePosition:
    """Where a record begins: offset in bytes, and number of the line (1 is the first)."""

    position: int = 0
    line: int = 1


@dataclass(slots=True)
class _Line:
    """One physical line: its bytes with the line break, and their number; empty if too long."""

    data: bytes
    size: int
    too_long: bool = False


def delimiter_of(header: str) -> str:
    """The delimiter that occurs most often in a header, outside of quotes."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)


class RecordReader:
    """Reads records from chunks of a file that begin at ``place``.

    After each record ``place`` is where the next one begins. Lines that are blank, or consist of
    delimiters, are skipped.
    """

    def __init__(
        self, chunks: Iterable[bytes], place: FilePosition, *, encoding: Encoding, delimiter: str
    ) -> None:
        self._lines = _physical_lines(chunks)
        self._ahead: deque[_Line] = deque()
        self._codec = _CODECS[encoding]
        self._encoding = encoding
        self._delimiter = delimiter
        self._blanks = b" \t\r\n\f\v" + delimiter.encode()
        self.place = place

    def __iter__(self) -> Iterator[Record]:
        """The remaining records."""
        while (line := self._peek(0)) is not None:
            if not line.data.strip(self._blanks) and not line.too_long:
                self._skip(1)
                continue
            record = self._record(line)
            if record.error is not None or any(each.strip() for each in record.fields):
                yield record

    def next_text(self) -> str:
        """The text of the next line that is not blank, without consuming it.

        If a quote is opened in it and closed within a few lines, they are returned as well.
        Raises ValueError if there is none, or it cannot be decoded.
        """
        index = 0
        while (line := self._peek(index)) is not None:
            if line.too_long:
                raise ValueError(_TOO_LONG)
            if line.data.strip():
                return self._decode(line.data) + self._closing(line, index)
            index += 1
        raise ValueError("the file is empty")

    def _closing(self, first: _Line, index: int) -> str:
        """The lines in which the quote ends that a line opens; empty if none does."""
        data, quotes = b"", first.data.count(b'"')
        for ahead in range(index + 1, index + _MOST_HEADING_LINES):
            line = self._peek(ahead) if quotes % 2 else None
            if line is None or line.too_long:
                break
            data, quotes = data + line.data, quotes + line.data.count(b'"')
        return "" if quotes % 2 else self._decode(data)

    def _record(self, first: _Line) -> Record:
        """Read and consume the record that begins with ``first``."""
        number = self.place.line
        try:
            if first.too_long:
                raise ValueError(_TOO_LONG)
            if b'"' not in first.data:
                fields = self._decode(first.data.rstrip(b"\r\n")).split(self._delimiter)
                self._skip(1)
                return Record(number, fields)
            fields, taken = self._quoted()
        except ValueError as error:
            self._skip(1)
            return Record(number, [], str(error))
        self._skip(taken)
        return Record(number, fields)

    def _quoted(self) -> tuple[list[str], int]:
        """Parse a record with quotes; returns its fields and number of lines. Raises ValueError."""
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
        """Decode a line. Raises ValueError."""
        if b"\0" in data:
            raise ValueError("contains a NUL byte; this is no text, or in UTF-16 without a mark")
        try:
            return data.decode(self._codec)
        except UnicodeDecodeError as error:
            where = error.start + 1
            raise ValueError(f"byte {where} of the line is not {self._encoding.value}") from None

    def _peek(self, index: int) -> _Line | None:
        """The line ``index`` after the next, without consuming it; None after the last."""
        while len(self._ahead) <= index:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[index]

    def _skip(self, count: int) -> None:
        """Consume ``count`` lines."""
        size = sum(self._ahead.popleft().size for _ in range(count))
        self.place = FilePosition(self.place.position + size, self.place.line + count)


_MOST_HEADING_LINES = 20
"""Most lines over which the headings of a file go."""
_TOO_LONG = f"the line is longer than {MAX_RECORD_BYTES} bytes"
_UNCLOSED = "a quote is opened and never closed"
_BAD_QUOTE = "a quote inside a field must be doubled"


def _physical_lines(chunks: Iterable[bytes]) -> Iterator[_Line]:
    """Split chunks at line breaks; of a line that is too long only the size is kept."""
    rest = b""
    dropped = 0
    for chunk in chunks:
        lines = (rest + chunk).splitlines(keepends=True)
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
    """A line, of which ``dropped`` bytes were not kept."""
    if dropped or len(data) > MAX_RECORD_BYTES:
        return _Line(b"", dropped + len(data), too_long=True)
    return _Line(data, len(data))
