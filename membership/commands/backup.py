"""The commands ``backup`` and ``restore``."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.data.backup.archive import Manifest
from membership.data.backup.create import create_backup
from membership.data.backup.errors import BackupError
from membership.data.backup.restore import restore_backup, verify_backup
from membership.store.errors import database_problem
from membership.store.migrate import MigrationError


class CommandError(Exception):
    """A command failed; the text is one sentence."""


def backup_command(
    settings: ServiceSettings, file: Path, *, with_key: bool, replace: bool, verify: bool
) -> str:
    """Write a backup, or with ``verify`` check one; returns a sentence. Raises CommandError."""
    if verify:
        found = _run(lambda: verify_backup(file))
        return f"{file} is whole: {_summary(found)}, made at {found.created_at.isoformat()}."
    made = _run(
        lambda: create_backup(
            settings, file, now=system_clock(), with_key=with_key, replace=replace
        )
    )
    return f"Backed up {_summary(made)} into {file}."


def restore_command(settings: ServiceSettings, file: Path) -> str:
    """Restore a backup; returns a sentence. Raises CommandError."""
    restored = _run(lambda: restore_backup(settings, file))
    if restored.with_key:
        return f"Restored {_summary(restored)}, with the secret key."
    return f"Restored {_summary(restored)}. Bring the secret key if webhooks are used."


def _summary(manifest: Manifest) -> str:
    """Return the numbers of rows and tables in a backup."""
    return f"{manifest.rows} rows of {len(manifest.tables)} tables"


def _run(run: Callable[[], Manifest]) -> Manifest:
    """Return ``run()``. Raises CommandError for expected errors, with a sentence."""
    try:
        return run()
    except (BackupError, MigrationError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        where = error.filename or "The file"
        raise CommandError(f"{where}: {error.strerror or error}.") from error
    except SQLAlchemyError as error:
        problem = database_problem(error)
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise CommandError(f"{problem.detail} ({cause})" if problem else f"{cause}.") from error
