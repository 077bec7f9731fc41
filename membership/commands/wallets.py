"""The commands ``wallets apple``, ``wallets google``, ``wallets show``, ``wallets withdraw-links``,
``wallets new-keys``.

Each command imports its implementation when it runs: the command line must import little.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from membership.commands.command_line import DataDirOption, OrganizationOption, exit_on_error

if TYPE_CHECKING:
    from api_client.messages.cards import WalletsReady
    from membership.commands.wallet_identities import IssuerCommands

app = typer.Typer(
    help="Import the accounts that sign wallet cards, beside the service.", rich_markup_mode=None
)


@app.command()
def apple(
    *,
    file: Annotated[
        list[Path],
        typer.Option(help="A .p12 file; or PEM, given twice if the key is in a file of its own."),
    ],
    password_file: Annotated[
        Path | None, typer.Option(help="A file whose first line opens the .p12 file or the key.")
    ] = None,
    wwdr: Annotated[
        Path | None, typer.Option(help="Apple's intermediate certificate, .cer or PEM.")
    ] = None,
    replace_pass_type: Annotated[
        bool,
        typer.Option(
            "--replace-pass-type", help="Give up cards on phones that are of another pass type."
        ),
    ] = False,
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
) -> None:
    """Check and import the certificate that signs cards for Apple Wallet."""

    def run(issuers: "IssuerCommands") -> "WalletsReady":
        password = None if password_file is None else _first_line(password_file)
        return issuers.take_apple(
            file, password=password, wwdr=wwdr, replace_pass_type=replace_pass_type
        )

    _run(organization, data_dir, run)


@app.command()
def google(
    *,
    file: Annotated[Path, typer.Option(help="Key file (JSON) of the service account.")],
    issuer_id: Annotated[str, typer.Option(help="Issuer ID from the Google Wallet console.")],
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
) -> None:
    """Check and import the service account that issues cards in Google Wallet."""
    _run(organization, data_dir, lambda issuers: issuers.take_google(file, issuer_id))


@app.command()
def show(organization: OrganizationOption = "my-club", data_dir: DataDirOption = None) -> None:
    """Show who signs cards for both wallets, until when, and what is wrong."""
    _run(organization, data_dir, lambda issuers: issuers.show())


@app.command(name="withdraw-links")
def withdraw_links(
    organization: OrganizationOption = "my-club", data_dir: DataDirOption = None
) -> None:
    """End all links with which cards are added to phones; new ones are shown and mailed as before.

    Cards on phones stay there and go on being updated.
    """
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.wallet_identities import IssuerCommands  # noqa: PLC0415

    with exit_on_error():
        settings = ServiceSettings() if data_dir is None else ServiceSettings(data_dir=data_dir)
        cards = IssuerCommands(settings, organization).withdraw_links()
    typer.echo(f"all former links are withdrawn; cards that get a new one: {cards}")


@app.command(name="new-keys")
def new_keys(
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help="Go on without the former key, which is lost.")
    ] = False,
    data_dir: DataDirOption = None,
) -> None:
    """Say what stops working without a lost secret key; with --accept go on with another one.

    Without --accept nothing is changed. Stop the service first.
    """
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.new_keys import new_keys as run  # noqa: PLC0415

    with exit_on_error():
        settings = ServiceSettings() if data_dir is None else ServiceSettings(data_dir=data_dir)
        lost = run(settings, accept=accept)
    for sentence in lost or ["The secret key is the right one: nothing is lost, nothing changed."]:
        typer.echo(sentence)
    if lost:
        typer.echo(
            "The service goes on with this key: keep it."
            if accept
            else "Nothing was changed. Bring back the former key; if it is lost, give --accept."
        )


def _first_line(file: Path) -> str:
    """Return the first line of a file, a password. Raises ValueError, OSError."""
    return file.read_text(encoding="utf-8").partition("\n")[0].removesuffix("\r")


def _print_status(ready: "WalletsReady") -> None:
    """Print the state of the wallets, one fact a line."""
    apple, google = ready.apple, ready.google
    signer = "self-made certificate" if apple.development else "certificate"
    until = "" if apple.not_after is None else f", good until {apple.not_after:%Y-%m-%d}"
    typer.echo(f"apple\t{signer} for {apple.pass_type_id}, team {apple.team_id}{until}")
    if google.configured:
        typer.echo(f"google\t{google.account} for the issuer {google.issuer_id}")
    else:
        typer.echo("google\tnot configured")
    typer.echo(f"address\t{ready.public_url or 'not configured'}")
    for name, warning in (("apple", apple.warning), ("google", google.warning)):
        if warning is not None:
            typer.echo(f"warning\t{name}: {warning}")


def _run(
    organization: str, data_dir: Path | None, run: Callable[["IssuerCommands"], "WalletsReady"]
) -> None:
    """Run one command, and print the state of the wallets after it."""
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.wallet_identities import IssuerCommands  # noqa: PLC0415

    with exit_on_error():
        settings = ServiceSettings() if data_dir is None else ServiceSettings(data_dir=data_dir)
        _print_status(run(IssuerCommands(settings, organization)))
