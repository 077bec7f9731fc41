"""Files and folders that only their owner can read.

Data of members must not be readable by other users of the machine. New files are private by the
process's umask, which ``keep_private`` sets at the start of every command and process; what was
made before is mended by ``mend_data_folder``. On Windows the modes say nothing: there the data
folder lies in the user's own profile, which other users cannot read.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from membership.base.settings import ServiceSettings

GROUP_VARIABLE = "WALLETDESK_GROUP_READS"
"""The setting ``group_reads``, which is needed before any settings are read."""

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_OURS = (
    "membership.sqlite3*",
    "*.log",
    "*.log.*",
    "service.json",
    "kiosk.lock",
    "demo-deck.json",
    "hand-scanner-*.json",
)
"""Names of files that are mended in a folder that is not the service's alone."""
_SECRETS = frozenset({"secret.key", "service.json", "desk-token.json", "mail"})
_DRAFT = ".new"
"""What no setting lets the group read: these, and what a kiosk was writing in their place."""


def keep_private(*, group_reads: bool) -> None:
    """Set the umask: files of this process and its children are readable by their owner only.

    ``group_reads`` lets the group read them as well.
    """
    os.umask(0o027 if group_reads else 0o077)


def group_may_read(environment: Mapping[str, str] = os.environ) -> bool:
    """Return the setting ``group_reads`` of an environment; what is no yes is a no."""
    return environment.get(GROUP_VARIABLE, "").strip().lower() in _TRUE


def mend_data_folder(folder: Path, *, group_reads: bool = False) -> list[str]:
    """Create the data folder, and take it and its files from all others than the owner.

    ``group_reads`` lets the group read all but keys and mails. Returns the names that could not
    be changed, such as those of another owner; empty if all is private. In a folder that is not
    the service's alone (a temporary one for everybody, the home folder, the root) only the
    service's own files are changed. Raises OSError if the folder cannot be created or read.
    """
    folder.mkdir(mode=0o750 if group_reads else 0o700, parents=True, exist_ok=True)
    if os.name != "posix":
        return []
    folder = folder.resolve()
    if _is_shared(folder):
        found = {each for pattern in _OURS for each in folder.glob(pattern)}
        names = sorted(found | {folder / each for each in _SECRETS})
    else:
        names = [folder, *(Path(each.path) for each in os.scandir(folder))]
    return [str(each) for each in names if not _take(each, group_reads=group_reads)]


def prepare_data(settings: "ServiceSettings") -> list[str]:
    """Create and mend the data folder, and a SQLite file that lies elsewhere.

    Returns the names that others can still read. Raises OSError if the folder cannot be created
    or read.
    """
    group_reads = settings.group_reads
    left = mend_data_folder(settings.data_dir, group_reads=group_reads)
    try:
        url = settings.url()
    except ValueError:  # told by whoever opens the database
        return left
    if os.name == "posix" and url.get_backend_name() == "sqlite" and url.database:
        file = Path(url.database).resolve()
        beside = [file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))]
        left += [str(each) for each in beside if not _take(each, group_reads=group_reads)]
    return left


@contextmanager
def private_draft(file: Path) -> Iterator[IO[bytes]]:
    """Write a file that only its owner can read, under a name of its own until it is complete.

    Yields the open draft, which replaces ``file`` at the end of the block and is removed if the
    block raises. A draft that was left behind, or a link in its place, is never written to.
    While it is written it is locked, so that ``remove_dead_drafts`` knows it. Raises OSError.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    try:
        with open(draft, "xb", opener=_open_private) as stream:
            _lock(stream)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def noted_draft(folder: Path, file: Path) -> Iterator[IO[bytes]]:
    """Write a file as ``private_draft`` does, and note meanwhile in ``folder`` where.

    After a kill the next start finds the draft by the note, wherever it is. Raises OSError; a note
    that cannot be written prevents nothing.
    """
    note = folder / f".{os.getpid()}.note"
    try:
        with open(note, "wb", opener=_open_private) as written:
            written.write(os.fsencode(file.absolute()))
    except OSError:
        from membership.base.logs import logger  # noqa: PLC0415 - the desk's start does without it

        logger().warning("draft_not_noted", folder=str(folder))
    try:
        with private_draft(file) as stream:
            yield stream
    finally:
        note.unlink(missing_ok=True)


def remove_dead_drafts(folder: Path) -> list[Path]:
    """Remove the drafts that killed processes left: in a folder, and where its notes say.

    Returns those that were removed. Raises OSError.
    """
    removed = _remove_dead(folder, "*")
    for note in folder.glob(".*.note"):
        file = Path(os.fsdecode(note.read_bytes()))
        removed += _remove_dead(file.parent, file.name) if file.parent.is_dir() else []
        if not list(file.parent.glob(f".{escape(file.name)}.*.draft")):
            note.unlink(missing_ok=True)
    return removed


def _remove_dead(folder: Path, name: str) -> list[Path]:
    """Remove the drafts of a file, or of all with ``*``, that no process writes."""
    pattern = "*" if name == "*" else escape(name)
    dead = [
        each
        for each in folder.glob(f".{pattern}.*.draft")
        if not each.is_symlink() and each.is_file() and not _is_locked(each)
    ]
    for each in dead:
        each.unlink(missing_ok=True)
    return dead


def _lock(stream: IO[bytes]) -> None:
    """Lock an open file until it is closed, where the system and its disk can."""
    if os.name == "posix":
        import fcntl  # noqa: PLC0415 - only there

        with suppress(OSError):  # a disk without locks: then nothing there is ever dead
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_locked(path: Path) -> bool:
    """Whether a process writes a draft; true where that cannot be known."""
    if os.name != "posix":
        return True
    import fcntl  # noqa: PLC0415 - only there

    try:
        with path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _open_private(path: str, flags: int) -> int:
    """Open a file that only its owner can read."""
    return os.open(path, flags, 0o600)


def _is_shared(folder: Path) -> bool:
    """Return whether a folder is also somebody else's: temporary, the home folder, the root."""
    return bool(folder.stat().st_mode & stat.S_ISVTX) or folder in (
        Path.home().resolve(),
        Path(folder.anchor),
    )


def _take(path: Path, *, group_reads: bool) -> bool:
    """Remove the rights of others from a path; returns whether they have none now.

    Links are left as they are: they may lead out of the data folder.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return True
    if stat.S_ISLNK(mode):
        return True
    wanted = stat.S_IMODE(mode) & ~0o077
    if group_reads and path.name not in _SECRETS and path.suffix != _DRAFT:
        wanted |= 0o050 if stat.S_ISDIR(mode) else 0o040
    if wanted != stat.S_IMODE(mode):
        try:
            path.chmod(wanted)
        except FileNotFoundError:
            return True
        except OSError:
            return not stat.S_IMODE(mode) & 0o077
    return True
