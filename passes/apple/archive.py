"""The archive that a pass is: its files, a manifest of them, and a signature of the manifest.

Facts: Apple, Wallet Passes, "Building a Pass": the manifest names every file but itself and the
signature with its SHA-1, and a phone refuses a pass whose manifest is not exact.

Equal files make equal bytes: fixed order, fixed time stamps, nothing of the machine. Files are
stored as they are: pictures and signature cannot be packed further, and the rest is so small
that packing it takes longer than sending it.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import IO

MANIFEST = "manifest.json"
SIGNATURE = "signature"

_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE = 0o644 << 16


class SharedFiles:
    """Files that many passes have in common, hashed and packed once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Pack files by name."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in sorted(files):
                archive.writestr(_entry(name), files[name])
            self._entries = tuple(archive.filelist)
            end = out.tell()
        self._packed = out.getvalue()[:end]
        self._hashes = {name: sha1(data) for name, data in files.items()}

    def manifest(self, files: Mapping[str, bytes]) -> bytes:
        """The manifest of these files and others, JSON."""
        hashes = self._hashes | {name: sha1(data) for name, data in files.items()}
        return json.dumps(hashes, sort_keys=True, separators=(",", ":")).encode()

    def write(self, out: IO[bytes], files: Mapping[str, bytes]) -> None:
        """Write the archive of these files and others, which come last in their order.

        ``out`` is at the start of the archive, and can be asked where it is.
        """
        out.write(self._packed)
        with zipfile.ZipFile(out, "w") as archive:
            # The entries were written with the packed files; the directory at the end names them.
            archive.filelist.extend(self._entries)
            for name, data in files.items():
                archive.writestr(_entry(name), data)


def sha1(data: bytes) -> str:
    """The SHA-1 of a file, in hexadecimal: what a manifest has, and no secret rests on it."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry that is the same on every machine and at every time."""
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.create_system = _UNIX
    entry.external_attr = _READABLE
    return entry
