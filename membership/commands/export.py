"""The command ``export``: a CSV file from the database."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.private_files import private_draft
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
    """Write an export to a file of its owner's; returns its size in bytes.

    The file exists only once it is complete.

    Raises LookupError for an unknown organization; MigrationError, OSError, SQLAlchemyError.
    """
    with migrated_database(settings) as database:
        tenant = find_organization(database, organization)
        with database.writing(SERVICE, system_clock) as (session, _):
            record(session, tenant.id, "export.downloaded", kind.value, after={"bom": bom})
        with private_draft(file) as target:
            for line in export_lines(database, tenant, kind, bom=bom):
                target.write(line)
            return target.tell()
