"""Which URLs webhooks may have: their form, and the addresses that their hosts resolve to.

URLs come from holders of API keys, and the service runs in a network that they have no access
to (server-side request forgery). So the resolved addresses are checked, not the way a host is
written, and ``membership.events.webhooks.sender`` connects to a checked address: resolving the
name to another address later (DNS rebinding) changes nothing.
"""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from membership.base.settings import ServiceSettings

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int, float], Sequence[str]]
"""Resolves a host and port within so many seconds to addresses as text. Raises OSError."""

LONGEST_URL = 2000
RESOLVE_SECONDS = 5.0
"""How long resolving a name may take."""

_URL = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}

_PUBLIC_IPV6 = IPv6Network("2000::/3")
# Not to be connected to: the registries of special-purpose addresses, multicast, and public
# addresses at which a cloud serves its own machines. IPv6 outside 2000::/3 is
# refused as a whole: loopback, local, mapped IPv4 (::ffff:0:0/96) and NAT64 (64:ff9b::/96).
_CLOSED = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24"),
        *("192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
        "168.63.129.16/32",
    )
)


class UrlRefused(Exception):
    """A URL that the policy does not allow. ``code`` is stable, the text is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UrlUnresolved(UrlRefused):
    """The host cannot be resolved, at least not now."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL with the allowed addresses of its host (none before it is resolved)."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...] = ()

    @property
    def authority(self) -> str:
        """Host, and port unless it is the scheme's default: the value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_url(url: str) -> Target:
    """Parse a URL. Raises UrlRefused for one that is never allowed."""
    if len(url) > LONGEST_URL or not _URL.fullmatch(url):
        raise _malformed(f"must be at most {LONGEST_URL} ASCII characters without spaces")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _malformed("is not a URL") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise UrlRefused("url_scheme", "must begin with https://")
    if "@" in parts.netloc:
        raise _malformed("must not hold a name or password")
    if "#" in url:
        raise _malformed("must not hold a fragment (#...)")
    if port == 0:
        raise _malformed("names port 0, where nothing listens")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = _host(parts.hostname or "", bracketed="[" in parts.netloc)
    return Target(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], path)


def _host(host: str, *, bracketed: bool) -> str:
    """A host as it is resolved. Raises UrlRefused."""
    if bracketed:
        try:
            return str(IPv6Address(host)) if "%" not in host else _no_host()
        except ValueError:
            return _no_host()
    parts = host.split(".")
    valid = _HOST.fullmatch(host) and len(host) <= 253 and all(0 < len(part) < 64 for part in parts)
    return host if valid else _no_host()


def _no_host() -> str:
    raise _malformed("names no host that can be looked up")


def _malformed(why: str) -> UrlRefused:
    return UrlRefused("url_malformed", why)


def system_resolver(host: str, port: int, seconds: float) -> Sequence[str]:
    """Resolve by the operating system, within so many seconds. Raises OSError.

    It accepts every notation of an address: 2130706433 and 0x7f.1 give 127.0.0.1.
    """
    found: list[str] = []
    failed: list[OSError] = []

    def resolve() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))

    # ``getaddrinfo`` cannot be interrupted; a thread that takes too long is abandoned.
    thread = threading.Thread(target=resolve, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError("the name was not resolved in time")
    return found


@dataclass(frozen=True)
class UrlPolicy:
    """Which URLs are allowed. ``resolve`` returns a host's addresses."""

    allow_http: bool = False
    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ports: frozenset[int] = frozenset((80, 443, 8443))
    resolve: Resolver = system_resolver

    @classmethod
    def of(cls, settings: ServiceSettings, resolve: Resolver = system_resolver) -> "UrlPolicy":
        """The policy of the settings."""
        hosts, networks = set(), []
        for each in settings.webhook_allowed_private:
            try:
                networks.append(ip_network(each))
            except ValueError:
                hosts.add(each)
        return cls(
            allow_http=settings.webhook_allow_http,
            hosts=frozenset(hosts),
            networks=tuple(networks),
            ports=frozenset(settings.webhook_ports),
            resolve=resolve,
        )

    def port_problem(self, url: str, addresses: Sequence[Address] = ()) -> str | None:
        """Return why a public host may not have the port of a URL, or None if it may.

        Without the ``addresses`` of a name it may lead to a network that the settings allow, if
        there is any, where any port may be.
        """
        target = parse_url(url)
        if target.port in self.ports or target.host in self.hosts:
            return None
        with contextlib.suppress(ValueError):
            addresses = addresses or (ip_address(target.host),)
        if self.networks and all(self._permits(address) for address in addresses):
            return None
        allowed = ", ".join(map(str, sorted(self.ports)))
        return f"names port {target.port}; allowed are {allowed} (WALLETDESK_WEBHOOK_PORTS)"

    def checked(self, url: str, seconds: float = RESOLVE_SECONDS, *, new: bool = False) -> Target:
        """A URL's target with the addresses to connect to.

        The port is checked of a ``new`` URL only: stored ones keep working. Raises UrlRefused if it
        is not allowed, UrlUnresolved if its host cannot be resolved. One closed address among a
        host's addresses refuses them all.
        """
        target = parse_url(url)
        try:
            texts = self.resolve(target.host, target.port, seconds)
            found = [ip_address(each) for each in texts]
        except (OSError, ValueError) as error:
            message = f"{target.host} could not be looked up"
            raise UrlUnresolved("url_unresolved", message) from error
        private = target.host in self.hosts
        for address in found:
            permitted = private or self._permits(address)
            if not permitted and not is_public(address):
                raise UrlRefused("url_not_public", f"{target.host} leads to no public address")
            if target.scheme == "http" and not (permitted or self.allow_http):
                raise UrlRefused("url_scheme", "must begin with https://")
        if not found:
            raise UrlUnresolved("url_unresolved", f"{target.host} has no address")
        if new and (refused := self.port_problem(url, found)) is not None:
            raise UrlRefused("url_port", refused)
        addresses = tuple(str(address) for address in found)
        return Target(target.scheme, target.host, target.port, target.path, addresses)

    def _permits(self, address: Address) -> bool:
        """Whether the settings allow an address although it may not be public."""
        return any(address in network for network in self.networks)


def is_public(address: Address) -> bool:
    """Whether an address is a public one of the Internet."""
    if isinstance(address, IPv6Address) and (
        address not in _PUBLIC_IPV6 or address.scope_id is not None
    ):
        return False
    return not any(address in network for network in _CLOSED)
