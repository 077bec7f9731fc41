"""The command line of the service: run it, manage keys and organizations, move data.

Each command imports its implementation when it runs, see ``membership.commands.command_line``.
"""

import gc
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from membership.commands.command_line import (
    DataDirOption,
    OrganizationOption,
    exit_on_error,
    fail,
    settings_from,
    write_line,
)
from membership.commands.keys import key
from membership.commands.staff import app as staff
from membership.commands.wallets import app as wallets

if TYPE_CHECKING:
    from membership.base.settings import ServiceSettings

app = typer.Typer(rich_markup_mode=None)
app.add_typer(staff, name="staff")
app.add_typer(wallets, name="wallets")
app.command()(key)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    data_dir: DataDirOption = None,
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Fill a new database with the demo club.")
    ] = False,
    embedded: Annotated[
        bool,
        typer.Option(
            "--embedded",
            help="Started by a kiosk: make a desk key, and stop when standard input closes.",
        ),
    ] = False,
) -> None:
    """Run the membership service; settings are read from WALLETDESK_… as well."""
    # Imported modules are never freed: scanning them for garbage takes a quarter of a second of
    # the start, and later of every full collection.
    gc.disable()
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.serve import run_service  # noqa: PLC0415

    gc.freeze()
    gc.enable()

    given: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir}
    if embedded and "WALLETDESK_LOG_LEVEL" not in os.environ:
        given["log_level"] = "warning"
    try:
        settings = settings_from(ServiceSettings, given)
    except ValueError as error:
        _announce({"event": "failed", "code": "setting_invalid", "message": str(error)})
        fail(str(error))
    raise typer.Exit(
        run_service(
            settings,
            announce=_announce,
            stop_on_stdin_eof=embedded,
            demo=with_demo,
            desk_key=embedded,
        )
    )


