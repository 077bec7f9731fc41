"""The commands ``staff add``, ``list``, ``reset-password``, ``disable`` and ``sign-out``.

Each command imports its implementation when it runs: the command line must import little.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from membership.commands.command_line import DataDirOption, OrganizationOption, exit_on_error

if TYPE_CHECKING:
    from membership.commands.staff_accounts import OrganizationAccounts

app = typer.Typer(help="Look after staff accounts, beside the service.", rich_markup_mode=None)

EmailArgument = Annotated[str, typer.Argument(help="Email address of the account.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name of the member of staff.")],
    email: EmailArgument,
    *,
    role: Annotated[
        str, typer.Option(help="What they may do: reception, manager or admin.")
    ] = "reception",
    invite: Annotated[
        bool, typer.Option("--invite", help="Set no password; mail a link to choose one.")
    ] = False,
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
) -> None:
    """Make an account. The password is asked for, or read as one line of standard input."""
    from membership.accounts.staff.schemas import NewStaff  # noqa: PLC0415
    from membership.commands import staff_accounts as command  # noqa: PLC0415

    def run(target: "OrganizationAccounts") -> None:
        fields = {"name": name, "email": email, "role": role}
        new = NewStaff.model_validate(fields)
        if not invite:
            new = NewStaff.model_validate(fields | {"password": _new_password()})
        command.add(target, new)

    _run(organization, data_dir, run)


@app.command("list")
def list_accounts(
    organization: OrganizationOption = "my-club", data_dir: DataDirOption = None
) -> None:
    """List the accounts: address, role, state and name, one line each."""
    from membership.commands import staff_accounts as command  # noqa: PLC0415

    def run(target: "OrganizationAccounts") -> None:
        for account in command.listing(target):
            state = "invited" if account.password_hash is None else "active"
            if account.disabled_at is not None:
                state = "disabled"
            typer.echo(f"{account.email}\t{account.role.value}\t{state}\t{account.name}")

    _run(organization, data_dir, run)


@app.command()
def reset_password(
    email: EmailArgument,
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
) -> None:
    """Set an account's password, asked for or read from standard input; ends its sessions."""
    from membership.commands import staff_accounts as command  # noqa: PLC0415

    _run(
        organization,
        data_dir,
        lambda target: command.reset_password(target, email, _new_password()),
    )


@app.command()
def disable(
    email: EmailArgument,
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
    *,
    revoke_keys: Annotated[
        bool, typer.Option("--revoke-keys", help="Revoke the API keys that it made as well.")
    ] = False,
) -> None:
    """Disable an account: it cannot sign in, and its sessions end. Tells of keys that it made."""
    from membership.commands import staff_accounts as command  # noqa: PLC0415

    def run(target: "OrganizationAccounts") -> None:
        working = command.disable(target, email, revoke_keys=revoke_keys)
        if working:
            how = f"walletdesk key revoke --made-by {email}"
            typer.echo(f"{working} API keys that it made still work; to end them: {how}")

    _run(organization, data_dir, run)


@app.command("sign-out")
def sign_out(
    email: EmailArgument,
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
) -> None:
    """End all sessions of an account: it signs in anew everywhere."""
    from membership.commands import staff_accounts as command  # noqa: PLC0415

    _run(organization, data_dir, lambda target: command.sign_out(target, email))


@app.command("reset-second-factor")
def reset_second_factor(
    email: EmailArgument,
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
) -> None:
    """Remove the second factor of an account whose phone and recovery codes are lost."""
    from membership.commands import staff_accounts as command  # noqa: PLC0415

    _run(organization, data_dir, lambda target: command.reset_second_factor(target, email))


def _new_password() -> str:
    """Prompt for a password twice, or read one line if standard input is no terminal."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _run(
    organization: str, data_dir: Path | None, run: Callable[["OrganizationAccounts"], None]
) -> None:
    """Run one command."""
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands.staff_accounts import OrganizationAccounts  # noqa: PLC0415

    with exit_on_error():
        settings = ServiceSettings() if data_dir is None else ServiceSettings(data_dir=data_dir)
        run(OrganizationAccounts(settings, organization))
