"""The ZIP archive of a pass: its files, their manifest, and the signature of the manifest.

Source: Apple, Wallet Passes, "Building a Pass" (the manifest lists every other file with its SHA-1,
and a phone refuses a pass whose manifest is not exact); .ZIP File Format Specification (APPNOTE
6.3.9).

Equal files make equal bytes: fixed order and time stamps, nothing from the machine. Files are
stored uncompressed: pictures and signature cannot be compressed further, and the rest is too small
to matter. The bytes are those that Python's ``zipfile`` writes (a test compares them), which would
take longer for the three files of a card than everything else but the signature.
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
"""Midnight of 1 January 1980, the earliest time stamp of the format."""
_READABLE = 0o644 << 16


class SharedFiles:
    """Files that many passes have in common, hashed and encoded once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Encode files, given by name, in the order of their names."""
        self._packed, self._directory = _packed({name: files[name] for name in sorted(files)}, 0)
        self._count = len(files)
        self._hashes = {name: sha1(data) for name, data in files.items()}

    def manifest(self, files: Mapping[str, bytes]) -> bytes:
        """Return the manifest (JSON) of these files and others."""
        hashes = self._hashes | {name: sha1(data) for name, data in files.items()}
        return json.dumps(hashes, sort_keys=True, separators=(",", ":")).encode()

    def archive(self, files: Mapping[str, bytes]) -> bytes:
        """Return the archive of these files, followed by others in their order.

        Raises OverflowError for 4 GiB or more.
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
    """Return the SHA-1 of a file in hexadecimal, as the manifest requires."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _packed(files: Mapping[str, bytes], begin: int) -> tuple[bytes, bytes]:
    """Return files with their headers, the first at ``begin``, and their part of the directory.

    Raises OverflowError for 4 GiB or more.
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