@app.command()
def organization(
    name: Annotated[str, typer.Argument(help="Its name, as desks show it.")],
    *,
    slug: Annotated[str, typer.Option(help="Short name: small letters, digits, dashes.")],
    time_zone: Annotated[str, typer.Option(help="Time zone, such as Europe/Berlin.")] = "UTC",
    currency: Annotated[str, typer.Option(help="Three letters.")] = "EUR",
    country: Annotated[
        str | None, typer.Option(help="Two letters; national phone numbers are read for it.")
    ] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a further organization in the same database."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.database import create_organization  # noqa: PLC0415
    from membership.store.migrate import MigrationError  # noqa: PLC0415

    try:
        settings = settings_from(ServiceSettings, {"data_dir": data_dir})
        create_organization(
            settings,
            name=name,
            slug=slug,
            time_zone=time_zone,
            currency=currency,
            country=country,
        )
    except (LookupError, ValueError, MigrationError, SQLAlchemyError, OSError) as error:
        fail(str(error).splitlines()[0])


@app.command(name="stripe-check")
def stripe_check(
    organization: OrganizationOption = "my-club", data_dir: DataDirOption = None
) -> None:
    """Look whether the account at Stripe is fit for payments: keys, webhook, prices, portal.

    Ends with 1 if anything is wrong.
    """
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.billing.stripe.diagnostics import Verdict  # noqa: PLC0415
    from membership.commands.stripe_check import check_stripe  # noqa: PLC0415

    with exit_on_error():
        settings = settings_from(ServiceSettings, {"data_dir": data_dir})
        findings = check_stripe(settings, organization)
    for each in findings:
        write_line(f"{each.verdict}\t{each.subject}\t{each.detail}")
    raise typer.Exit(int(any(each.verdict is Verdict.WRONG for each in findings)))


@app.command()
def issue(
    customer: Annotated[str, typer.Argument(help="Id, number such as C-000123, or address.")],
    *,
    design: Annotated[str, typer.Option(help="Key of the card's design.")] = "member",
    out: Annotated[
        Path, typer.Option(help="File to write: .pkpass, .pdf (to print) or .png (a preview).")
    ],
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
) -> None:
    """Issue a wallet card to a customer, and write it to a file."""
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.issue import issue_command  # noqa: PLC0415

    try:
        settings = settings_from(ServiceSettings, {"data_dir": data_dir})
    except ValueError as error:
        fail(str(error))
    raise typer.Exit(
        issue_command(
            settings,
            customer,
            organization=organization,
            design=design,
            file=out,
            write=write_line,
            write_error=sys.stderr.write,
        )
    )


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, such as club.zip.")],
    data_dir: DataDirOption = None,
    *,
    with_key: Annotated[
        bool,
        typer.Option("--with-key", help="Put the key of stored secrets into the file as well."),
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the file, once the new one is complete.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Write nothing: see whether the file is whole.")
    ] = False,
) -> None:
    """Back up the club's data into one file, while the service runs."""
    from membership.commands.backup import backup_command  # noqa: PLC0415

    _data_command(
        data_dir,
        lambda settings: backup_command(
            settings, file, with_key=with_key, replace=replace, verify=verify
        ),
    )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that was written by backup.")],
    data_dir: DataDirOption = None,
) -> None:
    """Restore a backup into an empty database, of SQLite or PostgreSQL."""
    from membership.commands.backup import restore_command  # noqa: PLC0415

    _data_command(data_dir, lambda settings: restore_command(settings, file))


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file.")],
    *,
    kind: Annotated[str, typer.Option(help="customers, companies, links or memberships.")],
    organization: OrganizationOption = "my-club",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and store nothing.")
    ] = False,
    duplicates: Annotated[
        str, typer.Option(help="What becomes of lines that are there: skip, update or create.")
    ] = "skip",
    match: Annotated[
        str, typer.Option(help="By what customers are recognised, in order.")
    ] = "email,phone,name_birth_date",
    maybe_same: Annotated[
        str,
        typer.Option(
            help="What becomes of customers who share an address with somebody of another name: "
            "create, skip or same."
        ),
    ] = "create",
    day_first: Annotated[
        bool, typer.Option("--day-first", help="The same as --date-order day_first.")
    ] = False,
    date_order: Annotated[
        str,
        typer.Option(help="Which of 3/4/1990 is the day: auto, day_first or month_first."),
    ] = "auto",
    columns: Annotated[
        list[str] | None,
        typer.Option(
            help="A heading of the file and our column for it, such as 'Vorname=given_name'; "
            "'Old id=' leaves one out. May be given several times."
        ),
    ] = None,
    bad_values: Annotated[
        str,
        typer.Option(
            help="What becomes of a line with a bad value that is not needed: refuse, or "
            "leave_out the value."
        ),
    ] = "refuse",
    delimiter: Annotated[
        str | None, typer.Option(help="What separates the cells, if it is not recognised.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="auto, utf-8, utf-16 or windows-1252.")] = "auto",
    data_dir: DataDirOption = None,
) -> None:
    """Import a CSV file into the database; a running service goes on meanwhile."""
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.import_ import columns_of, import_command  # noqa: PLC0415

    wanted = {
        "kind": kind,
        "dry_run": dry_run,
        "file_name": file.name[:120],
        "duplicates": {"action": duplicates, "match": match.split(","), "maybe_same": maybe_same},
        "day_first_dates": day_first,
        "date_order": date_order,
        "bad_values": bad_values,
        "delimiter": delimiter,
        "encoding": encoding,
    }
    try:
        wanted["columns"] = columns_of(columns or [])
        settings = settings_from(ServiceSettings, {"data_dir": data_dir})
    except ValueError as error:
        fail(str(error))
    raise typer.Exit(
        import_command(settings, file, wanted, organization=organization, write=sys.stderr.write)
    )


@app.command("export")
def export_file(
    kind: Annotated[str, typer.Argument(help="customers, companies, links, memberships, visits.")],
    file: Annotated[Path, typer.Argument(help="Where the CSV file is written.")],
    organization: OrganizationOption = "my-club",
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin with a byte-order mark, for Excel.")
    ] = False,
    data_dir: DataDirOption = None,
) -> None:
    """Export all customers, companies, links, memberships or visits as a CSV file."""
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.export import export_command  # noqa: PLC0415

    try:
        settings = settings_from(ServiceSettings, {"data_dir": data_dir})
    except ValueError as error:
        fail(str(error))
    raise typer.Exit(
        export_command(
            settings, kind, file, organization=organization, bom=bom, write=sys.stderr.write
        )
    )


def _announce(event: Mapping[str, str]) -> None:
    write_line(json.dumps(event))


def _data_command(data_dir: Path | None, run: Callable[["ServiceSettings"], str]) -> None:
    """Run a command on the club's data and print the sentence that it returns."""
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.backup import CommandError  # noqa: PLC0415

    try:
        sentence = run(settings_from(ServiceSettings, {"data_dir": data_dir}))
    except (CommandError, ValueError) as error:
        fail(str(error))
    write_line(sentence)
