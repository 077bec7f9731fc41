"""What is found out about a file while it arrives: its encoding, and about how many lines it has.

A file is kept in UTF-8 or in Windows-1252, where line breaks, quotes and delimiters are single
bytes; one in UTF-16 is converted on the way in. What cannot be decoded is kept as bytes that
are no UTF-8 either, so that the line they are in is refused, and no other.
"""

import codecs
from enum import StrEnum

_MARK = codecs.BOM_UTF8
_ODD_BYTE = b"\xff"
"""No UTF-8 has it: stands for half a character at the end of a file in UTF-16."""


class Encoding(StrEnum):
    """How the bytes of a file are read."""

    AUTO = "auto"
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1252 = "windows-1252"


class Intake:
    """Takes the pieces of a file in order, and tells what is to be stored of them."""

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

    def take(self, data: bytes) -> bytes:
        """Look at the next piece; returns what is stored of it, possibly nothing yet."""
        if not self._begun:
            self._head += data
            if len(self._head) < len(_MARK):
                return b""
            data = self._begin()
        return self._look_at(self._convert(data))

    def finish(self) -> bytes:
        """The rest of what is to be stored, after the last piece."""
        rest = b"" if self._begun else self._convert(self._begin())
        if self._utf_16 is not None and self._utf_16.getstate()[0]:
            rest += _ODD_BYTE
        stored = self._look_at(rest)
        self._check_utf_8(b"", final=True)
        return stored

    @property
    def encoding(self) -> Encoding:
        """How the stored bytes are read; settled after ``finish``."""
        if self._utf_16 is not None:
            return Encoding.UTF_8
        if self._wanted is Encoding.AUTO:
            return Encoding.UTF_8 if self._is_utf_8 else Encoding.WINDOWS_1252
        return self._wanted

    @property
    def lines(self) -> int:
        """How many records there are about, without the header: blank ones are not told apart."""
        unended = self._last not in {b"", b"\n", b"\r"}
        return max(0, self._breaks + unended - 1)

    def _begin(self) -> bytes:
        """Look for a byte-order mark; returns what follows it."""
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
            # A mark settles it: what is no UTF-8 further on is a fault of its line.
            self._wanted = Encoding.UTF_8
            return head[len(_MARK) :]
        return head

    def _convert(self, data: bytes) -> bytes:
        """Bring UTF-16 into UTF-8; a lone half of a character becomes what is no UTF-8."""
        if self._utf_16 is None:
            return data
        return self._utf_16.decode(data).encode("utf-8", "surrogatepass")

    def _look_at(self, stored: bytes) -> bytes:
        """Note what tells the encoding, and count the line breaks outside of quotes."""
        self._check_utf_8(stored)
        for number, part in enumerate(stored.split(b'"')):
            if number:
                self._quoted = not self._quoted
            if not self._quoted:
                self._breaks += part.count(b"\n")
        self._last = stored[-1:] or self._last
        return stored

    def _check_utf_8(self, data: bytes, *, final: bool = False) -> None:
        """Note whether all bytes so far are UTF-8."""
        if self._is_utf_8:
            try:
                self._utf_8.decode(data, final)
            except UnicodeDecodeError:
                self._is_utf_8 = False
