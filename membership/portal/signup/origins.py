"""Web origins: the sites that may frame the signup page.

An origin becomes part of a header, so only letters, digits, dots, dashes and a port are allowed.
"""

import re
from urllib.parse import urlsplit

from membership.base.idn import ascii_host

_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\Z"
)
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})
_DEFAULT_PORTS = {"https": 443, "http": 80}
_MAX_LENGTH = 300


def normalized_origin(text: str) -> str:
    """Return an origin in its normal form: lower case, no default port, no trailing slash.

    Internationalized names become ASCII as browsers spell them (IDNA 2008): ``faß.de`` is another
    site than ``fass.de``. Raises ValueError unless it is one exact origin:
    no path, query, user or wildcard, and https except on localhost.
    """
    if len(text) > _MAX_LENGTH or re.search(r"[\s\\]", text):
        raise ValueError("must be an origin such as https://www.example.com")
    parts = urlsplit(text)
    port = parts.port  # raises ValueError for an invalid port
    if parts.path not in {"", "/"} or re.search(r"[?#@]", text):
        raise ValueError("must be an origin alone: no path, query or user")
    host = ascii_host(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL_HOSTS):
        raise ValueError("must begin with https:// (http:// for localhost only)")
    if not _HOST.match(host) or port == 0:
        raise ValueError("must name one host exactly, such as https://www.example.com")
    shown = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{host}{shown}"
