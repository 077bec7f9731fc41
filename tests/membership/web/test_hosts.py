"""Hosts that are not the service's own are refused, and are never where an answer leads to."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pydantic import ValidationError

from membership.base.settings import ServiceSettings
from membership.web.hosts import allowed_hosts, host_of, is_loopback
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.signup.club import opened
from tests.membership.service_process import ServiceProcess, service_process
from tests.membership.support import TIMEOUT, Service, running_service

PUBLIC = "https://club.example/desk/"


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("localhost", "localhost"),
        ("LocalHost.:80", "localhost"),
        ("127.1:8710", "127.1"),
        ("[::1]:8710", "::1"),
        (" club.example ", "club.example"),
        ("localhost@evil.example", None),
        ("localhost:80@evil.example", None),
        ("localhost,evil.example", None),
        ("localhost/evil", None),
        ("localhost:port", None),
        ("", None),
        ("[::1", None),
        ("a" * 300, None),
    ],
)
def test_the_host_in_a_header(header: str, host: str | None) -> None:
    assert host_of(header) == host


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((each, True) for each in ("127.0.0.1", "127.1", "127.8.9.10", "0x7f.1", "2130706433")),
        *((each, True) for each in ("::1", "::ffff:127.0.0.1")),
        *((each, False) for each in ("localhost", "127.0.0.1.evil.example", "10.0.0.1", "::2")),
        *((each, False) for each in ("127", "0", "", "127.0.0.1 x", "evil.example", "١٢٧.0.0.1")),
    ],
)
def test_addresses_of_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_hosts_of_the_settings() -> None:
    settings = ServiceSettings(public_url=PUBLIC, allowed_hosts="Desk.lan., 10.0.0.5 ::2")
    assert allowed_hosts(settings) == {"localhost", "club.example", "desk.lan", "10.0.0.5", "::2"}
    named = ServiceSettings(public_url="https://Bücher.example/x")
    assert "xn--bcher-kva.example" in allowed_hosts(named)
    for wrong in ("desk.lan:80", "http://desk.lan", "a/b"):
        with pytest.raises(ValidationError):
            ServiceSettings(allowed_hosts=wrong)


@pytest.fixture(scope="module")
def club(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a public address behind a path, and a club with an open signup."""
    settings = databases.new(
        SQLITE, tmp_path_factory.mktemp("data"), public_url=PUBLIC, allowed_hosts=("desk.lan",)
    )
    with running_service(settings) as service:
        club = service.fresh()
        opened(club)
        yield club


def ask(service: Service, path: str, host: str | None = None, method: str = "GET") -> str:
    """Ask with a Host header; returns the whole answer."""
    address, port = service.url.removeprefix("http://").split(":")
    lines = [f"{method} {path} HTTP/1.1", "Connection: close"]
    lines += [] if host is None else [f"Host: {host}"]
    with socket.create_connection((address, int(port)), timeout=TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts).decode()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:1",
        "127.0.0.1",
        "127.1:8710",
        "[::1]:8710",
        "CLUB.example",
        "desk.lan",
    ],
)
def test_hosts_of_its_own_are_answered(club: Service, host: str) -> None:
    assert ask(club, "/healthz", host).startswith("HTTP/1.1 200 ")


def test_a_request_without_a_host_is_answered(club: Service) -> None:
    # Browsers always send one, so that no page of another site asks like this.
    assert ask(club, "/healthz").startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.9", "a b"]
)
@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/v1/desk", "/openapi.json"])
def test_other_hosts_are_refused_whatever_is_asked(club: Service, host: str, path: str) -> None:
    answer = ask(club, path, host)
    assert answer.startswith("HTTP/1.1 421 ")
    assert '"code":"host_not_allowed"' in answer
    assert "WALLETDESK_ALLOWED_HOSTS" in answer


def test_one_good_host_of_two_is_not_enough(club: Service) -> None:
    answer = ask(club, "/healthz", "localhost\r\nHost: evil.example")
    assert answer.startswith("HTTP/1.1 421 ")


def test_any_host_by_setting(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path, allowed_hosts=("*",))
    with running_service(settings) as service:
        assert ask(service, "/healthz", "whatever.example").startswith("HTTP/1.1 200 ")
        # Without a public address there is nothing to redirect to.
        for path in ("/join/club/", "/v1/desk/"):
            answer = ask(service, path, "evil.example")
            assert answer.startswith("HTTP/1.1 404 ")
            assert "evil.example" not in answer


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "club.example", "desk.lan"])
@pytest.mark.parametrize("path", ["/join/{}", "/me/{}"])
def test_a_page_with_a_slash_is_at_the_public_address(club: Service, path: str, host: str) -> None:
    plain = path.format(club.tenant.slug)
    answer = ask(club, f"{plain}/?lang=de", host)
    assert answer.startswith("HTTP/1.1 307 ")
    assert f"\r\nlocation: https://club.example/desk{plain}?lang=de\r\n" in answer


@pytest.mark.parametrize("path", ["/join/nobody/", "/join/{}/nothing/", "/join/{}/..%2f", "/me/x/"])
def test_a_page_that_is_not_there_says_so_with_a_slash_too(club: Service, path: str) -> None:
    named = path.format(club.tenant.slug)
    answer = ask(club, named, "localhost")
    assert answer.startswith("HTTP/1.1 404 ")
    assert "location:" not in answer.lower()
    assert "content-type: text/html" in answer
    assert "content-security-policy: " in answer


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/customers/"),
        ("POST", "/v1/customers/"),
        ("GET", "/nothing/"),
        ("GET", "//evil.example/"),
        ("GET", "/healthz//x/"),
        ("GET", "/"),
    ],
)
def test_all_else_with_a_slash_is_not_there(club: Service, method: str, path: str) -> None:
    answer = ask(club, path, "localhost", method)
    assert answer.startswith("HTTP/1.1 404 ")
    assert "location:" not in answer.lower()
    assert '"code":"no_such_route"' in answer


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service process with a listener for its metrics."""
    with service_process(tmp_path_factory.mktemp("data"), "--set", "metrics_port=0") as started:
        yield started


def test_metrics_have_a_listener_of_their_own(measured: ServiceProcess) -> None:
    url, metrics = measured.event["url"], measured.event["metrics_url"]
    assert url != metrics
    answers = {
        path: requests.get(metrics + path, timeout=TIMEOUT).status_code
        for path in (
            "/metrics",
            "/healthz",
            "/readyz",
            "/v1/desk",
            "/openapi.json",
            "/join/my-club",
        )
    }
    assert answers == dict(zip(answers, (200, 200, 200, 404, 404, 404), strict=True))
    assert "walletdesk_requests_total" in requests.get(metrics + "/metrics", timeout=TIMEOUT).text
    refused = requests.get(url + "/metrics", timeout=TIMEOUT)
    assert (refused.status_code, refused.json()["code"]) == (403, "metrics_need_key")
    # A page that lets its name lead here reads nothing, and neither does a proxy's caller.
    rebound = {"Host": f"evil.example:{metrics.rpartition(':')[2]}"}
    assert requests.get(metrics + "/metrics", headers=rebound, timeout=TIMEOUT).status_code == 421
    forwarded = {"X-Forwarded-For": "127.0.0.1", "Via": "nginx"}
    assert requests.get(url + "/metrics", headers=forwarded, timeout=TIMEOUT).status_code == 403
