"""Reads the texts of a PDF as a reader does: by what it says that its codes stand for."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_FONTS = re.compile(rb"/F(\d+) (\d+) 0 R")
_PAIR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_WRITING = re.compile(
    rb"/F(\d+) [\d.]+ Tf|1 0 0 1 (-?[\d.]+) (-?[\d.]+) Tm|\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL
)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def lines_of(pdf: bytes) -> list[str]:
    """Return the lines of text of a PDF's pages in the order in which they are written."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    streams = {number: _stream(body) for number, body in objects.items() if b"stream" in body}
    codes = _codes(objects, streams)
    lines: list[str] = []
    for content in streams.values():
        if b" Tj" in content:
            lines.extend(_lines(content, codes))
    return lines


def _stream(body: bytes) -> bytes:
    """Return the content of a stream, empty for one without."""
    found = _STREAM.search(body)
    if found is None:
        return b""
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _codes(objects: dict[int, bytes], streams: dict[int, bytes]) -> dict[int, dict[int, str]]:
    """Return what the codes of each font stand for, by the number in the font's name."""
    codes: dict[int, dict[int, str]] = {}
    for name, number in {pair for body in objects.values() for pair in _FONTS.findall(body)}:
        reference = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
        if reference is not None:
            pairs = _PAIR.findall(streams[int(reference[1])])
            codes[int(name)] = {
                int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "surrogatepass")
                for code, text in pairs
            }
    return codes


def _lines(content: bytes, codes: dict[int, dict[int, str]]) -> list[str]:
    """Return the lines of a page: a text at another height is another line."""
    lines: list[str] = []
    font, height = 0, b""
    for name, _, y, shown in _WRITING.findall(content):
        if name:
            font = int(name)
        elif y:
            if y != height:
                lines.append("")
            height = y
        else:
            code = int.from_bytes(_unescaped(shown), "big")
            lines[-1] += codes[font][code]
    return lines


def _unescaped(text: bytes) -> bytes:
    """Return the bytes of a string in a PDF."""
    return re.sub(rb"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)
