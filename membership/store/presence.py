"""Whether a SQLite database that is not there was there before.

A sync program, a repair of the disk or a wrong restore may take the file of the database and leave
the others. An empty club in its place would call every member unknown, so that is refused. What a
database leaves behind: its write-ahead log, the secret key, and a note that is written once a club
is stored in it.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from membership.base.settings import SQLITE_FILE_NAME, ServiceSettings
from membership.base.vault import KEY_FILE
from membership.store.migrate import MigrationError

NOTE_ENDING = ".club"
"""Added to the name of the database's file: the note that it holds a club."""

_LOG_ENDINGS = ("-wal", "-shm")
_MAGIC = b"SQLite format 3\0"
_SMALLEST_CLUB = 65536
"""Bytes that the tables alone take more than."""
_NOTE = "The file beside this one holds a club; without it the service does not start.\n"


class DataMissing(MigrationError):
    """The database was used before and is not there, or is empty; nothing was changed."""

    code = "data_missing"

    def __init__(self, file: Path, traces: list[str]) -> None:
        super().__init__(
            f"{file} is missing or empty, and held a club: there is {', '.join(traces)}. Put the "
            f"file back, or restore a backup: 'restore FILE --data-dir {file.parent}'. A new club "
            "needs another folder."
        )


def require_present(settings: ServiceSettings) -> None:
    """Raise DataMissing if the file of the database is missing or empty, and held a club before.

    A file without tables is empty too; its log proves nothing, since another process may be
    creating the tables. Changes nothing: SQLite itself would remove the write-ahead log of a
    missing file. Databases of a server are never missing in this sense. Raises ValueError for an
    invalid URL.
    """
    file = database_file(settings)
    if file is None:
        return
    endings = [NOTE_ENDING]
    if not _has_content(file):
        endings += _LOG_ENDINGS
    traces = [file.with_name(file.name + ending) for ending in endings]
    if file == settings.data_dir / SQLITE_FILE_NAME:
        traces.append(settings.data_dir / KEY_FILE)
    found = [each.name for each in traces if each.exists()]
    if found and (not _has_content(file) or _is_without_tables(file)):
        raise DataMissing(file, found)


def require_new(settings: ServiceSettings) -> None:
    """Raise DataMissing if the file of a database without a club held one before."""
    file = database_file(settings)
    if file is not None and _note(file).exists():
        raise DataMissing(file, [_note(file).name])


def note_club(settings: ServiceSettings) -> None:
    """Store that the database holds a club. A note that cannot be written prevents nothing."""
    file = database_file(settings)
    if file is not None and not _note(file).exists():
        with suppress(OSError):  # a full disk: the next start writes it
            _note(file).write_text(_NOTE, encoding="ascii")


def database_file(settings: ServiceSettings) -> Path | None:
    """Return the file of a SQLite database; None for a server's, or one in memory."""
    url = settings.url()
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def _note(file: Path) -> Path:
    return file.with_name(file.name + NOTE_ENDING)


def _is_without_tables(file: Path) -> bool:
    """Return whether a database that is not empty has nothing in it; False if it cannot be read."""
    if file.stat().st_size > _SMALLEST_CLUB or not file.read_bytes().startswith(_MAGIC):
        return False
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as opened:
            (count,) = opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:  # named where the database is opened
        return False
    return bool(count == 0)


def _has_content(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False
