"""One deadline covers all of a request, whatever the peer does; nothing waits behind one."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from api_client.client import MembershipClient
from api_client.errors import TooSlow, Unreachable
from api_client.messages.scan import Outcome, ScanRequest
from api_client.resolver import Address, Resolver, ask_system
from api_client.wire import DeadlineSession
from tests.fakes.odd_service import odd_service, scanned
from tests.fakes.stuck_peer import Script, dripping, full_backlog, one_byte_each, silent, stuck_peer
from tests.kiosk.answers import answer
from tests.membership.events.mail.mailserver import certificate

GOOD = scanned(answer().model_dump_json().encode())
DEADLINE_S = 0.5
SLACK_S = 0.5
"""For a busy machine; without an end each of these takes at least ten seconds."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

STUCK: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "no connection": full_backlog,
    "silent": lambda: stuck_peer(silent),
    "first line drips": lambda: stuck_peer(one_byte_each(b"HTTP/1.1 200 OK" * 100)),
    "head drips": lambda: stuck_peer(dripping(HEAD, b"X")),
    "100 Continue, fast": lambda: stuck_peer(
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n", pause_s=0.0)
    ),
    "100 Continue, slow": lambda: stuck_peer(
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n", pause_s=0.1)
    ),
    "body drips": lambda: stuck_peer(dripping(HEAD + b"Content-Length: 100000\r\n\r\n", b" ")),
    "chunks drip": lambda: stuck_peer(
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")
    ),
}


@pytest.mark.parametrize("name", STUCK)
def test_a_request_ends_at_its_deadline_and_the_next_does_not_wait_for_it(name: str) -> None:
    before = threading.active_count()
    with STUCK[name]() as url:
        client = MembershipClient(url, "k", deadline_s=DEADLINE_S)
        for _ in range(3):  # Each is sent twice: more than the threads of a client.
            began = time.monotonic()
            with pytest.raises(TooSlow):
                client.record_scan(ScanRequest(visit_id=uuid4(), text="CARD"))
            assert time.monotonic() - began < DEADLINE_S + SLACK_S
        began = time.monotonic()
        with pytest.raises(TooSlow):
            client.desk()
        assert time.monotonic() - began < DEADLINE_S + SLACK_S
        client.close()
    _wait_for_threads(before)


@pytest.mark.parametrize(
    "script", [silent, dripping(HEAD, b"X"), None], ids=["silent", "drips", "no handshake"]
)
def test_the_same_over_tls(tmp_path: Path, script: Script | None) -> None:
    tls, authority = certificate(tmp_path)
    peer = stuck_peer(silent) if script is None else stuck_peer(script, tls)
    with peer as url, closing(DeadlineSession(Resolver())) as session:
        address = url.replace("http://", "https://")
        session.verify = str(authority)
        began = time.monotonic()
        session.deadline.end = began + DEADLINE_S
        with pytest.raises(requests.Timeout):
            session.get(address, timeout=DEADLINE_S)
        assert time.monotonic() - began < DEADLINE_S + SLACK_S


