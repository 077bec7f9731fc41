"""Bundles of passes, ``.pkpasses``: a ZIP archive of ``.pkpass`` files, written as a stream.

A phone accepts ten passes or 150 MB at once (Apple, "Distributing and updating a pass"); bundles of
any number are supported, for redistribution. Python's ``zipfile`` keeps a record of every entry in
memory until the end; here the central directory is spooled to a temporary file, so that 100,000
passes need no more memory than one. Source of the format: .ZIP File Format Specification (APPNOTE
6.3.9), with ZIP64 where a number exceeds the older fields.
"""

import shutil
import struct
import zlib
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from passes.errors import PassContentError

PASS_TYPE = "application/vnd.apple.pkpass"  # noqa: S105 - a media type
BUNDLE_TYPE = "application/vnd.apple.pkpasses"
PASS_SUFFIX, BUNDLE_SUFFIX = ".pkpass", ".pkpasses"

MAX_PASSES_ON_A_PHONE = 10
MAX_BYTES_ON_A_PHONE = 150 * 1000 * 1000

_VERSION, _VERSION_64 = 20, 45
_UNCOMPRESSED = 0
_DAY = 1 << 5 | 1
"""1 January 1980 for every file, so that equal passes make equal bundles."""
_LARGE, _MANY = 0xFFFF_FFFF, 0xFFFF
_IN_MEMORY_BYTES = 1 << 20

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_OFFSET_64 = struct.Struct("<HHQ")
_END_64 = struct.Struct("<4sQHHLLQQQQ")
_LOCATOR_64 = struct.Struct("<4sLQL")
_END = struct.Struct("<4sHHHHLLH")


def write_bundle(file: BinaryIO, passes: Iterable[bytes], *, position: int = 0) -> int:
    """Write a bundle of passes, in their order; returns their number.

    The entries are named by number. ``file`` is only written to; ``position`` is the number of
    bytes before the bundle in it. After an error the file is incomplete.

    Raises PassContentError if there are no passes, and for an empty one.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as directory:
        count = 0
        for content in passes:
            if not content:
                raise PassContentError(f"passes[{count}]", "is empty")
            count += 1
            position += _write_pass(file, directory, _name(count), content, position)
        if not count:
            raise PassContentError("passes", "a bundle holds at least one")
        length = directory.tell()
        directory.seek(0)
        shutil.copyfileobj(directory, file)
    file.write(_end(count, length, position))
    return count


def _name(number: int) -> bytes:
    """Return the name of an entry, numbered from 1."""
    return f"{number:06d}{PASS_SUFFIX}".encode("ascii")


def _write_pass(
    file: BinaryIO,
    directory: "SpooledTemporaryFile[bytes]",
    name: bytes,
    content: bytes,
    position: int,
) -> int:
    """Write one pass and its entry of the directory. Returns the number of bytes in ``file``.

    Passes are stored uncompressed, as they are archives already. One that fits in memory is far
    below the 4 GiB at which its size would need ZIP64.
    """
    size, check = len(content), zlib.crc32(content)
    head = _LOCAL.pack(
        b"PK\x03\x04", _VERSION, 0, _UNCOMPRESSED, 0, _DAY, check, size, size, len(name), 0
    )
    file.write(head + name)
    file.write(content)
    far = position >= _LARGE
    extra = _OFFSET_64.pack(1, 8, position) if far else b""
    version = _VERSION_64 if far else _VERSION
    line = _CENTRAL.pack(
        b"PK\x01\x02", version, version, 0, _UNCOMPRESSED, 0, _DAY, check, size, size,
        len(name), len(extra), 0, 0, 0, 0, min(position, _LARGE),
    )  # fmt: skip
    directory.write(line + name + extra)
    return len(head) + len(name) + size


def _end(count: int, length: int, position: int) -> bytes:
    """Return the end of an archive whose directory has ``length`` bytes, at ``position``."""
    large = b""
    if count >= _MANY or length >= _LARGE or position >= _LARGE:
        large = _END_64.pack(
            b"PK\x06\x06", _END_64.size - 12, _VERSION_64, _VERSION_64, 0, 0,
            count, count, length, position,
        ) + _LOCATOR_64.pack(b"PK\x06\x07", 0, position + length, 1)  # fmt: skip
    few = min(count, _MANY)
    ending = (few, few, min(length, _LARGE), min(position, _LARGE), 0)
    return large + _END.pack(b"PK\x05\x06", 0, 0, *ending)
