"""The command ``key``: makes, lists and revokes API keys, beside the service.

It imports its implementation when it runs: the command line must import little.
"""

from datetime import datetime
from typing import Annotated

import typer

from membership.commands.command_line import (
    DataDirOption,
    OrganizationOption,
    exit_on_error,
    fail,
    settings_from,
    write_line,
)

_LIST, _REVOKE = "list", "revoke"


def key(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME | list | revoke [KEY]...",
            help="What the new key is for, as lists will show it; or list; or revoke and keys by "
            "their id or beginning.",
        ),
    ],
    *,
    organization: OrganizationOption = "my-club",
    data_dir: DataDirOption = None,
    desk: Annotated[
        bool, typer.Option("--desk", help="Only what a kiosk needs, not everything.")
    ] = False,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="Only this, such as permissions:read; may be given several times."),
    ] = None,
    expires: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which the key stops working (UTC)."),
    ] = None,
    made_by: Annotated[
        str | None, typer.Option(help="With revoke: all keys that this account made, by address.")
    ] = None,
) -> None:
    """Make an API key and print it; it cannot be shown again. Or list and revoke keys."""
    from membership.base.settings import ServiceSettings  # noqa: PLC0415
    from membership.commands import key_commands as command  # noqa: PLC0415

    first, *further = words
    making = first not in {_LIST, _REVOKE}
    if made_by is not None and first != _REVOKE:
        fail("--made-by goes with revoke")
    if not making and (desk or scope or expires):
        fail(f"--desk, --scope and --expires are for new keys, not for {first}")
    if further and first != _REVOKE:
        fail("the name of a key is one argument: put it in quotes")
    with exit_on_error():
        settings = settings_from(ServiceSettings, {"data_dir": data_dir})
        target = command.Target(settings, organization)
        if making:
            scopes = command.scopes_of(scope or (), desk=desk)
            write_line(command.make(target, first, scopes, expires))
        elif first == _LIST:
            for line in command.listing(target):
                write_line(line)
        else:
            for line in command.revoke(target, further, made_by):
                write_line(line)
