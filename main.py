"""Command line of walletdesk: the kiosk, the membership service, the scanner on files.

The only module that imports both halves. Heavy imports are inside the commands, since the scanner
process imports this module and needs none of them.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from membership.base.private_files import group_may_read, keep_private, mend_data_folder
from membership.commands.cli import app as service_commands
from membership.commands.command_line import DataDirOption, fail, settings_from, write_line

if TYPE_CHECKING:
    from kiosk.app import OwnService, ServiceAddress
    from kiosk.settings import KioskSettings

app = typer.Typer(
    help="Front-desk kiosk for wallet cards. Without a command: the kiosk.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(service_commands)

CameraOption = Annotated[
    str | None,
    typer.Option(help="Camera index or name, video file, image folder, or stream URL."),
]
ScannerOption = Annotated[
    str | None, typer.Option(help="Serial port of the hand scanner, such as COM4 or /dev/ttyACM0.")
]
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
    scanner: ScannerOption = None,
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
            scanner=scanner,
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
def scan(
    files: Annotated[
        list[Path], typer.Argument(help="Images, videos or folders.", metavar="FILE…")
    ],
    formats: Annotated[
        str | None,
        typer.Option(
            help="Code formats to look for, separated by commas, or all; "
            "without it those that a club looks for by default.",
            metavar="NAME,NAME",
        ),
    ] = None,
) -> None:
    """Read codes from files: one JSON line per image or video frame."""
    from scanner.command import formats_in, scan_files
    from scanner.formats import DEFAULT_FORMATS

    try:
        wanted = DEFAULT_FORMATS if formats is None else formats_in(formats)
    except ValueError as error:
        fail(str(error))
    raise typer.Exit(scan_files(files, write_line, wanted))


def run() -> None:
    """Entry point of the installed program."""
    _leave_out_rich()
    keep_private(group_reads=group_may_read())
    app()


def _leave_out_rich() -> None:
    """Let ``import rich`` fail in this process as if it were not installed.

    structlog loads it, and Pygments with it, wherever it is installed, to colour exceptions on a
    terminal. Our logs are JSON, and rich is installed for Typer only, which is set to plain text.
    ``None`` as an entry of ``sys.modules`` is Python's way to say so ("The import system", 5.3.1).
    """
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]


def _run_kiosk(
    *,
    camera: str | None = None,
    scanner: str | None = None,
    server: str | None = None,
    key_file: Path | None = None,
    data_dir: Path | None = None,
    trace: Path | None = None,
    exit_after_source: bool = False,
    with_demo: bool = True,
) -> int:
    """Complete the settings and run the kiosk. Returns its exit code."""
    folder = data_dir or _default_data_dir()
    given: dict[str, Any] = {"camera": camera, "scanner": scanner, "trace": trace}
    if exit_after_source:
        given |= {"exit_after_source": True, "loop": False}
    invented = with_demo and server is None
    plays_nothing = False
    if not _has_display():
        chosen = camera or os.environ.get("WALLETDESK_KIOSK_CAMERA")
        plays_nothing = not chosen and not invented
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        given["camera"] = chosen or "demo"
        if not plays_nothing:
            given |= {"exit_after_source": True, "loop": False, "report": _picture_folder()}

    from kiosk.logs import configure_logging
    from kiosk.settings import KioskSettings
    from kiosk.start import run as run_kiosk
    from scanner.settings import ScannerSettings

    try:
        settings = settings_from(KioskSettings, given)
    except ValueError as error:
        fail(str(error))
    with suppress(OSError):  # the log and the service tell of a folder that cannot be used
        mend_data_folder(folder, group_reads=group_may_read())
    configure_logging(folder)
    source = camera_source(settings.camera, folder / "demo-deck.json", invented=invented)
    try:
        service = _service_for(settings, server, key_file, folder, with_demo=with_demo)
        if plays_nothing:
            fail("there is no display and no demo club: say what to read with --camera.")
        frames = ScannerSettings(source=source, loop=settings.loop)
        return run_kiosk(settings, frames, service, folder)
    except (OSError, ValueError) as error:
        fail(str(error))


def _picture_folder() -> Path:
    """Make the folder for the pictures of a run without a display, and say where it is."""
    folder = Path("demo-run").resolve()
    folder.mkdir(exist_ok=True)
    write_line(f"There is no display: playing once, pictures go to {folder}.")
    return folder


def camera_source(camera: str | None, deck: Path, *, invented: bool) -> str:
    """Return the source of frames for the setting ``camera``.

    Without a setting it is the first camera, else the demo of ``deck`` if the club may be an
    ``invented`` one.
    """
    if camera is None:
        return f"auto:{deck}" if invented else "auto:"
    return f"demo:{deck}" if camera == "demo" else camera


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
    """Return the key in a file, which may begin with a byte order mark.

    Raises ValueError if it contains no key, OSError if it cannot be read.
    """
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
    """Return whether a window can be opened."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    run()
