"""Several passes in one file, ``.pkpasses``: a ZIP archive of ``.pkpass`` files.

Apple ("Distributing and updating a pass") lets a phone take ten passes or 150 MB at once; a
bundle of any number is written here, for whoever hands cards on. Python's ``zipfile`` keeps a
record of every entry in memory until the end, and so does any library that was found. Here the
directory of the archive goes to a temporary file instead, so that 100,000 passes need no more
memory than one. Fields are those of the .ZIP File Format Specification (APPNOTE 6.3.9), with
ZIP64 wherever a number is too large for the older ones.
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

MOST_PASSES_ON_A_PHONE = 10
MOST_BYTES_ON_A_PHONE = 150 * 1000 * 1000

_VERSION, _VERSION_64 = 20, 45
_UNCOMPRESSED = 0
_DAY = 1 << 5 | 1
"""1 January 1980, so that equal passes make equal bundles."""
_LARGE, _MANY = 0xFFFF_FFFF, 0xFFFF
_IN_MEMORY_BYTES = 1 << 20

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_OFFSET_64 = struct.Struct("<HHQ")
_END_64 = struct.Struct("<4sQHHLLQQQQ")
_LOCATOR_64 = struct.Struct("<4sLQL")
_END = struct.Struct("<4sHHHHLLH")


def write_bundle(file: BinaryIO, passes: Iterable[bytes], *, position: int = 0) -> int:
    """Write passes into a bundle, in their order, and return how many they were.

    They are named by their number, so that no name is there twice. Nothing is sought or read in
    ``file``; ``position`` is how many bytes precede the bundle in it. What was written before
    an error is no bundle.

    Raises PassContentError for no pass at all, and for an empty one.
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
    """Name of the pass of that number, from 1."""
    return f"{number:06d}{PASS_SUFFIX}".encode("ascii")


def _write_pass(
    file: BinaryIO,
    directory: "SpooledTemporaryFile[bytes]",
    name: bytes,
    content: bytes,
    position: int,
) -> int:
    """Write one pass, and its line into the directory. Returns how many bytes the pass took.

    A pass is compressed itself, so it is stored as it is; it is held in memory, far below the
    4 GiB at which its size would need a larger field.
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
    """The end of an archive whose directory has ``length`` bytes and begins at ``position``."""
    large = b""
    if count >= _MANY or length >= _LARGE or position >= _LARGE:
        large = _END_64.pack(
            b"PK\x06\x06", _END_64.size - 12, _VERSION_64, _VERSION_64, 0, 0,
            count, count, length, position,
        ) + _LOCATOR_64.pack(b"PK\x06\x07", 0, position + length, 1)  # fmt: skip
    few = min(count, _MANY)
    ending = (few, few, min(length, _LARGE), min(position, _LARGE), 0)
    return large + _END.pack(b"PK\x05\x06", 0, 0, *ending)
