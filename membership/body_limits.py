"""How large the body of a request may be, and how long it may take: files of imports have more."""

import re

from membership.settings import ServiceSettings

_IMPORT_FILE = re.compile(r"/v1/imports/[^/]+/file\Z")


def body_limits(settings: ServiceSettings, method: str, path: str) -> tuple[int, float]:
    """The largest body of a request in bytes, and the seconds in which all of it must arrive."""
    if method == "PUT" and _IMPORT_FILE.match(path):
        return settings.max_import_bytes, settings.import_timeout_seconds
    return settings.max_body_bytes, settings.request_timeout_seconds
