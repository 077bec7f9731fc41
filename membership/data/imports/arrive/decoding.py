"""Detects the encoding of a file while it arrives, and estimates its number of lines.

Files are stored in UTF-8 or Windows-1252, in which line breaks, quotes and delimiters are single
bytes; UTF-16 is converted on arrival. What cannot be decoded is stored as bytes that are invalid
in UTF-8 as well, so that only the line that holds them is refused.
"""

import codecs
from enum import StrEnum

_MARK = codecs.BOM_UTF8
_ODD_BYTE = b"\xff"
"""Invalid in UTF-8: stands for half a character at the end of a file in UTF-16."""


class Encoding(StrEnum):
    """How the bytes of a file are read."""

    AUTO = "auto"
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1252 = "windows-1252"


class FileDecoder:
    """Decodes the chunks of a file in their order, into the bytes that are stored."""

    def __init__(self, wanted: Encoding) -> None:
        self._wanted = wanted
        self._head = b""
        self._begun = False
        self._utf_16: codecs.IncrementalDecoder | None = None
        self._utf_8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf_8 = True
        self._quoted = False
        self._breaks = 0
        self._last = b""

    def decode(self, data: bytes) -> bytes:
        """Decode the next chunk; returns the bytes to store, possibly none yet."""
        if not self._begun:
            self._head += data
            if len(self._head) < len(_MARK):
                return b""
            data = self._begin()
        return self._inspect(self._convert(data))

    def finish(self) -> bytes:
        """The remaining bytes to store, after the last chunk."""
        rest = b"" if self._begun else self._convert(self._begin())
        if self._utf_16 is not None and self._utf_16.getstate()[0]:
            rest += _ODD_BYTE
        stored = self._inspect(rest)
        self._check_utf_8(b"", final=True)
        return stored

    @property
    def encoding(self) -> Encoding:
        """The encoding of the stored bytes; final after ``finish``."""
        if self._utf_16 is not None:
            return Encoding.UTF_8
        if self._wanted is Encoding.AUTO:
            return Encoding.UTF_8 if self._is_utf_8 else Encoding.WINDOWS_1252
        return self._wanted

    @property
    def lines(self) -> int:
        """The estimated number of records without the header; blank lines count."""
        unended = self._last not in {b"", b"\n", b"\r"}
        return max(0, self._breaks + unended - 1)

    def _begin(self) -> bytes:
        """Detect a byte-order mark; returns what follows it."""
        self._begun = True
        head, self._head = self._head, b""
        if self._wanted in {Encoding.AUTO, Encoding.UTF_16}:
            for mark, name in (
                (codecs.BOM_UTF16_LE, "utf-16-le"),
                (codecs.BOM_UTF16_BE, "utf-16-be"),
            ):
                if head.startswith(mark):
                    self._utf_16 = codecs.getincrementaldecoder(name)("surrogatepass")
                    return head[len(mark) :]
        if self._wanted is Encoding.UTF_16:
            self._utf_16 = codecs.getincrementaldecoder("utf-16-le")("surrogatepass")
        if self._wanted in {Encoding.AUTO, Encoding.UTF_8} and head.startswith(_MARK):
            # With a mark it is UTF-8: invalid bytes further on are errors of their lines.
            self._wanted = Encoding.UTF_8
            return head[len(_MARK) :]
        return head

    def _convert(self, data: bytes) -> bytes:
        """Convert UTF-16 to UTF-8; a lone surrogate becomes bytes that are invalid in UTF-8."""
        if self._utf_16 is None:
            return data
        return self._utf_16.decode(data).encode("utf-8", "surrogatepass")

    def _inspect(self, stored: bytes) -> bytes:
        """Detect the encoding, and count the line breaks outside of quotes."""
        self._check_utf_8(stored)
        for number, part in enumerate(stored.split(b'"')):
            if number:
                self._quoted = not self._quoted
            if not self._quoted:
                self._breaks += part.count(b"\n")
        self._last = stored[-1:] or self._last
        return stored

    def _check_utf_8(self, data: bytes, *, final: bool = False) -> None:
        """Check whether all bytes so far are valid UTF-8."""
        if self._is_utf_8:
            try:
                self._utf_8.decode(data, final)
            except UnicodeDecodeError:
                self._is_utf_8 = False
