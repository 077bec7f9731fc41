"""The client address of a request, also behind trusted reverse proxies.

Any client can send ``X-Forwarded-For``. It is read only if a trusted proxy sent it, from right to
left up to the first address that is no trusted proxy; entries before that one are ignored.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from starlette.types import Scope

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
"""The address of a client without one, such as over a Unix socket."""

_FORWARDED_FOR = b"x-forwarded-for"
_SITE_BITS = 64


def client_address(scope: Scope, trusted: Sequence[Network]) -> str:
    """Return the client address of an ASGI request in canonical form, or ``UNKNOWN``.

    ``trusted`` are the networks of proxies whose ``X-Forwarded-For`` is used.
    """
    peer = _peer(scope)
    if peer is None:
        return UNKNOWN
    if not trusted:
        return str(peer)
    nearest: Address = peer
    for forwarded in reversed(_forwarded_for(scope)):
        if not _is_in(nearest, trusted):
            break
        address = _parsed(forwarded)
        if address is None:
            break
        nearest = address
    return str(nearest)


def address_block(address: str) -> str:
    """Return the block that is rate-limited as one: an IPv4 address, or the /64 of an IPv6 one."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _SITE_BITS), strict=False))
    return address


def parse_networks(given: Any) -> Any:
    """Parse networks separated by commas, such as ``10.0.0.0/8, ::1``; return non-text unchanged.

    Raises ValueError for a part that is not a network.
    """
    if not isinstance(given, str):
        return given
    return tuple(ip_network(each.strip()) for each in given.split(",") if each.strip())


def _peer(scope: Scope) -> Address | None:
    """Return the address of the connection's peer."""
    client = scope.get("client")
    return None if client is None else _parsed(client[0])


def _parsed(text: str) -> Address | None:
    """Return an address without zone, brackets and port; IPv4-mapped IPv6 becomes IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _forwarded_for(scope: Scope) -> list[str]:
    """Return the entries of X-Forwarded-For, that of the nearest proxy last."""
    values = [value for name, value in scope["headers"] if name == _FORWARDED_FOR]
    return b",".join(values).decode("latin-1").split(",") if values else []


def is_in_networks(address: str | None, networks: Sequence[Network]) -> bool:
    """Return whether an address, given as text, is in one of the networks."""
    parsed = None if address is None else _parsed(address)
    return parsed is not None and _is_in(parsed, networks)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks."""
    return any(address in network for network in networks)
