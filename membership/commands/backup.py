"""The commands ``backup`` and ``restore``."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import KeyMissing
from membership.data.backup.archive import Manifest
from membership.data.backup.create import create_backup, left_out
from membership.data.backup.entries import record_backup
from membership.data.backup.errors import BackupError
from membership.data.backup.restore import restore_backup, verify_backup
from membership.data.lost_key import losses
from membership.store.database import open_database
from membership.store.errors import database_problem
from membership.store.migrate import MigrationError
from membership.store.secret_key import checked_vault

T = TypeVar("T")


class CommandError(Exception):
    """A command failed; the text is one sentence."""


def backup_command(
    settings: ServiceSettings, file: Path, *, with_key: bool, replace: bool, verify: bool
) -> str:
    """Write a backup, or with ``verify`` check one; returns a sentence. Raises CommandError."""
    if verify:
        found = _run(lambda: verify_backup(file))
        key = "with" if found.with_key else "without"
        made_at = found.created_at.isoformat()
        return f"{file} is whole: {_summary(found)}, made at {made_at}, {key} the secret key."
    made = _run(
        lambda: create_backup(
            settings, file, now=system_clock(), with_key=with_key, replace=replace
        )
    )
    missing = _run(lambda: left_out(settings, with_key=with_key))
    lines = [f"Backed up {_summary(made)} into {file}. Not in it:"]
    lines += [f"- {each}" for each in missing]
    try:
        _run(lambda: record_backup(settings, made))
    except CommandError as error:  # the backup is good all the same
        lines.append(f"The audit of the database does not mention it: {error}")
    return "\n".join(lines)


def restore_command(settings: ServiceSettings, file: Path) -> str:
    """Restore a backup; returns a sentence. Raises CommandError."""
    restored = _run(lambda: restore_backup(settings, file))
    if restored.with_key:
        return f"Restored {_summary(restored)}, with the secret key."
    return "\n".join([f"Restored {_summary(restored)}.", *_run(lambda: _without_key(settings))])


def _without_key(settings: ServiceSettings) -> list[str]:
    """Return what to do about the key of a restored database, and what does not work without it."""
    database = open_database(settings)
    try:
        with database.engine.connect() as connection:
            if checked_vault(settings, connection) is None:
                return ["It was used without a secret key, so none is missing."]
            return ["The secret key that is here is the right one."]
    except KeyMissing as error:
        with database.engine.connect() as connection:
            return [f"{error} The service does not start before. Without it:"] + [
                f"- {each}" for each in losses(connection, None)
            ]
    finally:
        database.engine.dispose()


def _summary(manifest: Manifest) -> str:
    """Return the numbers of rows and tables in a backup."""
    return f"{manifest.rows} rows of {len(manifest.tables)} tables"


def _run(run: Callable[[], T]) -> T:
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
