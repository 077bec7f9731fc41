"""Command line of walletdesk: the kiosk, the membership service, the scanner on files.

The only place that knows both halves. Everything heavy is imported inside the commands: the
scanner process imports this module afresh and needs none of it.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from membership.staff.cli import app as staff

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

    from kiosk.app import OwnService, ServiceAddress
    from kiosk.settings import KioskSettings
    from membership.settings import ServiceSettings

S = TypeVar("S", bound="BaseSettings")

app = typer.Typer(
    help="Front-desk kiosk for wallet cards. Without a command: the kiosk.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(staff, name="staff")

CameraOption = Annotated[
    str | None,
    typer.Option(help="Camera index or name, video file, image folder, or stream URL."),
]
DataDirOption = Annotated[Path | None, typer.Option(help="Folder of the club's data.")]
ServerOption = Annotated[
    str | None, typer.Option(help="Address of a membership service; without it, an own one.")
]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(help="File with this desk's key for --server (or WALLETDESK_KIOSK_KEY)."),
]
TraceOption = Annotated[
    Path | None, typer.Option(help="Write one JSON line per event of a scan to this file.")
]
ExitOption = Annotated[
    bool, typer.Option("--exit-after-source", help="Stop when the file, folder or demo ends.")
]


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Open the kiosk when no command is given."""
    if context.invoked_subcommand is None:
        raise typer.Exit(_run_kiosk())


@app.command()
def kiosk(
    *,
    camera: CameraOption = None,
    server: ServerOption = None,
    key_file: KeyFileOption = None,
    data_dir: DataDirOption = None,
    trace: TraceOption = None,
    exit_after_source: ExitOption = False,
    no_demo: Annotated[
        bool, typer.Option("--no-demo", help="Start a new club empty, without invented people.")
    ] = False,
) -> None:
    """Open the kiosk: scan cards, show who it is and whether the membership is active."""
    raise typer.Exit(
        _run_kiosk(
            camera=camera,
            server=server,
            key_file=key_file,
            data_dir=data_dir,
            trace=trace,
            exit_after_source=exit_after_source,
            with_demo=not no_demo,
        )
    )


@app.command()
def demo(data_dir: DataDirOption = None, trace: TraceOption = None) -> None:
    """Open the kiosk with the invented demo club and the demo camera, in a folder of its own."""
    folder = data_dir or _default_data_dir() / "demo"
    raise typer.Exit(_run_kiosk(camera="demo", data_dir=folder, trace=trace))


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
    from membership.serve import run_service
    from membership.settings import ServiceSettings

    given: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir}
    if embedded and "WALLETDESK_LOG_LEVEL" not in os.environ:
        given["log_level"] = "warning"
    try:
        settings = _settings(ServiceSettings, given)
    except ValueError as error:
        _announce({"event": "failed", "code": "setting_invalid", "message": str(error)})
        _fail(str(error))
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
def key(
    name: Annotated[str, typer.Argument(help="What the key is for, as lists will show it.")],
    organization: Annotated[str, typer.Option(help="Short name of the organization.")] = "my-club",
    data_dir: DataDirOption = None,
    desk: Annotated[
        bool, typer.Option("--desk", help="Only what a kiosk needs, not everything.")
    ] = False,
) -> None:
    """Make an API key and print it; it cannot be shown again."""
    from sqlalchemy.exc import SQLAlchemyError

    from membership.access import DESK_SCOPES, Scope
    from membership.administration import make_key
    from membership.migrate import MigrationError
    from membership.settings import ServiceSettings

    scopes = DESK_SCOPES if desk else frozenset(Scope)
    try:
        settings = _settings(ServiceSettings, {"data_dir": data_dir})
        made = make_key(settings, organization=organization, name=name, scopes=scopes)
    except (LookupError, ValueError, MigrationError, SQLAlchemyError, OSError) as error:
        _fail(str(error).splitlines()[0])
    _write_line(made)


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
    from membership.backup.command import backup_command

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
    from membership.backup.command import restore_command

    _data_command(data_dir, lambda settings: restore_command(settings, file))


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file.")],
    *,
    kind: Annotated[str, typer.Option(help="customers, companies, links or memberships.")],
    organization: Annotated[str, typer.Option(help="Short name of the organization.")] = "my-club",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and store nothing.")
    ] = False,
    duplicates: Annotated[
        str, typer.Option(help="What becomes of lines that are there: skip, update or create.")
    ] = "skip",
    match: Annotated[
        str, typer.Option(help="By what customers are recognised, in order.")
    ] = "email,phone,name_birth_date",
    day_first: Annotated[
        bool, typer.Option("--day-first", help="Read days also as 31.12.2027.")
    ] = False,
    data_dir: DataDirOption = None,
) -> None:
    """Import a CSV file into the database; a running service goes on meanwhile."""
    from membership.imports.command import import_command
    from membership.settings import ServiceSettings

    wanted = {
        "kind": kind,
        "dry_run": dry_run,
        "file_name": file.name[:120],
        "duplicates": {"action": duplicates, "match": match.split(",")},
        "day_first_dates": day_first,
    }
    try:
        settings = _settings(ServiceSettings, {"data_dir": data_dir})
    except ValueError as error:
        _fail(str(error))
    raise typer.Exit(
        import_command(settings, file, wanted, organization=organization, write=sys.stderr.write)
    )


