"""The commands ``backup`` and ``restore``: what they do, as sentences for the command line."""

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
    """Why a command could not be carried out, as one sentence."""


def backup_command(
    settings: ServiceSettings, file: Path, *, with_key: bool, replace: bool, verify: bool
) -> str:
    """Write a backup, or with ``verify`` only look at one. Raises CommandError."""
    if verify:
        found = _explained(lambda: verify_backup(file))
        return f"{file} is whole: {_told(found)}, made at {found.created_at.isoformat()}."
    made = _explained(
        lambda: create_backup(
            settings, file, now=system_clock(), with_key=with_key, replace=replace
        )
    )
    return f"Backed up {_told(made)} into {file}."


def restore_command(settings: ServiceSettings, file: Path) -> str:
    """Restore a backup. Raises CommandError."""
    restored = _explained(lambda: restore_backup(settings, file))
    if restored.with_key:
        return f"Restored {_told(restored)}, with the secret key."
    return f"Restored {_told(restored)}. Bring the secret key if webhooks are used."


def _told(manifest: Manifest) -> str:
    """How much is in a backup."""
    return f"{manifest.rows} rows of {len(manifest.tables)} tables"


def _explained(run: Callable[[], Manifest]) -> Manifest:
    """Run something; what can go wrong outside this program is told as one sentence."""
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
