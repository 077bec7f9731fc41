"""The file of a backup: a zip with one member of lines per table, and a manifest.

The manifest comes last, so that a file without one was never finished. It tells the schema's
revision, and of each table its columns, how many rows there are, and their digests.
"""

import contextlib
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
"""Version of the file's format that this program writes, and the newest that it reads."""

MANIFEST = "manifest.json"
KEY_MEMBER = "secret.key"
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
"""What is raised over a zip, a manifest or lines whose bytes are not those that were written."""


class TableEntry(BaseModel):
    """One table in a backup. ``content`` is a digest that does not depend on the rows' order."""

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
    """A column whose values are numbered by the database, and the last number given."""

    table: str
    column: str
    last: int


class Manifest(BaseModel):
    """What a backup holds. Tables stand in an order in which each refers to earlier ones only."""

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
    """Writes a backup into an open file, table by table. A block that fails leaves it undone."""

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
        # Closing would write the directory, on what may be a full disk; also when collected.
        self._zip.fp = None

    def add_table(self, name: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> TableEntry:
        """Write a table's rows, keeping none of them."""
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
        """Write the key with which secrets in the database are encrypted."""
        self._zip.writestr(KEY_MEMBER, key)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and the zip's directory."""
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        self._zip.close()


class Archive:
    """A backup that is read. Raises BackupDamaged or BackupTooNew; OSError for no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
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
        """Read the manifest, and see that there is nothing beside what it tells of."""
        names = self._zip.namelist()
        if MANIFEST not in names:
            raise BackupDamaged(f"{self._path} is not a backup of this program.")
        text = self._zip.read(MANIFEST)
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
        """The rows of a table; that they are all there and unaltered is known at the end."""
        read = Tally()
        with self._reading(), self._zip.open(table.member) as member:
            for line in member:
                read.add(line)
                yield decode_row(line, table.columns)
        self._compare(table, read)

    def verify(self) -> Manifest:
        """Read everything once and compare it with the manifest, which is returned."""
        for table in self.manifest.tables:
            read = Tally()
            with self._reading(), self._zip.open(table.member) as member:
                for line in member:
                    read.add(line)
                    decode_row(line, table.columns)
            self._compare(table, read)
        self.key()
        return self.manifest

    def key(self) -> str | None:
        """The key with which secrets in the database are encrypted, if the backup has it."""
        if not self.manifest.with_key:
            return None
        with self._reading():
            return self._zip.read(KEY_MEMBER).decode("ascii")

    def _compare(self, table: TableEntry, read: Tally) -> None:
        """Raise BackupDamaged unless what was read is what was written."""
        if (read.rows, read.sha256, read.content) != (table.rows, table.sha256, table.content):
            raise BackupDamaged(
                f"{self._path} is damaged: {table.name} has other rows than were written."
            )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Tell damage as such, whatever the standard library makes of it."""
        try:
            yield
        except _UNREADABLE as error:
            what = "damaged or not a backup of this program"
            raise BackupDamaged(f"{self._path} is {what} ({type(error).__name__}).") from error


def _format_version(text: bytes) -> int:
    """Version of the format, read before anything that a newer one may have changed."""

    class _Versioned(BaseModel):
        format: Literal["walletdesk-backup"]
        format_version: int

    return _Versioned.model_validate_json(text).format_version
