"""Which version of the program this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def service_version() -> str:
    """Version of the installed distribution; ``0+source`` when run from a bare source tree."""
    try:
        return version("walletdesk")
    except PackageNotFoundError:
        return "0+source"
