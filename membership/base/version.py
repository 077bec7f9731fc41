"""The version of the program."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def service_version() -> str:
    """Return the version of the installed distribution, or ``0+source`` in a source tree."""
    try:
        return version("walletdesk")
    except PackageNotFoundError:
        return "0+source"
