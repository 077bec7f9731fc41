"""Files and folders that only their owner can read.

Data of members must not be readable by other users of the machine. New files are private by the
process's umask, which ``keep_private`` sets at the start of every command and process; what was
made before is mended by ``mend_data_folder``. On Windows the modes say nothing: there the data
folder lies in the user's own profile, which other users cannot read.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
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
_NOTE = re.compile(r"\.walletdesk-backup\.[0-9]+\.note")


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
    except ValueError:  # reported where the database is opened
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
    Until it replaces the file it is locked, so that ``remove_dead_drafts`` knows it. Raises
    OSError.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    try:
        with _create_locked(draft) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            if os.name == "posix":
                draft.replace(file)
        if os.name != "posix":  # open files cannot be replaced there, and none is ever dead
            draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def noted_draft(folder: Path, file: Path) -> Iterator[IO[bytes]]:
    """Write a file as ``private_draft`` does, and note meanwhile in ``folder`` where.

    After a kill the next start finds the draft by the note, wherever it is. Raises OSError; a note
    that cannot be written prevents nothing.
    """
    note = folder / f".walletdesk-backup.{os.getpid()}.note"
    with ExitStack() as until_done:
        try:
            written = until_done.enter_context(_create_locked(note))
            until_done.callback(note.unlink, missing_ok=True)
            written.write(os.fsencode(file.absolute()))
            written.flush()
        except OSError:
            _log("draft_not_noted", note)
        with private_draft(file) as stream:
            yield stream


def remove_dead_drafts(folder: Path) -> list[Path]:
    """Remove the drafts that killed processes left: in a folder, and where its notes say.

    In a folder that is not the service's alone only those that a note names. Returns those that
    were removed. What is another user's, no regular file or not readable is left alone; what
    cannot be removed is logged. Raises OSError if the folder cannot be read.
    """
    folder = folder.resolve()
    removed = [] if _is_shared(folder) else _remove_dead(folder, ".+")
    for note in sorted(folder.iterdir()):
        if _NOTE.fullmatch(note.name):
            removed += _remove_noted(note)
    return removed


def _remove_noted(note: Path) -> list[Path]:
    """Remove the drafts of the file that a dead note names, and the note once none is left."""
    stream = _open_dead(note)
    if stream is None:
        return []
    with stream:
        file = Path(os.fsdecode(stream.read()))
        removed: list[Path] = []
        try:
            if file.is_absolute() and file.parent.is_dir():
                removed = _remove_dead(file.parent, re.escape(file.name))
                if _drafts(file.parent, re.escape(file.name)):
                    return removed
            note.unlink(missing_ok=True)
        except OSError:
            _log("draft_not_removed", note)
    return removed


def _remove_dead(folder: Path, name: str) -> list[Path]:
    """Remove the drafts of files that no process writes; ``name`` is an expression."""
    return [each for each in _drafts(folder, name) if _remove_if_dead(each)]


def _drafts(folder: Path, name: str) -> list[Path]:
    """Return the drafts of files in a folder; ``name`` is an expression. Raises OSError."""
    draft = re.compile(rf"\.{name}\.[0-9]+\.draft", re.DOTALL)
    return sorted(each for each in folder.iterdir() if draft.fullmatch(each.name))


def _remove_if_dead(path: Path) -> bool:
    """Remove a file that no process writes, while it is locked; returns whether it was."""
    stream = _open_dead(path)
    if stream is None:
        return False
    with stream:
        try:
            path.unlink()
        except OSError:
            _log("draft_not_removed", path)
            return False
    return True


def _create_locked(path: Path) -> IO[bytes]:
    """Create a private file that is locked until it is closed, in the place of an older one.

    Raises OSError.
    """
    while True:
        path.unlink(missing_ok=True)
        stream = open(path, "xb", opener=_open_private)  # noqa: SIM115 - the caller closes it
        if os.name == "posix":
            import fcntl  # noqa: PLC0415 - only there

            with suppress(OSError):  # a disk without locks: then nothing there is ever dead
                fcntl.flock(stream, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(stream.fileno()), path.lstat()):
                return stream
        stream.close()  # a start has removed it, before it was locked


def _open_dead(path: Path) -> IO[bytes] | None:
    """Open and lock a file of this user that no process has locked.

    Returns None for all others, and where it cannot be known.
    """
    if os.name != "posix":
        return None
    import fcntl  # noqa: PLC0415 - only there

    try:
        stream = open(path, "rb", opener=_open_no_link)  # noqa: SIM115 - the caller closes it
    except OSError:
        return None
    found = os.fstat(stream.fileno())
    if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
        with suppress(OSError):  # locked, gone, or on a disk without locks
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Else a living process has renamed it, and its next draft may have the name.
            if os.path.samestat(found, path.lstat()):
                return stream
    stream.close()
    return None


def _log(event: str, path: Path) -> None:
    """Log a warning about a file."""
    from membership.base.logs import logger  # noqa: PLC0415 - the desk's start does without it

    logger().warning(event, file=str(path))


def _open_no_link(path: str, flags: int) -> int:
    """Open a file that is no link, without waiting for anybody at the other end of a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


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
