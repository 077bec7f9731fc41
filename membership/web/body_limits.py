"""How large the body of a request may be, and how long it may take.

Files of imports have more, phones that ask for their cards less.
"""

import re

from membership.base.settings import ServiceSettings

PHONE_BYTES = 64 * 1024
"""Largest body that a phone sends: what it logs."""

PHONES = "/apple/"
"""Paths that phones ask, and nobody else."""

_IMPORT_FILE = re.compile(r"/v1/imports/[^/]+/file\Z")


def body_limits(settings: ServiceSettings, method: str, path: str) -> tuple[int, float]:
    """The largest body of a request in bytes, and the seconds in which all of it must arrive."""
    if method == "PUT" and _IMPORT_FILE.match(path):
        return settings.max_import_bytes, settings.import_timeout_seconds
    if path.startswith(PHONES):
        return min(PHONE_BYTES, settings.max_body_bytes), settings.request_timeout_seconds
    return settings.max_body_bytes, settings.request_timeout_seconds
