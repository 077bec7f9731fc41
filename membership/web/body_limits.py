"""Limits of request bodies: size, and time to arrive.

Uploads of imports have higher limits, phones that fetch passes lower ones.
"""

import re

from membership.base.settings import ServiceSettings

PHONE_BYTES = 64 * 1024
"""Limit for phones, whose largest bodies are their logs."""

PHONES = "/apple/"
"""Prefix of the paths that only phones request."""

_IMPORT_FILE = re.compile(r"/v1/imports/[^/]+/file\Z")


def body_limits(settings: ServiceSettings, method: str, path: str) -> tuple[int, float]:
    """Return the limit of a request's body in bytes, and the seconds in which it must arrive."""
    if method == "PUT" and _IMPORT_FILE.match(path):
        return settings.max_import_bytes, settings.import_timeout_seconds
    if path.startswith(PHONES):
        return min(PHONE_BYTES, settings.max_body_bytes), settings.request_timeout_seconds
    return settings.max_body_bytes, settings.request_timeout_seconds
