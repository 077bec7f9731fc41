"""Web origins: which sites may frame the signup page.

An origin goes into a header, so only letters, digits, dots, dashes and a port come through.
"""

import re
from urllib.parse import urlsplit

_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\Z"
)
_HERE = frozenset({"localhost", "127.0.0.1"})
_USUAL = {"https": 443, "http": 80}
_MOST = 300


def normal_origin(text: str) -> str:
    """The origin in its one spelling: small letters, no usual port, no slash at the end.

    Names with other letters become ASCII (IDNA). Raises ValueError for what is no exact origin:
    one with a path, a query, a user or a star, and one without TLS, but on this machine itself.
    """
    if len(text) > _MOST or re.search(r"[\s\\]", text):
        raise ValueError("must be an origin such as https://www.example.com")
    parts = urlsplit(text)
    port = parts.port  # raises ValueError for what is no port
    if parts.path not in {"", "/"} or re.search(r"[?#@]", text):
        raise ValueError("must be an origin alone: no path, query or user")
    host = _ascii(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _HERE):
        raise ValueError("must begin with https:// (http:// for localhost only)")
    if not _HOST.match(host) or port == 0:
        raise ValueError("must name one host exactly, such as https://www.example.com")
    shown = "" if port in {None, _USUAL[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def _ascii(host: str) -> str:
    """A host's name as browsers compare it."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("names a host that cannot be") from None
