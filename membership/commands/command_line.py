"""Shared parts of the commands: options, settings, exit codes.

Imports little, like the whole command line: the scanner process imports it at its start.
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
"""Exit code of a command that failed."""


def settings_from(kind: type[S], given: Mapping[str, Any]) -> S:
    """Return settings from the command line and the environment.

    Raises ValueError with the name of an invalid setting.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - see the module docstring

    try:
        return kind(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"setting {name}: {first['msg']}") from error


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Print an expected error of the block in one line, and exit with code 2."""
    from pydantic import ValidationError  # noqa: PLC0415 - see the module docstring
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from membership.base.vault import VaultError  # noqa: PLC0415
    from membership.store.migrate import MigrationError  # noqa: PLC0415
    from membership.web.errors import ApiError  # noqa: PLC0415

    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        fail(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
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
    """Write a line to standard output and flush it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def fail(message: str) -> NoReturn:
    """Print why a command failed in one line, and exit with code 2."""
    sys.stderr.write(f"walletdesk: {message}\n")
    raise SystemExit(WRONG_USE)
