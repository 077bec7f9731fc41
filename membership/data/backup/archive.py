"""The file format of backups: a zip with one member of JSON lines per table, and a manifest.

The manifest is written last, so that a file without one is incomplete. It holds the schema
revision, and for each table its columns, number of rows and digests.
"""

import contextlib
import errno
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

from pydantic import BaseModel, Field

from membership.data.backup.errors import BackupDamaged, BackupTooNew
from membership.data.backup.rows import Columns, Kind, Tally, decode_row, encode_row

FORMAT_VERSION = 1
"""The format version that this program writes, and the newest that it reads."""

MANIFEST = "manifest.json"
KEY_MEMBER = "secret.key"
LARGEST_MANIFEST = 4 * 1024 * 1024
LARGEST_KEY = 1024
LARGEST_LINE = 256 * 1024 * 1024
"""Bytes of a row; the largest are files of imports in pieces, and photos."""

_AT_ONCE = 256 * 1024

_LEVEL = 4
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    NotImplementedError,
    RuntimeError,
)
"""Errors raised for a zip, a manifest or lines that were altered."""


class TableEntry(BaseModel):
    """A table of a backup. ``content`` is a digest that does not depend on the order of rows."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    columns: list[tuple[str, Kind]]
    rows: int
    sha256: str
    content: str

    @property
    def member(self) -> str:
        """Name of the zip's member with its rows."""
        return f"tables/{self.name}.jsonl"


class SequenceEntry(BaseModel):
    """An auto-incremented column, and the last number that was given."""

    table: str
    column: str
    last: int


class Manifest(BaseModel):
    """The contents of a backup. Each table refers to earlier ones only."""

    format: Literal["walletdesk-backup"] = "walletdesk-backup"
    format_version: int = FORMAT_VERSION
    program_version: str
    schema_revision: str
    created_at: datetime
    source: str
    tables: list[TableEntry]
    sequences: list[SequenceEntry]
    with_key: bool = False

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)


class ArchiveWriter:
    """Writes a backup into an open file, table by table; incomplete until ``finish``."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(
            file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=_LEVEL
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # ``close`` would write the directory, perhaps to a full disk; so would ``__del__``.
        self._zip.fp = None

    def add_table(self, name: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> TableEntry:
        """Write a table's rows as a stream; returns its entry for the manifest."""
        entry = TableEntry(name=name, columns=list(columns), rows=0, sha256="", content="")
        written = Tally()
        with self._zip.open(entry.member, "w", force_zip64=True) as member:
            for row in rows:
                line = encode_row(row, columns)
                member.write(line)
                written.add(line)
        return entry.model_copy(
            update={"rows": written.rows, "sha256": written.sha256, "content": written.content}
        )

    def add_key(self, key: str) -> None:
        """Write the secret key, which encrypts secrets in the database."""
        self._zip.writestr(KEY_MEMBER, key)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and the zip's directory."""
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        self._zip.close()


class Archive:
    """Reads a backup. Raises BackupDamaged, BackupTooNew; OSError if it cannot be opened."""

    def __init__(self, path: Path, *, largest_line: int = LARGEST_LINE) -> None:
        self._path, self._largest_line = path, largest_line
        self._file = path.open("rb")
        try:
            with self._reading():
                self._zip = zipfile.ZipFile(self._file)
                self.manifest = self._read_manifest()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
        self._file.close()

    def _read_manifest(self) -> Manifest:
        """Read the manifest; raises BackupDamaged if the members are not exactly its own."""
        names = self._zip.namelist()
        if MANIFEST not in names:
            raise BackupDamaged(f"{self._path} is not a backup of this program.")
        text = self._small(MANIFEST, LARGEST_MANIFEST)
        version = _format_version(text)
        if version > FORMAT_VERSION:
            raise BackupTooNew(
                f"{self._path} was written by a newer version (format {version}; "
                f"this version reads up to {FORMAT_VERSION})."
            )
        manifest = Manifest.model_validate_json(text)
        wanted = [MANIFEST, *(table.member for table in manifest.tables)]
        wanted += [KEY_MEMBER] if manifest.with_key else []
        if sorted(names) != sorted(wanted):
            odd = ", ".join(sorted(set(names) ^ set(wanted))) or "a member twice"
            raise BackupDamaged(f"{self._path} is damaged: {odd} is missing or does not belong.")
        return manifest

    def rows(self, table: TableEntry) -> Iterator[dict[str, Any]]:
        """The rows of a table; raises BackupDamaged at the end if they were altered."""
        read = Tally()
        with self._reading():
            for line in self._lines(table):
                read.add(line)
                yield decode_row(line, table.columns)
        self._compare(table, read)

    def verify(self) -> Manifest:
        """Read everything and verify it against the manifest, which is returned."""
        for table in self.manifest.tables:
            read = Tally()
            with self._reading():
                for line in self._lines(table):
                    read.add(line)
                    decode_row(line, table.columns)
            self._compare(table, read)
        self.key()
        return self.manifest

    def key(self) -> str | None:
        """The secret key, if the backup has it."""
        if not self.manifest.with_key:
            return None
        with self._reading():
            return self._small(KEY_MEMBER, LARGEST_KEY).decode("ascii")

    def _small(self, member: str, most: int) -> bytes:
        """Read a member of at most ``most`` bytes, whatever the zip says of its size.

        Raises BackupDamaged for a larger one, without reading it.
        """
        with self._zip.open(member) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise BackupDamaged(
                f"{self._path} is damaged: {member} has more than {most} bytes when unpacked."
            )
        return data

    def _lines(self, table: TableEntry) -> Iterator[bytes]:
        """Read the lines of a table, at most as many as it should have. Raises BackupDamaged."""
        # ZipExtFile reads lines of a limited length byte by byte.
        with io.BufferedReader(self._zip.open(table.member), _AT_ONCE) as member:  # type: ignore[type-var]
            for _ in range(table.rows):
                line = member.readline(self._largest_line + 1)
                if len(line) > self._largest_line:
                    raise BackupDamaged(
                        f"{self._path} is damaged: {table.name} has a row of more than "
                        f"{self._largest_line} bytes."
                    )
                if not line:
                    return
                yield line
            if member.read(1):
                raise BackupDamaged(
                    f"{self._path} is damaged: {table.name} has other rows than were written."
                )

    def _compare(self, table: TableEntry, read: Tally) -> None:
        """Raise BackupDamaged if a table's rows are not those that were written."""
        if (read.rows, read.sha256, read.content) != (table.rows, table.sha256, table.content):
            raise BackupDamaged(
                f"{self._path} is damaged: {table.name} has other rows than were written."
            )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Raise BackupDamaged for the errors of the standard library about damaged data."""
        try:
            yield
        except OSError as error:
            # The offset of a member is damaged: before the beginning, where nothing can be read.
            if error.errno != errno.EINVAL:
                raise
            raise BackupDamaged(f"{self._path} is damaged: {error.strerror}.") from error
        except _UNREADABLE as error:
            what = "damaged or not a backup of this program"
            raise BackupDamaged(f"{self._path} is {what} ({type(error).__name__}).") from error


def _format_version(text: bytes) -> int:
    """The format version, parsed before fields that a newer version may have changed."""

    class _Versioned(BaseModel):
        format: Literal["walletdesk-backup"]
        format_version: int

    return _Versioned.model_validate_json(text).format_version
