"""Whether a request came by TLS, which ends at a proxy before the service.

The proxy tells it in a header, the setting ``public_url`` tells it, and a browser tells the origin
of its page. Each of them is believed where it makes the answer stricter: who lies gets a cookie
that their browser does not return, and a header that it ignores.
"""

from urllib.parse import urlsplit

from starlette.types import Scope

from membership.web.hosts import host_of, is_loopback

HSTS = (b"strict-transport-security", b"max-age=31536000")
"""A year. Without subdomains, which may be somebody else's."""


def told_of_tls(scope: Scope, public_url: str | None) -> bool:
    """Return whether anything says that the browser speaks TLS."""
    if scope.get("scheme") == "https" or _is_https(public_url):
        return True
    for name, value in scope["headers"]:
        if name == b"x-forwarded-proto" and value.strip().lower().startswith(b"https"):
            return True
        if name == b"forwarded" and b"proto=https" in value.lower().replace(b'"', b""):
            return True
        if name == b"origin" and value.lower().startswith(b"https://"):
            return True
    return False


def needs_secure_cookie(scope: Scope, public_url: str | None) -> bool:
    """Return whether a cookie must be limited to TLS.

    It must unless the page is known to be plain: its origin is ``http://``, the public address
    is, or the host is this machine.
    """
    if told_of_tls(scope, public_url):
        return True
    headers = dict(scope["headers"])
    if headers.get(b"origin", b"").lower().startswith(b"http://") or public_url is not None:
        return False
    host = host_of(headers.get(b"host", b"").decode("latin-1"))
    return not (host is not None and (host == "localhost" or is_loopback(host)))


def _is_https(url: str | None) -> bool:
    """Return whether a URL is one of TLS."""
    return url is not None and urlsplit(url).scheme == "https"
