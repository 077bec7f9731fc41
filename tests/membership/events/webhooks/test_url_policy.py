"""Where webhooks may go: URLs, addresses in every spelling, and what the settings allow."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from membership.base.settings import ServiceSettings
from membership.events.webhooks.url_policy import (
    Resolver,
    UrlPolicy,
    UrlRefused,
    UrlUnresolved,
    is_public,
    parse_url,
)

PUBLIC, PUBLIC6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
CLOSED = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1"),
    *("127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192"),
    *("192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("100.100.100.200", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14"),
    *("64:ff9b::7f00:1", "64:ff9b::5db8:d70e", "64:ff9b:1::a00:1", "100::1", "fc00::1"),
    *("fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
    *("3fff::1", "4000::1"),
]


def leading_to(*addresses: str) -> Resolver:
    """A name service that knows one answer."""
    return lambda _host, _port, _seconds: addresses


@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses(address: str) -> None:
    assert not is_public(ip_address(address))
    policy = UrlPolicy(allow_http=True, resolve=leading_to(address))
    with pytest.raises(UrlRefused) as caught:
        policy.checked("https://hooks.example.com/")
    assert caught.value.code == "url_not_public"


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC6, "8.8.8.8", "100.63.255.255", "172.32.0.1"])
def test_public_addresses(address: str) -> None:
    target = UrlPolicy(resolve=leading_to(address)).checked("https://hooks.example.com/a?b=c")
    assert (target.addresses, target.path) == ((address,), "/a?b=c")


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_public_is_never_more_than_what_the_standard_library_calls_global(
    address: IPv4Address | IPv6Address,
) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


def spellings(address: IPv4Address) -> list[str]:
    """Ways to write an IPv4 address that name services take."""
    a, b, c, d = address.packed
    return [
        f"{a}.{b}.{c}.{d}",
        f"{int(address)}",
        f"{int(address):#x}",
        f"0{int(address):o}",
        f"{a}.{b << 16 | c << 8 | d}",
        f"{a}.{b}.{c << 8 | d}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:#x}.{b}.0{c << 8 | d:o}",
        f"[::ffff:{address}]",
        f"[::ffff:{a << 8 | b:x}:{c << 8 | d:x}]",
        f"[64:ff9b::{a << 8 | b:x}:{c << 8 | d:x}]",
        f"[2002:{a << 8 | b:x}:{c << 8 | d:x}::]",
    ]


_PRIVATE = [ip_network(each) for each in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16")]


@given(st.one_of(*(st.ip_addresses(network=network) for network in _PRIVATE)), st.integers(0, 12))
def test_no_spelling_of_a_private_address_gets_through(address: IPv4Address, way: int) -> None:
    host = spellings(address)[way]
    # The operating system reads the spelling, as it would when connecting.
    with pytest.raises(UrlRefused) as caught:
        UrlPolicy(allow_http=True).checked(f"http://{host}/")
    assert caught.value.code in ("url_not_public", "url_unresolved")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1"])
def test_figures_are_read_as_the_system_reads_them(host: str) -> None:
    allowed = UrlPolicy.of(ServiceSettings(webhook_allowed_private=("127.0.0.1",)))
    assert allowed.checked(f"http://{host}/").addresses == ("127.0.0.1",)
    with pytest.raises(UrlRefused, match="no public address"):
        UrlPolicy().checked(f"https://{host}/")


def test_one_closed_address_among_good_ones_refuses_them_all() -> None:
    for addresses in ((PUBLIC, "127.0.0.1"), ("10.0.0.1", PUBLIC6), (PUBLIC, "::1")):
        with pytest.raises(UrlRefused, match="no public address"):
            UrlPolicy(resolve=leading_to(*addresses)).checked("https://hooks.example.com/")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "url_malformed"),
        ("hooks.example.com", "url_scheme"),
        ("//hooks.example.com/", "url_scheme"),
        ("ftp://hooks.example.com/", "url_scheme"),
        ("file:///etc/passwd", "url_scheme"),
        ("gopher://127.0.0.1:6379/_", "url_scheme"),
        ("javascript:alert(1)", "url_scheme"),
        ("https://", "url_malformed"),
        ("https:///path", "url_malformed"),
        ("https://user@hooks.example.com/", "url_malformed"),
        ("https://user:secret@hooks.example.com/", "url_malformed"),
        ("https://@hooks.example.com/", "url_malformed"),
        ("https://hooks.example.com\\@127.0.0.1/", "url_malformed"),
        ("https://hooks.example.com\\.internal/", "url_malformed"),
        ("https://hooks.example.com/#part", "url_malformed"),
        ("https://hooks.example.com#@127.0.0.1/", "url_malformed"),
        ("https://hooks.example.com:0/", "url_malformed"),
        ("https://hooks.example.com:65536/", "url_malformed"),
        ("https://hooks.example.com:x/", "url_malformed"),
        ("https://hooks.example.com:-1/", "url_malformed"),
        ("https://[::1", "url_malformed"),
        ("https://[fe80::1%25eth0]/", "url_malformed"),
        ("https://[hooks.example.com]/", "url_malformed"),
        ("https://hooks..example.com/", "url_malformed"),
        ("https://.example.com/", "url_malformed"),
        ("https://hooks.example.com./", "url_malformed"),
        (f"https://{'a' * 64}.example.com/", "url_malformed"),
        ("https://hooks%2eexample.com/", "url_malformed"),
        ("https://hooks.exämple.com/", "url_malformed"),
        ("https://①②⑦.0.0.1/", "url_malformed"),
        ("https://hooks.example.com/a b", "url_malformed"),
        ("https://hooks.example.com/\r\nX: y", "url_malformed"),
        ("https://hooks.example.com/\x00", "url_malformed"),
        (" https://hooks.example.com/", "url_malformed"),
        ("https://hooks.example.com/" + "a" * 2000, "url_malformed"),
    ],
)
def test_urls_that_nothing_is_sent_to(url: str, code: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        parse_url(url)
    assert caught.value.code == code


@given(st.text())
def test_any_text_is_a_target_or_is_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.com/{text}"):
        try:
            target = parse_url(url)
        except UrlRefused:
            continue
        assert re.fullmatch(r"[a-z0-9._:-]+", target.host)
        assert re.fullmatch(r"/[\x21-\x7e]*|\?[\x21-\x7e]*", target.path)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", "/"),
        ("HTTPS://Hooks.Example.com:443/A", "hooks.example.com", "/A"),
        ("https://hooks.example.com:8443/a%20b", "hooks.example.com:8443", "/a%20b"),
        ("https://hooks.example.com?x=1", "hooks.example.com", "/?x=1"),
        ("http://hooks.example.com:80/", "hooks.example.com", "/"),
        ("http://hooks.example.com:443/", "hooks.example.com:443", "/"),
        ("https://[2001:DB8::1]:8443/", "[2001:db8::1]:8443", "/"),
        ("https://xn--exmple-cua.com/", "xn--exmple-cua.com", "/"),
    ],
)
def test_urls_taken_apart(url: str, authority: str, path: str) -> None:
    target = parse_url(url)
    assert (target.authority, target.path) == (authority, path)


def test_http_needs_to_be_allowed() -> None:
    lookup = leading_to(PUBLIC)
    with pytest.raises(UrlRefused, match="https://") as caught:
        UrlPolicy(resolve=lookup).checked("http://hooks.example.com/")
    assert caught.value.code == "url_scheme"
    policy = UrlPolicy.of(ServiceSettings(webhook_allow_http=True), lookup)
    assert policy.checked("http://hooks.example.com/").addresses == (PUBLIC,)
    with pytest.raises(UrlRefused, match="no public address"):
        UrlPolicy(allow_http=True, resolve=leading_to("10.0.0.1")).checked("http://a.example/")


def test_private_targets_that_the_settings_allow() -> None:
    settings = ServiceSettings(webhook_allowed_private="10.1.0.0/16, hooks.Internal,fd00:1::/32")

    def check(url: str, *addresses: str) -> Sequence[str]:
        return UrlPolicy.of(settings, leading_to(*addresses)).checked(url).addresses

    assert check("http://a.example/", "10.1.2.3") == ("10.1.2.3",)
    assert check("https://a.example/", "fd00:1::5", PUBLIC) == ("fd00:1::5", PUBLIC)
    assert check("http://HOOKS.internal:8080/", "192.168.0.7") == ("192.168.0.7",)
    for url, address in (
        ("https://a.example/", "10.2.0.1"),
        ("https://nothooks.internal/", "192.168.0.7"),
        ("https://a.hooks.internal/", "192.168.0.7"),
        ("https://a.example/", "::ffff:10.1.2.3"),
    ):
        with pytest.raises(UrlRefused):
            check(url, address)


@pytest.mark.parametrize("given", ["10.0.0.1/8", "10.0.0.999", "http://a", "*.example.com", "a b/"])
def test_settings_that_name_no_host_or_network(given: str) -> None:
    with pytest.raises(ValueError, match="webhook_allowed_private"):
        ServiceSettings(webhook_allowed_private=given)


def test_names_that_lead_nowhere() -> None:
    def fails(_host: str, _port: int, _seconds: float) -> Sequence[str]:
        raise OSError("no such host")

    for lookup in (fails, leading_to(), leading_to("not an address")):
        with pytest.raises(UrlUnresolved) as caught:
            UrlPolicy(resolve=lookup).checked("https://hooks.example.com/")
        assert caught.value.code == "url_unresolved"


@pytest.mark.parametrize(
    ("url", "addresses", "allowed"),
    [
        ("https://hooks.example.com/", ["93.184.215.14"], True),
        ("https://hooks.example.com:443/", ["93.184.215.14"], True),
        ("https://hooks.example.com:8443/", ["93.184.215.14"], True),
        ("http://hooks.example.com/", ["93.184.215.14"], True),
        *(
            (f"https://hooks.example.com:{port}/", ["93.184.215.14"], False)
            for port in (1, 22, 25, 465, 3306, 5432, 6379, 8080, 9200, 65535)
        ),
        ("https://93.184.215.14:25/", ["93.184.215.14"], False),
        ("https://[2606:2800::1]:25/", ["2606:2800::1"], False),
        # Where the operator lets webhooks go although it is not public, any port may be.
        ("http://desk.lan:25/", ["93.184.215.14"], True),
        ("http://other.lan:25/", ["10.20.0.1"], True),
        ("http://other.lan:25/", ["10.20.0.1", "93.184.215.14"], False),
    ],
)
def test_ports_of_new_webhooks(url: str, addresses: list[str], allowed: bool) -> None:
    settings = ServiceSettings(
        webhook_allow_http=True, webhook_allowed_private=("desk.lan", "10.20.0.0/16")
    )
    policy = UrlPolicy.of(settings, leading_to(*addresses))
    assert policy.checked(url).addresses == tuple(addresses)  # stored ones are still sent to
    if allowed:
        assert policy.checked(url, new=True).addresses == tuple(addresses)
        return
    with pytest.raises(UrlRefused) as caught:
        policy.checked(url, new=True)
    assert caught.value.code == "url_port"


def test_ports_are_a_setting() -> None:
    settings = ServiceSettings(webhook_ports="443, 9000")
    policy = UrlPolicy.of(settings, leading_to("93.184.215.14"))
    assert policy.checked("https://hooks.example.com:9000/", new=True).port == 9000
    with pytest.raises(UrlRefused):
        policy.checked("https://hooks.example.com:8443/", new=True)
    for wrong in ("0", "70000", "https"):
        with pytest.raises(ValidationError):
            ServiceSettings(webhook_ports=wrong)