def test_an_answer_over_tls_is_read_and_a_foreign_certificate_refused(tmp_path: Path) -> None:
    tls, authority = certificate(tmp_path)
    whole = dripping(HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\nok", b"")
    with stuck_peer(whole, tls) as url, closing(DeadlineSession(Resolver())) as session:
        session.deadline.end = time.monotonic() + 10
        assert session.get(url, timeout=10, verify=str(authority)).text == "ok"
        with pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"):
            session.get(url, timeout=10)


class NameServer:
    """A name server that is silent while ``answers`` is not set."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.asked = 0

    def ask(self, host: str, port: int) -> list[Address]:
        """Return the address of loopback, whatever the name is."""
        self.asked += 1
        self.answers.wait(60)
        return ask_system("127.0.0.1", port) if host != "nowhere.test" else []


@pytest.fixture
def names() -> Iterator[NameServer]:
    made = NameServer()
    yield made
    made.answers.set()


def scan(client: MembershipClient) -> Outcome:
    return client.record_scan(ScanRequest(visit_id=uuid4(), text="CARD")).outcome


def test_a_silent_name_server_holds_nobody_beyond_the_deadline(names: NameServer) -> None:
    with odd_service(GOOD) as service:
        url = service.url.replace("127.0.0.1", "club.test")
        client = MembershipClient(url, "k", deadline_s=DEADLINE_S, resolver=Resolver(names.ask))
        for _ in range(5):
            began = time.monotonic()
            with pytest.raises(TooSlow):
                scan(client)
            assert time.monotonic() - began < DEADLINE_S + SLACK_S
        assert names.asked == 1, "one question at a time, and one thread"
        names.answers.set()
        client.close()
        patient = MembershipClient(url, "k", deadline_s=5.0, resolver=Resolver(names.ask))
        assert scan(patient) is Outcome.ACTIVE
        patient.close()


def test_a_known_address_is_used_while_the_name_server_is_silent(names: NameServer) -> None:
    names.answers.set()
    now = [0.0]
    resolver = Resolver(names.ask, clock=lambda: now[0])
    with odd_service(GOOD) as service:
        url = service.url.replace("127.0.0.1", "club.test")
        for age_s in (0.0, 30.0, 3600.0):
            now[0] = age_s
            client = MembershipClient(url, "k", deadline_s=5.0, resolver=resolver)
            assert scan(client) is Outcome.ACTIVE
            client.close()
            names.answers.clear()
        assert names.asked == 2, "anew beside a known address, once it is old"


def test_an_address_stays_known_while_its_service_restarts(names: NameServer) -> None:
    names.answers.set()
    resolver = Resolver(names.ask)
    with odd_service(GOOD) as service:
        url = service.url.replace("127.0.0.1", "club.test")
        port = int(url.rpartition(":")[2])
        client = MembershipClient(url, "k", deadline_s=5.0, resolver=resolver)
        assert scan(client) is Outcome.ACTIVE
        client.close()
        names.answers.clear()
        resolver.forget("club.test", port)  # as after a connection that was refused
        client = MembershipClient(url, "k", deadline_s=5.0, resolver=resolver)
        assert scan(client) is Outcome.ACTIVE
        client.close()
        assert names.asked == 2, "and asked about anew"


def test_the_address_that_worked_stays_the_first_when_the_answer_comes_anew() -> None:
    first, second = ((socket.AF_INET, (host, 80)) for host in ("192.0.2.1", "192.0.2.2"))
    now = [0.0]
    resolver = Resolver(lambda _host, _port: [first, second], clock=lambda: now[0])
    assert resolver.addresses("club.test", 80, 5.0) == [first, second]
    resolver.worked("club.test", 80, second)
    now[0] = 3600.0
    resolver.addresses("club.test", 80, 5.0)
    end = time.monotonic() + 5
    while resolver._known["club.test", 80][1] != 3600.0 and time.monotonic() < end:
        time.sleep(0.01)
    assert resolver.addresses("club.test", 80, 5.0) == [second, first]


@pytest.mark.parametrize("host", ["nowhere.test", "x" * 80 + ".invalid"])
def test_a_name_without_an_address_is_unreachable(host: str, names: NameServer) -> None:
    def ask(host: str, port: int) -> list[Address]:
        return names.ask(host, port) if host == "nowhere.test" else ask_system(host, port)

    names.answers.set()
    with pytest.raises(OSError, match=r"address|resolved"):
        Resolver(ask).addresses(host, 80, 5.0)
    client = MembershipClient(f"http://{host}:1", "k", deadline_s=1, resolver=Resolver(ask))
    with pytest.raises(Unreachable):
        client.desk()
    client.close()


def test_an_address_that_hangs_leaves_time_for_the_next_one_which_is_then_the_first() -> None:
    with full_backlog() as hanging, odd_service(GOOD) as service:
        ports = [int(each.rpartition(":")[2]) for each in (hanging, service.url)]
        found: list[Address] = [(socket.AF_INET, ("127.0.0.1", port)) for port in ports]
        resolver = Resolver(lambda _host, _port: found)
        url = f"http://club.test:{ports[1]}"
        for most_s in (5.0, 1.0):
            client = MembershipClient(url, "k", deadline_s=6.0, resolver=resolver)
            began = time.monotonic()
            assert scan(client) is Outcome.ACTIVE
            assert time.monotonic() - began < most_s
            client.close()


def test_addresses_need_no_name_server() -> None:
    def ask(_host: str, _port: int) -> list[Address]:
        raise AssertionError("asked")

    for host, address in (("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("::1", "::1")):
        assert Resolver(ask).addresses(host, 80, 0.0)[0][1] == (address, 80)


def _wait_for_threads(most: int) -> None:
    """Wait until no more threads than ``most`` are left. Raises AssertionError."""
    until = time.monotonic() + 10
    while threading.active_count() > most:
        assert time.monotonic() < until, threading.enumerate()
        time.sleep(0.02)