@app.command("export")
def export_file(
    kind: Annotated[str, typer.Argument(help="customers, companies, links, memberships, visits.")],
    file: Annotated[Path, typer.Argument(help="Where the CSV file is written.")],
    organization: Annotated[str, typer.Option(help="Short name of the organization.")] = "my-club",
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin with a byte-order mark, for Excel.")
    ] = False,
    data_dir: DataDirOption = None,
) -> None:
    """Export all customers, companies, links, memberships or visits as a CSV file."""
    from membership.exports.command import export_command
    from membership.settings import ServiceSettings

    try:
        settings = _settings(ServiceSettings, {"data_dir": data_dir})
    except ValueError as error:
        _fail(str(error))
    raise typer.Exit(
        export_command(
            settings, kind, file, organization=organization, bom=bom, write=sys.stderr.write
        )
    )


@app.command()
def scan(
    files: Annotated[
        list[Path], typer.Argument(help="Images, videos or folders.", metavar="FILE…")
    ],
) -> None:
    """Read codes from files: one JSON line per image or video frame."""
    from scanner.command import scan_files

    raise typer.Exit(scan_files(files, _write_line))


def run() -> None:
    """Entry point of the installed program."""
    app()


def _announce(event: Mapping[str, str]) -> None:
    _write_line(json.dumps(event))


def _write_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _run_kiosk(
    *,
    camera: str | None = None,
    server: str | None = None,
    key_file: Path | None = None,
    data_dir: Path | None = None,
    trace: Path | None = None,
    exit_after_source: bool = False,
    with_demo: bool = True,
) -> int:
    """Settle what the command line left open, and run the kiosk."""
    folder = data_dir or _default_data_dir()
    given: dict[str, Any] = {"camera": camera, "trace": trace}
    if exit_after_source:
        given |= {"exit_after_source": True, "loop": False}
    shows_nothing = not _has_display()
    if shows_nothing:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        pictures = Path("demo-run").resolve()
        pictures.mkdir(exist_ok=True)
        given |= {"exit_after_source": True, "loop": False, "report": pictures}
        given["camera"] = camera or os.environ.get("WALLETDESK_KIOSK_CAMERA") or "demo"
        _write_line(f"There is no display: playing once, pictures go to {pictures}.")

    from kiosk.app import run as run_kiosk
    from kiosk.logs import configure_logging
    from kiosk.settings import KioskSettings
    from scanner.settings import ScannerSettings

    try:
        settings = _settings(KioskSettings, given)
    except ValueError as error:
        _fail(str(error))
    configure_logging(folder)
    deck = folder / "demo-deck.json"
    source = settings.camera or f"auto:{deck}"
    if source == "demo":
        source = f"demo:{deck}"
    try:
        service = _service_for(settings, server, key_file, folder, with_demo=with_demo)
        scanner = ScannerSettings(source=source, loop=settings.loop)
        return run_kiosk(settings, scanner, service)
    except (OSError, ValueError) as error:
        _fail(str(error))


def _data_command(data_dir: Path | None, run: Callable[["ServiceSettings"], str]) -> None:
    """Run a command on the club's data and write what it tells."""
    from membership.backup.command import CommandError
    from membership.settings import ServiceSettings

    try:
        told = run(_settings(ServiceSettings, {"data_dir": data_dir}))
    except (CommandError, ValueError) as error:
        _fail(str(error))
    _write_line(told)


def _settings(kind: type[S], given: Mapping[str, Any]) -> S:
    """Make settings from what was given on the command line and in the environment.

    Raises ValueError that names the setting.
    """
    from pydantic import ValidationError

    try:
        return kind(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in fault["loc"])
        raise ValueError(f"setting {name}: {fault['msg']}") from error


def _service_for(
    settings: "KioskSettings",
    server: str | None,
    key_file: Path | None,
    folder: Path,
    *,
    with_demo: bool,
) -> "OwnService | ServiceAddress":
    from kiosk.app import OwnService, ServiceAddress

    if server is None:
        command = [sys.executable, str(Path(__file__).resolve()), "serve"]
        command += ["--embedded", "--port", "0", "--data-dir", str(folder)]
        command += ["--demo"] if with_demo else []
        return OwnService(command, folder, scan_when_ready=settings.camera == "demo")
    key = settings.key.get_secret_value() if settings.key else ""
    if key_file is not None:
        key = _key_in(key_file)
    if not key:
        raise ValueError("--server needs this desk's key: give --key-file or WALLETDESK_KIOSK_KEY.")
    return ServiceAddress(server, key)


def _key_in(file: Path) -> str:
    """Read a key, also from a file that an editor saved with a byte-order mark."""
    try:
        found = file.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError:
        found = ""
    if not found.isascii() or not found.startswith("mk_"):
        raise ValueError(f"{file} holds no key such as mk_live_….")
    return found


def _default_data_dir() -> Path:
    from platformdirs import user_data_dir

    return Path(user_data_dir("walletdesk", appauthor=False))


def _has_display() -> bool:
    """Whether there is anything to open a window on."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _fail(message: str) -> NoReturn:
    sys.stderr.write(f"walletdesk: {message}\n")
    raise SystemExit(2)


if __name__ == "__main__":
    run()
