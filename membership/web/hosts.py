"""The hosts under which the service is asked, and what each of its listeners answers.

A page of another site can let its own name lead to 127.0.0.1 (DNS rebinding), and a browser then
takes a service on that machine for a part of the site. The Host header still has the site's name,
so that on a loopback address only the names that are allowed there are answered. Nothing else
here reads that header: addresses in answers are built from the setting ``public_url``.
"""

import re
import socket
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from membership.base.idn import ascii_host
from membership.base.settings import ServiceSettings
from membership.web.errors import problem

MISDIRECTED = 421
OPERATIONS = frozenset({"/metrics", "/healthz", "/readyz"})
"""Paths that the listener of the metrics answers."""

ANY_HOST = "*"
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::[0-9]{1,5})?", re.ASCII)
_FIGURES = re.compile(r"[0-9a-fx.]+", re.ASCII)
_DETAIL = (
    "This service does not answer for that host on a loopback address. Name it in the setting "
    "WALLETDESK_PUBLIC_URL or WALLETDESK_ALLOWED_HOSTS if it is the service's own."
)


class HostGuard:
    """ASGI middleware: refuses hosts that are not allowed, and what a listener does not answer."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self.app = app
        self._allowed = allowed_hosts(settings)
        # Kept for the few hosts that are asked for: a scan pays a look-up in a table.
        self._permits = lru_cache(maxsize=256)(self._permit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] == "http":
            server = scope.get("server")
            if server is not None and is_loopback(server[0]):
                given = [value for name, value in scope["headers"] if name == b"host"]
                if not all(self._permits(value) for value in given):
                    await problem(MISDIRECTED, "host_not_allowed", _DETAIL)(scope, receive, send)
                    return
            if on_metrics_listener(scope) and scope["path"] not in OPERATIONS:
                detail = "This listener answers /metrics, /healthz and /readyz only."
                await problem(404, "no_such_route", detail)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _permit(self, value: bytes) -> bool:
        """Return whether a Host header may name this service on a loopback address."""
        if ANY_HOST in self._allowed:
            return True
        host = host_of(value.decode("latin-1"))
        return host is not None and (host in self._allowed or is_loopback(host))


def allowed_hosts(settings: ServiceSettings) -> frozenset[str]:
    """Return the names that the settings allow beside loopback addresses."""
    names = {"localhost", *settings.allowed_hosts}
    if settings.public_url is not None and (public := urlsplit(settings.public_url).hostname):
        names.add(_spelled(public))
    return frozenset(names)


def _spelled(host: str) -> str:
    """Return a host of the settings as browsers spell it in a Host header."""
    try:
        return ascii_host(host.removesuffix("."))
    except ValueError:  # an address of IPv6, or a name with an underscore
        return host.lower()


def host_of(header: str) -> str | None:
    """Return the host in a Host header in small letters, without port and brackets.

    None for a header that names none.
    """
    found = _HOST.fullmatch(header.strip().lower())
    return None if found is None else found[1].strip("[]").removesuffix(".")


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Return whether a host is an address of this machine in figures, short ones such as 127.1.

    A name is none, whatever it resolves to: it may resolve to something else a moment later.
    """
    try:
        address = ip_address(host)
    except ValueError:
        if not _FIGURES.fullmatch(host):
            return False
        try:
            address = IPv4Address(socket.inet_aton(host))
        except OSError:
            return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def on_metrics_listener(scope: Scope) -> bool:
    """Return whether a request came by the listener that is for the metrics alone."""
    server = scope.get("server")
    app = scope.get("app")
    address = None if app is None else app.state.metrics_address
    return address is not None and server is not None and tuple(server[:2]) == address
