"""The archive that a pass is: its files, a manifest of them, and a signature of the manifest.

Facts: Apple, Wallet Passes, "Building a Pass": the manifest names every file but itself and the
signature with its SHA-1, and a phone refuses a pass whose manifest is not exact. The fields of
the archive are those of the .ZIP File Format Specification (APPNOTE 6.3.9).

Equal files make equal bytes: fixed order, fixed time stamps, nothing of the machine. Files are
stored as they are: pictures and signature cannot be packed further, and the rest is so small
that packing it takes longer than sending it. The bytes are those that Python's ``zipfile``
writes (a test compares them), which takes longer for the three files of a card than all else
but the signature.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping

MANIFEST = "manifest.json"
SIGNATURE = "signature"

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sBBHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_VERSION = 20
_UNIX = 3
_STORED = 0
_NAME_IN_UTF8 = 1 << 11
_NO_TIME, _NO_DATE = 0, 1 << 5 | 1
"""Midnight of 1 January 1980, the first that there is."""
_READABLE = 0o644 << 16


class SharedFiles:
    """Files that many passes have in common, hashed and packed once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Pack files by name."""
        self._packed, self._directory = _packed({name: files[name] for name in sorted(files)}, 0)
        self._count = len(files)
        self._hashes = {name: sha1(data) for name, data in files.items()}

    def manifest(self, files: Mapping[str, bytes]) -> bytes:
        """The manifest of these files and others, JSON."""
        hashes = self._hashes | {name: sha1(data) for name, data in files.items()}
        return json.dumps(hashes, sort_keys=True, separators=(",", ":")).encode()

    def archive(self, files: Mapping[str, bytes]) -> bytes:
        """The archive of these files and others, which come last in their order.

        Raises OverflowError if it has 4 GB or more.
        """
        packed, directory = _packed(files, len(self._packed))
        begin = len(self._packed) + len(packed)
        length = len(self._directory) + len(directory)
        count = self._count + len(files)
        try:
            end = _END.pack(b"PK\x05\x06", 0, 0, count, count, length, begin, 0)
        except struct.error:
            raise OverflowError("the archive is too large") from None
        return b"".join((self._packed, packed, self._directory, directory, end))


def sha1(data: bytes) -> str:
    """The SHA-1 of a file, in hexadecimal: what a manifest has, and no secret rests on it."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _packed(files: Mapping[str, bytes], begin: int) -> tuple[bytes, bytes]:
    """Files with their headers, the first at ``begin``, and their part of the directory.

    Raises OverflowError for 4 GB or more.
    """
    packed: list[bytes] = []
    directory: list[bytes] = []
    for name, data in files.items():
        spelled = name.encode()
        flags = 0 if name.isascii() else _NAME_IN_UTF8
        size = len(data)
        about = (flags, _STORED, _NO_TIME, _NO_DATE, zlib.crc32(data), size, size, len(spelled))
        try:
            packed += (_LOCAL.pack(b"PK\x03\x04", _VERSION, *about, 0), spelled, data)
            directory += (
                _CENTRAL.pack(
                    b"PK\x01\x02", _VERSION, _UNIX, _VERSION, *about, 0, 0, 0, 0, _READABLE, begin
                ),
                spelled,
            )
        except struct.error:
            raise OverflowError("the archive is too large") from None
        begin += _LOCAL.size + len(spelled) + size
    return b"".join(packed), b"".join(directory)
