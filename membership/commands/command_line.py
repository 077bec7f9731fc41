"""What all commands have in common: options, settings, and how they end.

Light to import, as the whole command line is: the scanner process imports it afresh.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

S = TypeVar("S", bound="BaseSettings")

DataDirOption = Annotated[Path | None, typer.Option(help="Folder of the club's data.")]
OrganizationOption = Annotated[str, typer.Option(help="Short name of the organization.")]

WRONG_USE = 2
"""Exit code of a command that was refused."""


def settings_from(kind: type[S], given: Mapping[str, Any]) -> S:
    """Make settings from what was given on the command line and in the environment.

    Raises ValueError that names the setting.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - see the module docstring

    try:
        return kind(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in fault["loc"])
        raise ValueError(f"setting {name}: {fault['msg']}") from error


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Tell whatever refuses a command in one line, and end with code 2."""
    from pydantic import ValidationError  # noqa: PLC0415 - see the module docstring
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from membership.base.vault import VaultError  # noqa: PLC0415
    from membership.store.migrate import MigrationError  # noqa: PLC0415
    from membership.web.errors import ApiError  # noqa: PLC0415

    try:
        yield
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        fail(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}")
    except ApiError as error:
        fail(error.detail)
    except (
        LookupError,
        ValueError,
        OSError,
        MigrationError,
        VaultError,
        SQLAlchemyError,
    ) as error:
        fail(str(error).splitlines()[0])


def write_line(line: str) -> None:
    """Write a line to standard output at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def fail(message: str) -> NoReturn:
    """Tell in one line why a command was refused, and end with code 2."""
    sys.stderr.write(f"walletdesk: {message}\n")
    raise SystemExit(WRONG_USE)
