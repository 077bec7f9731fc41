"""From which address a request really comes, also behind proxies that the operator trusts.

``X-Forwarded-For`` can be written by anybody. It is believed only from a trusted proxy, and only
back to the first address that is none: what stands before that one is hearsay.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from starlette.types import Scope

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
"""The address of a caller that has none, as over a Unix socket."""

_FORWARDED_FOR = b"x-forwarded-for"
_FORWARDING = frozenset({_FORWARDED_FOR, b"forwarded", b"x-real-ip", b"via"})
_SITE_BITS = 64


def client_address(scope: Scope, trusted: Sequence[Network]) -> str:
    """Address of the client of an ASGI request, in its usual form; ``UNKNOWN`` without one.

    ``trusted`` are the networks of the proxies that may say for whom they ask.
    """
    peer = _peer(scope)
    if peer is None:
        return UNKNOWN
    if not trusted:
        return str(peer)
    nearest: Address = peer
    for told in reversed(_forwarded_for(scope)):
        if not _is_in(nearest, trusted):
            break
        address = _parsed(told)
        if address is None:
            break
        nearest = address
    return str(nearest)


def address_block(address: str) -> str:
    """What is counted together with an address: itself, or the /64 that an IPv6 site has."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _SITE_BITS), strict=False))
    return address


def is_direct_loopback(scope: Scope) -> bool:
    """Whether a program on this machine asks for itself, and not a proxy for somebody else."""
    peer = _peer(scope)
    forwarded = any(name in _FORWARDING for name, _ in scope["headers"])
    return peer is not None and peer.is_loopback and not forwarded


def parse_networks(given: Any) -> Any:
    """Read networks parted by commas, such as ``10.0.0.0/8, ::1``; leave anything else alone.

    Raises ValueError for a text that names no network.
    """
    if not isinstance(given, str):
        return given
    return tuple(ip_network(each.strip()) for each in given.split(",") if each.strip())


def _peer(scope: Scope) -> Address | None:
    """Who holds the other end of the connection."""
    client = scope.get("client")
    return None if client is None else _parsed(client[0])


def _parsed(text: str) -> Address | None:
    """An address, without zone, brackets or port; IPv4 if it is one in IPv6's clothes."""
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
    """What proxies said for whom they ask, the nearest last."""
    values = [value for name, value in scope["headers"] if name == _FORWARDED_FOR]
    return b",".join(values).decode("latin-1").split(",") if values else []


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    """Whether an address lies in one of the networks."""
    return any(address in network for network in networks)
