"""The command ``export``: a CSV file from the database."""

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.commands.database import find_organization, migrated_database
from membership.data.exports.service import ExportKind, export_lines
from membership.events.audit.recorder import record
from membership.store.migrate import MigrationError


def export_command(
    settings: ServiceSettings,
    kind: str,
    file: Path,
    *,
    organization: str,
    bom: bool,
    write: Callable[[str], object],
) -> int:
    """Run ``export``. Returns 0, or 2 after writing the error; then there is no file."""
    try:
        size = export_to(settings, ExportKind(kind), file, organization=organization, bom=bom)
    except (LookupError, ValueError, MigrationError, SQLAlchemyError, OSError) as error:
        write(f"walletdesk: {str(error).splitlines()[0]}\n")
        return 2
    write(f"{file}: {size} bytes\n")
    return 0


def export_to(
    settings: ServiceSettings, kind: ExportKind, file: Path, *, organization: str, bom: bool
) -> int:
    """Write an export to a file, which exists only once complete; returns its size in bytes.

    Raises LookupError for an unknown organization; MigrationError, OSError, SQLAlchemyError.
    """
    unfinished = file.with_name(file.name + ".part")
    try:
        with migrated_database(settings) as database:
            tenant = find_organization(database, organization)
            with database.writing(SERVICE, system_clock) as (session, _):
                record(session, tenant.id, "export.downloaded", kind.value, after={"bom": bom})
            with unfinished.open("wb") as target:
                for line in export_lines(database, tenant, kind, bom=bom):
                    target.write(line)
                size = target.tell()
        os.replace(unfinished, file)
        return size
    finally:
        unfinished.unlink(missing_ok=True)
