"""From which address a request comes: only trusted proxies are believed, and only so far."""

from ipaddress import ip_network
from typing import Any

import pytest
from pydantic import ValidationError

from membership.base.addresses import UNKNOWN, address_block, client_address, is_in_networks
from membership.base.settings import ServiceSettings

PROXIES = ServiceSettings(trusted_proxies="10.0.0.0/8, ::1").trusted_proxies


def request(peer: str | None, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    return {"client": None if peer is None else (peer, 50_000), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("2001:DB8::0:1", [], "2001:db8::1"),
        ("fe80::1%eth0", [], "fe80::1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::1", ['"[2001:db8::7]:4711"'], "2001:db8::7"),
        ("::1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["\xff\x00", ""], "10.0.0.1"),
        ("10.0.0.1", [",,"], "10.0.0.1"),
        (None, ["198.51.100.1"], UNKNOWN),
        ("testclient", [], UNKNOWN),
    ],
)
def test_whose_word_counts(peer: str | None, forwarded: list[str], address: str) -> None:
    assert client_address(request(peer, *forwarded), PROXIES) == address


def test_nobody_is_trusted_unless_told() -> None:
    trusted = ServiceSettings().trusted_proxies
    assert client_address(request("127.0.0.1", "198.51.100.1"), trusted) == "127.0.0.1"


def test_a_site_of_ipv6_counts_as_one() -> None:
    assert address_block("2001:db8:0:7:1:2:3:4") == address_block("2001:db8:0:7::9")
    assert address_block("2001:db8:0:7::9") != address_block("2001:db8:0:8::9")
    assert address_block("203.0.113.9") == "203.0.113.9"
    assert address_block(UNKNOWN) == UNKNOWN


def test_addresses_in_networks() -> None:
    networks = (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    asked = ("10.1.2.3", "::1", "::ffff:10.0.0.1", "11.0.0.1", "nobody", None)
    found = [is_in_networks(each, networks) for each in asked]
    assert found == [True, True, True, False, False, False]


@pytest.mark.parametrize("given", ["10.0.0.1/8", "ten", "10.0.0.0/33", "::1, x"])
def test_networks_that_are_none(given: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ServiceSettings(trusted_proxies=given)
    assert [each["loc"] for each in caught.value.errors()] == [("trusted_proxies",)]
