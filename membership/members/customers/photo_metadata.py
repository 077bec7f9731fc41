"""Removes metadata that cameras and editors store in photos: place, time, owner.

The pixels of an upright picture stay byte for byte. A picture with an EXIF rotation is rotated
and encoded again, because without EXIF it would lie on its side. Colour profiles are kept.
Formats: JPEG (ITU T.81), PNG (W3C, chunks), WebP (RFC 9649).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_SOS, _EOI, _APP0, _APP2, _APP14, _APP15, _COM = 0xDA, 0xD9, 0xE0, 0xE2, 0xEE, 0xEF, 0xFE
_JFIF_BYTES = 14
_EXIF = b"Exif\0\0"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs acTL fcTL fdAT cICP".split()
)
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"))
_WEBP_EXIF_XMP = 0b0000_1100
"""Flags of VP8X that announce EXIF and XMP."""


class _Malformed(Exception):
    """A file does not have the structure of its format, though a decoder may accept it."""


class _Role(Enum):
    """The purpose of a segment or chunk."""

    PICTURE = "picture"
    EXIF = "exif"


_Parts = Iterator[tuple[_Role, bytes]]


@dataclass(frozen=True, slots=True)
class Stripped:
    """A photo without metadata, and its EXIF orientation (tag 0x0112): 1 is upright."""

    data: bytes
    orientation: int = 1

    @property
    def mends(self) -> bool:
        """True if the picture has to be encoded again to be upright without EXIF."""
        return self.orientation != 1


def strip_metadata(mime: str, data: bytes) -> Stripped | None:
    """Return the photo without metadata, its image data byte for byte; nothing is decoded.

    None for a file that does not have the structure of its format, though a decoder may accept it.
    """
    parts = {"image/jpeg": _jpeg_parts, "image/png": _png_parts, "image/webp": _webp_parts}[mime]
    kept, exif = [], b""
    try:
        for role, part in parts(data):
            if role is _Role.PICTURE:
                kept.append(part)
            elif role is _Role.EXIF:
                exif = exif or part
    except (_Malformed, struct.error, IndexError):
        return None
    picture = b"".join(kept)
    if mime == "image/webp":
        picture = b"RIFF" + struct.pack("<I", len(picture) + 4) + b"WEBP" + picture
    return Stripped(picture, _orientation(exif) if exif else 1)


def _orientation(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8."""
    from membership.members.customers.photo_decoding import (  # noqa: PLC0415 - loads Pillow
        orientation_of,
    )

    return orientation_of(exif)


def _jpeg_parts(data: bytes) -> _Parts:
    """Return the segments of a JPEG up to its end marker, without further pictures after it."""
    yield _Role.PICTURE, data[:2]
    place = 2
    while place < len(data):
        if data[place] != 0xFF:
            raise _Malformed
        marker = data[place + 1]
        if marker == 0xFF:  # padding
            place += 1
            continue
        if marker == _EOI:
            yield _Role.PICTURE, data[place : place + 2]
            return
        (length,) = struct.unpack_from(">H", data, place + 2)
        end = place + 2 + length
        segment = data[place:end]
        if len(segment) < 4 or end > len(data):
            raise _Malformed
        if marker == _SOS:
            end = _end_of_scan(data, end)
            yield _Role.PICTURE, data[place:end]
        elif marker == _APP0:
            if segment[4:9] == b"JFIF\0" and len(segment) >= 4 + _JFIF_BYTES:
                yield _Role.PICTURE, _jfif(segment)
        elif not (_APP0 < marker <= _APP15 or marker == _COM) or _is_colour(marker, segment):
            yield _Role.PICTURE, segment
        elif segment[4:10] == _EXIF:
            yield _Role.EXIF, segment[4:]
        place = end


def _jfif(segment: bytes) -> bytes:
    """Return the JFIF header without its thumbnail, which may show what was cropped."""
    if segment[16:18] == b"\0\0" and len(segment) == 4 + _JFIF_BYTES:
        return segment
    return segment[:2] + struct.pack(">H", 2 + _JFIF_BYTES) + segment[4:16] + b"\0\0"


def _is_colour(marker: int, segment: bytes) -> bool:
    """Return whether a segment describes colours: an ICC profile, or the Adobe transform."""
    if marker == _APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    return marker == _APP14 and segment[4:9] == b"Adobe"


def _end_of_scan(data: bytes, place: int) -> int:
    """Return the offset of the first segment after entropy-coded data."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return len(data)
        following = data[place + 1]
        if following not in (0, 0xFF) and not 0xD0 <= following <= 0xD7:
            return place
        place += 1 if following == 0xFF else 2


def _png_parts(data: bytes) -> _Parts:
    """Return the chunks of a PNG that belong to the picture, up to its end."""
    yield _Role.PICTURE, _PNG_START
    place = len(_PNG_START)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        name, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data):
            raise _Malformed
        if name in _PNG_KEPT:
            yield _Role.PICTURE, data[place:end]
        elif name == b"eXIf":
            yield _Role.EXIF, _EXIF + data[place + 8 : end - 4]
        if name == b"IEND":
            return
        place = end


def _webp_parts(data: bytes) -> _Parts:
    """Return the chunks of a WebP that belong to the picture."""
    (size,) = struct.unpack_from("<I", data, 4)
    place, last = 12, min(len(data), 8 + size)
    while place + 8 <= last:
        name = data[place : place + 4]
        (length,) = struct.unpack_from("<I", data, place + 4)
        end = place + 8 + length + length % 2
        chunk = data[place:end]
        if place + 8 + length > len(data):
            raise _Malformed
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_EXIF_XMP & 0xFF]) + chunk[9:]
        if name in _WEBP_KEPT:
            yield _Role.PICTURE, chunk if len(chunk) == end - place else chunk + b"\0"
        elif name == b"EXIF":
            yield _Role.EXIF, _EXIF + chunk[8:].removeprefix(_EXIF)
        place = end
